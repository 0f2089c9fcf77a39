#include "net/io/http/tls_context.hpp"

#include "net/base/enum_category.hpp"

#include <boost/asio/ssl/context.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <string_view>

namespace troupe::net {

namespace ssl = boost::asio::ssl;

namespace {

std::string_view text_of(tls_errc value) {
  switch (value) {
    case tls_errc::bad_certificate:
      return "the certificate file cannot be read, or has no certificate";
    case tls_errc::bad_key:
      return "the key file cannot be read, or has no private key";
    case tls_errc::mismatch:
      return "the key does not belong to the certificate";
  }
  return "TLS setup failed";
}

// Only HTTP/1.1 is supported; a client that offers only other protocols
// continues without ALPN.
int select_protocol(SSL*, const unsigned char** out, unsigned char* length,
                    const unsigned char* in, unsigned int size, void*) {
  static constexpr unsigned char ours[] = "\x08http/1.1";
  auto chosen = const_cast<unsigned char**>(out);
  return SSL_select_next_proto(chosen, length, ours, sizeof ours - 1, in, size)
                 == OPENSSL_NPN_NEGOTIATED
             ? SSL_TLSEXT_ERR_OK
             : SSL_TLSEXT_ERR_NOACK;
}

std::chrono::system_clock::time_point to_time(const ASN1_TIME* x) {
  std::tm parts{};
  if (!x || ASN1_TIME_to_tm(x, &parts) != 1)
    return {};
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

std::string to_text(const ASN1_STRING* x) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(x)),
          static_cast<size_t>(ASN1_STRING_length(x))};
}

std::string to_ip(const ASN1_OCTET_STRING* x) {
  auto size = static_cast<size_t>(ASN1_STRING_length(x));
  if (size != 4 && size != 16)
    return {};
  return socket_address{{ASN1_STRING_get0_data(x), size}, 0}.ip();
}

std::vector<std::string> names_of(X509* certificate) {
  std::vector<std::string> out;
  std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> alternatives{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(
          certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free};
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    const auto* x = sk_GENERAL_NAME_value(alternatives.get(), i);
    if (x->type == GEN_DNS)
      out.push_back(to_text(x->d.dNSName));
    else if (x->type == GEN_IPADD)
      out.push_back(to_ip(x->d.iPAddress));
  }
  if (!out.empty())
    return out;
  auto subject = X509_get_subject_name(certificate);
  auto at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at >= 0)
    out.push_back(
        to_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
  return out;
}

} // namespace

const std::error_category& tls_category() {
  static const enum_category<tls_errc> instance{"tls", text_of};
  return instance;
}

result<std::shared_ptr<ssl::context>> make_tls_context(const tls_files& files) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  boost::system::error_code ec;
  context->set_options(ssl::context::default_workarounds
                           | ssl::context::no_compression
                           | SSL_OP_NO_RENEGOTIATION,
                       ec);
  auto native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  // Clients resume by tickets, which they keep. OpenSSL's own cache would keep
  // up to 20,480 sessions of those that have none.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(native, select_protocol, nullptr);
  context->use_certificate_chain_file(files.certificate, ec);
  if (ec)
    return make_error_code(tls_errc::bad_certificate);
  // This call refuses a key of another type than the certificate's; any other
  // error means that the file is bad.
  context->use_private_key_file(files.key, ssl::context::pem, ec);
  if (ec)
    return make_error_code(ERR_GET_LIB(static_cast<unsigned long>(ec.value()))
                                   == ERR_LIB_X509
                               ? tls_errc::mismatch
                               : tls_errc::bad_key);
  if (SSL_CTX_check_private_key(native) != 1)
    return make_error_code(tls_errc::mismatch);
  return context;
}

certificate_facts describe(ssl::context& context) {
  auto* certificate = SSL_CTX_get0_certificate(context.native_handle());
  if (!certificate)
    return {};
  return {
      to_time(X509_get0_notBefore(certificate)),
      to_time(X509_get0_notAfter(certificate)),
      names_of(certificate),
      X509_NAME_cmp(X509_get_subject_name(certificate),
                    X509_get_issuer_name(certificate))
          == 0,
  };
}

result<certificate_facts> read_certificate(const tls_files& files) {
  auto context = make_tls_context(files);
  if (!context)
    return context.error();
  return describe(**context);
}

} // namespace troupe::net
