#include "net/io/cluster/identity_facts.hpp"

#include "net/io/cluster/cluster_tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <ctime>
#include <memory>

namespace troupe::net {

namespace {

using pem_file = std::unique_ptr<BIO, decltype(&BIO_free)>;
using certificate_ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using store_ptr = std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)>;
using store_check =
    std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)>;

certificate_ptr read_next(BIO* file) {
  certificate_ptr out{nullptr, X509_free};
  if (file)
    out.reset(PEM_read_bio_X509(file, nullptr, nullptr, nullptr));
  ERR_clear_error();
  return out;
}

pem_file open_pem(const std::string& path) {
  return {BIO_new_file(path.c_str(), "r"), BIO_free};
}

std::chrono::system_clock::time_point expiry_of(const std::string& path) {
  auto file = open_pem(path);
  auto certificate = read_next(file.get());
  std::tm parts{};
  if (!certificate
      || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &parts) != 1)
    return {};
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

// Whether the CAs that this host trusts vouch for the certificate.
bool is_trusted(X509_STORE* host, X509* certificate) {
  store_check check{X509_STORE_CTX_new(), X509_STORE_CTX_free};
  auto trusted =
      check && X509_STORE_CTX_init(check.get(), host, certificate, nullptr) == 1
      && X509_verify_cert(check.get()) == 1;
  ERR_clear_error();
  return trusted;
}

std::string subject_of(X509* certificate) {
  std::array<char, 256> out{};
  X509_NAME_oneline(X509_get_subject_name(certificate), out.data(),
                    static_cast<int>(out.size()));
  return out.data();
}

void read_authorities(const std::string& path, identity_facts& out) {
  store_ptr host{X509_STORE_new(), X509_STORE_free};
  X509_STORE_set_default_paths(host.get());
  auto file = open_pem(path);
  while (auto certificate = read_next(file.get())) {
    ++out.authorities;
    if (out.public_authority.empty()
        && is_trusted(host.get(), certificate.get()))
      out.public_authority = subject_of(certificate.get());
  }
}

} // namespace

identity_facts read_identity(const cluster_files& files,
                             const std::string& node) {
  identity_facts out;
  if (auto context = make_cluster_context(files, node); !context)
    out.fault = context.error();
  out.not_after = expiry_of(files.certificate);
  read_authorities(files.ca, out);
  ERR_clear_error();
  return out;
}

} // namespace troupe::net
