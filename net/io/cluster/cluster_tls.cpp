#include "net/io/cluster/cluster_tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

namespace troupe::net {

namespace ssl = boost::asio::ssl;

namespace {

using names_ptr = std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)>;
using verification_ptr =
    std::unique_ptr<X509_STORE_CTX, void (*)(X509_STORE_CTX*)>;

std::string alternative_name(const GENERAL_NAME& x) {
  if (x.type == GEN_DNS)
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(x.d.dNSName)),
            static_cast<size_t>(ASN1_STRING_length(x.d.dNSName))};
  if (x.type != GEN_IPADD)
    return {};
  auto size = static_cast<size_t>(ASN1_STRING_length(x.d.iPAddress));
  if (size != 4 && size != 16)
    return {};
  return socket_address{{ASN1_STRING_get0_data(x.d.iPAddress), size}, 0}.ip();
}

std::vector<std::string> alternative_names(const X509* certificate) {
  std::vector<std::string> out;
  names_ptr names{static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(
                      certificate, NID_subject_alt_name, nullptr, nullptr)),
                  GENERAL_NAMES_free};
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i)
    if (auto x = alternative_name(*sk_GENERAL_NAME_value(names.get(), i));
        !x.empty())
      out.push_back(std::move(x));
  return out;
}

// Why a peer that uses the certificate for this purpose would be refused.
std::string verify_for(SSL_CTX* context, int purpose) {
  verification_ptr check{X509_STORE_CTX_new(), X509_STORE_CTX_free};
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(context, &chain);
  if (!check
      || X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(context),
                             SSL_CTX_get0_certificate(context), chain)
             != 1
      || X509_STORE_CTX_set_purpose(check.get(), purpose) != 1)
    return "out of memory";
  auto verified = X509_verify_cert(check.get()) == 1;
  auto error = X509_STORE_CTX_get_error(check.get());
  ERR_clear_error();
  return verified ? "" : X509_verify_cert_error_string(error);
}

std::string verify_own(SSL_CTX* context, const std::string& node) {
  auto names = alternative_names(SSL_CTX_get0_certificate(context));
  if (std::find(names.begin(), names.end(), node) == names.end())
    return "its subject alternative names do not contain \"" + node + "\"";
  if (auto why = verify_for(context, X509_PURPOSE_SSL_SERVER); !why.empty())
    return why + " (as a server)";
  if (auto why = verify_for(context, X509_PURPOSE_SSL_CLIENT); !why.empty())
    return why + " (as a client)";
  return {};
}

void restrict_protocol(ssl::context& context) {
  boost::system::error_code ignored;
  context.set_options(ssl::context::default_workarounds
                          | ssl::context::no_compression | SSL_OP_NO_TICKET,
                      ignored);
  context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert,
                          ignored);
  auto native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION);
  SSL_CTX_set_num_tickets(native, 0);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
}

} // namespace

boost::system::result<cluster_context, std::string>
make_cluster_context(const cluster_files& files, const std::string& node) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls);
  restrict_protocol(*context);
  boost::system::error_code ec;
  context->use_certificate_chain_file(files.certificate, ec);
  if (ec)
    return "cluster.certificate: " + files.certificate
           + " cannot be read, or has no certificate";
  context->use_private_key_file(files.key, ssl::context::pem, ec);
  if (ec || SSL_CTX_check_private_key(context->native_handle()) != 1)
    return "cluster.key: " + files.key
           + " cannot be read, or does not belong to the certificate";
  context->load_verify_file(files.ca, ec);
  if (ec)
    return "cluster.ca: " + files.ca + " cannot be read, or has no certificate";
  if (auto why = verify_own(context->native_handle(), node); !why.empty())
    return "cluster.certificate: other nodes would refuse " + files.certificate
           + ": " + why;
  return context;
}

std::chrono::system_clock::time_point
certificate_expiry(const cluster_context& context) {
  std::tm parts{};
  const auto* certificate = SSL_CTX_get0_certificate(context->native_handle());
  if (!certificate
      || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1)
    return {};
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

std::vector<std::string> peer_names(ssl_st* connection) {
  const auto* certificate = SSL_get0_peer_certificate(connection);
  return certificate ? alternative_names(certificate)
                     : std::vector<std::string>{};
}

} // namespace troupe::net
