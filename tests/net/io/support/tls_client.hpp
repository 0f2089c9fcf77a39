#pragma once

#include "client.hpp"

#include <openssl/ssl.h>

#include <memory>

namespace troupe::net::testing {

/// A TLS client that trusts every certificate.
class tls_client {
public:
  explicit tls_client(uint16_t port, int max_version = TLS1_3_VERSION,
                      int receive_buffer = 0)
      : stream_(port, "127.0.0.1", receive_buffer)
      , context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free)
      , ssl_(SSL_new(context_.get()), SSL_free) {
    SSL_set_security_level(ssl_.get(), 0);
    SSL_set_max_proto_version(ssl_.get(), max_version);
    SSL_set_fd(ssl_.get(), stream_.fd());
    connected_ = SSL_connect(ssl_.get()) == 1;
  }

  bool connected() const {
    return connected_;
  }

  /// The common name in the server's certificate.
  std::string server_name() const {
    std::unique_ptr<X509, void (*)(X509*)> certificate{
        SSL_get1_peer_certificate(ssl_.get()), X509_free};
    char name[128] = {};
    if (certificate)
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()),
                                NID_commonName, name, sizeof name);
    return name;
  }

  void write(std::string_view octets) {
    SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()));
  }

  std::string read_until(std::string_view end) {
    std::string result;
    char octet;
    while (!result.ends_with(end) && SSL_read(ssl_.get(), &octet, 1) == 1)
      result += octet;
    return result;
  }

  /// Requests a WebSocket; returns the header of the response.
  std::string upgrade(std::string_view target) {
    write("GET " + std::string{target}
          + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    return read_until("\r\n\r\n");
  }

  /// Sends a short text on the WebSocket, masked with zeros.
  void send_text(std::string_view text) {
    std::string frame{'\x81'};
    if (text.size() < 126) {
      frame += static_cast<char>(0x80 | text.size());
    } else {
      frame += '\xFE';
      frame += static_cast<char>(text.size() >> 8);
      frame += static_cast<char>(text.size() & 0xFF);
    }
    write(frame + std::string(4, '\0') + std::string{text});
  }

private:
  tcp_client stream_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  bool connected_ = false;
};

} // namespace troupe::net::testing
