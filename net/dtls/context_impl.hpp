#pragma once

#include "net/dtls/certificate.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <vector>

namespace troupe::net {

/// Frees OpenSSL's objects.
struct openssl_deleter {
  void operator()(SSL_CTX* x) const {
    SSL_CTX_free(x);
  }

  void operator()(SSL* x) const {
    SSL_free(x);
  }

  void operator()(X509* x) const {
    X509_free(x);
  }

  void operator()(EVP_PKEY* x) const {
    EVP_PKEY_free(x);
  }
};

template <class T>
using openssl_ptr = std::unique_ptr<T, openssl_deleter>;

struct dtls_context::impl {
  openssl_ptr<SSL_CTX> ssl_context;
  certificate_fingerprint fingerprint;
};

/// Whether the certificate has at least one of the signalled fingerprints (RFC
/// 8122, section 6.2). Supports sha-1, sha-224, sha-256, sha-384 and sha-512;
/// other algorithms match nothing. Case is ignored.
bool matches_any(X509* certificate,
                 const std::vector<certificate_fingerprint>& expected);

} // namespace troupe::net
