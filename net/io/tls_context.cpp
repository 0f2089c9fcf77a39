#include "net/io/tls_context.hpp"

#include <boost/asio/ssl/context.hpp>

#include <openssl/ssl.h>

#include <string_view>

namespace troupe::net {

namespace ssl = boost::asio::ssl;

namespace {

// HTTP/1.1 is all there is; a client that names only others goes on without.
int select_protocol(SSL*, const unsigned char** out, unsigned char* length,
                    const unsigned char* in, unsigned int size, void*) {
  static constexpr unsigned char ours[] = "\x08http/1.1";
  auto chosen = const_cast<unsigned char**>(out);
  return SSL_select_next_proto(chosen, length, ours, sizeof ours - 1, in, size)
                 == OPENSSL_NPN_NEGOTIATED
             ? SSL_TLSEXT_ERR_OK
             : SSL_TLSEXT_ERR_NOACK;
}

} // namespace

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
  SSL_CTX_set_alpn_select_cb(native, select_protocol, nullptr);
  if (!ec)
    context->use_certificate_chain_file(files.certificate, ec);
  if (!ec)
    context->use_private_key_file(files.key, ssl::context::pem, ec);
  if (ec || SSL_CTX_check_private_key(native) != 1)
    return std::make_error_code(std::errc::invalid_argument);
  return context;
}

} // namespace troupe::net
