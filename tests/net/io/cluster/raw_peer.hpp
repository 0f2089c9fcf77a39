#pragma once

#include "net/cluster/preface.hpp"

#include "tests/net/io/cluster/cluster_node.hpp"
#include "tests/net/io/support/client.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace troupe::net::testing {

/// A node that does whatever a test wants of it. It dials, and blocks.
class raw_peer {
public:
  /// Without files it has no certificate, and trusts any.
  explicit raw_peer(uint16_t port, const cluster_files* files = nullptr)
      : stream_(port)
      , context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    if (files) {
      SSL_CTX_use_certificate_chain_file(context_.get(),
                                         files->certificate.c_str());
      SSL_CTX_use_PrivateKey_file(context_.get(), files->key.c_str(),
                                  SSL_FILETYPE_PEM);
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), stream_.fd());
    connected_ = SSL_connect(ssl_.get()) == 1;
  }

  /// Whether TLS is up as far as a client knows; the server may refuse its
  /// certificate later.
  bool connected() const {
    return connected_;
  }

  void write(std::string_view octets) {
    SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()));
  }

  void say(const cluster_preface& x) {
    write(as_text(write_preface(x)));
  }

  /// The next octet, or -1 at the end.
  int read_octet() {
    uint8_t octet;
    return SSL_read(ssl_.get(), &octet, 1) == 1 ? octet : -1;
  }

  /// Reads the other end's preface. False if none comes.
  bool hear() {
    preface_reader reader;
    while (reader.status() == preface_reader::state::more) {
      auto x = read_octet();
      if (x < 0)
        return false;
      auto octet = static_cast<uint8_t>(x);
      reader.read({&octet, 1});
    }
    return reader.status() == preface_reader::state::done;
  }

  /// Whether the other end closes the connection; earlier data is discarded.
  bool reads_end() {
    while (read_octet() >= 0)
      continue;
    return SSL_get_error(ssl_.get(), -1) != SSL_ERROR_WANT_READ;
  }

private:
  tcp_client stream_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_{nullptr, SSL_free};
  bool connected_ = false;
};

} // namespace troupe::net::testing
