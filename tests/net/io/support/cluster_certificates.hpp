#pragma once

#include "net/io/cluster/cluster_port.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace troupe::net::testing {

/// What a node's certificate says.
struct certificate_request {
  /// The DNS names in the SAN.
  std::vector<std::string> names;
  std::string usage = "serverAuth,clientAuth";
  bool expired = false;
};

/// A CA made for one test, and the certificates that it issues, as files in a
/// temporary folder.
class cluster_certificates {
public:
  cluster_certificates() {
    char name[] = "/tmp/troupe_cluster_XXXXXX";
    folder_ = mkdtemp(name);
    key_ = make_key();
    certificate_ = make_certificate("CA", key_.get(), {});
    add(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    add(certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    X509_sign(certificate_.get(), key_.get(), EVP_sha256());
    write_pem("ca.pem", certificate_.get());
  }

  cluster_certificates(const cluster_certificates&) = delete;

  cluster_certificates& operator=(const cluster_certificates&) = delete;

  ~cluster_certificates() {
    std::filesystem::remove_all(folder_);
  }

  /// Issues a certificate whose only name is that of the node.
  cluster_files issue(const std::string& node) {
    return issue(node, {.names = {node}});
  }

  /// Issues a certificate. `file` is a part of the files' names.
  cluster_files issue(const std::string& file, const certificate_request& x) {
    auto key = make_key();
    auto made = make_certificate(file, key.get(), x);
    add(made.get(), NID_basic_constraints, "critical,CA:FALSE");
    if (!x.usage.empty())
      add(made.get(), NID_ext_key_usage, x.usage);
    std::string names;
    for (const auto& name : x.names)
      names += (names.empty() ? "DNS:" : ",DNS:") + name;
    if (!names.empty())
      add(made.get(), NID_subject_alt_name, names);
    X509_sign(made.get(), key_.get(), EVP_sha256());
    write_pem(file + ".pem", made.get());
    auto out = std::fopen(path(file + ".key").c_str(), "w");
    PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
    return {path(file + ".pem"), path(file + ".key"), path("ca.pem")};
  }

private:
  using key_ptr = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
  using certificate_ptr = std::unique_ptr<X509, void (*)(X509*)>;

  static key_ptr make_key() {
    return {EVP_EC_gen("P-256"), EVP_PKEY_free};
  }

  certificate_ptr make_certificate(const std::string& name, EVP_PKEY* key,
                                   const certificate_request& request) {
    constexpr long day = 24 * 3600;
    certificate_ptr out{X509_new(), X509_free};
    X509_set_version(out.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(out.get()), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(out.get()), -2 * day);
    X509_gmtime_adj(X509_getm_notAfter(out.get()),
                    request.expired ? -day : day);
    X509_set_pubkey(out.get(), key);
    auto subject = X509_get_subject_name(out.get());
    X509_NAME_add_entry_by_txt(
        subject, "CN", MBSTRING_UTF8,
        reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(
        out.get(),
        certificate_ ? X509_get_subject_name(certificate_.get()) : subject);
    return out;
  }

  static void add(X509* to, int extension, const std::string& value) {
    auto x = X509V3_EXT_conf_nid(nullptr, nullptr, extension, value.c_str());
    X509_add_ext(to, x, -1);
    X509_EXTENSION_free(x);
  }

  void write_pem(const std::string& name, X509* x) {
    auto out = std::fopen(path(name).c_str(), "w");
    PEM_write_X509(out, x);
    std::fclose(out);
  }

  std::string path(const std::string& name) const {
    return folder_ / name;
  }

  std::filesystem::path folder_;
  key_ptr key_{nullptr, EVP_PKEY_free};
  certificate_ptr certificate_{nullptr, X509_free};
  long serial_ = 0;
};

} // namespace troupe::net::testing
