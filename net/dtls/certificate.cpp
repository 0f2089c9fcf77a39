#include "net/dtls/certificate.hpp"

#include "net/base/enum_category.hpp"
#include "net/dtls/context_impl.hpp"
#include "net/dtls/errc.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace troupe::net {

namespace {

std::string_view text_of(dtls_errc value) {
  switch (value) {
    case dtls_errc::key_generation_failed:
      return "the key could not be generated";
    case dtls_errc::certificate_failed:
      return "the certificate could not be made";
    case dtls_errc::settings_refused:
      return "OpenSSL rejected the DTLS settings";
  }
  return "unknown";
}

/// Makes a self-signed certificate without a subject: peers identify it by its
/// hash.
openssl_ptr<X509> make_certificate(EVP_PKEY* key) {
  constexpr long day = 24 * 60 * 60;
  openssl_ptr<X509> x{X509_new()};
  uint64_t serial = 0;
  if (!x || RAND_bytes(reinterpret_cast<uint8_t*>(&serial), sizeof serial) != 1)
    return nullptr;
  auto name = X509_get_subject_name(x.get());
  auto common_name = reinterpret_cast<const uint8_t*>("troupe");
  auto good =
      X509_set_version(x.get(), 2) == 1
      && ASN1_INTEGER_set_uint64(X509_get_serialNumber(x.get()), serial >> 1)
             == 1
      && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1,
                                    -1, 0)
             == 1
      && X509_set_issuer_name(x.get(), name) == 1
      // Start a day early, so that peers with a slow clock accept it.
      && X509_gmtime_adj(X509_getm_notBefore(x.get()), -day) != nullptr
      && X509_gmtime_adj(X509_getm_notAfter(x.get()), 365 * day) != nullptr
      && X509_set_pubkey(x.get(), key) == 1
      && X509_sign(x.get(), key, EVP_sha256()) > 0;
  return good ? std::move(x) : nullptr;
}

const EVP_MD* digest_of(const std::string& algorithm) {
  std::string name;
  for (auto c : algorithm)
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (name == "sha-1")
    return EVP_sha1();
  if (name == "sha-224")
    return EVP_sha224();
  if (name == "sha-256")
    return EVP_sha256();
  if (name == "sha-384")
    return EVP_sha384();
  if (name == "sha-512")
    return EVP_sha512();
  return nullptr;
}

/// The hash as upper-case hex with colons; empty on failure.
std::string hash_text(X509* certificate, const EVP_MD* digest) {
  std::array<uint8_t, EVP_MAX_MD_SIZE> hash;
  unsigned size = 0;
  if (X509_digest(certificate, digest, hash.data(), &size) != 1)
    return {};
  constexpr auto digits = "0123456789ABCDEF";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    if (i > 0)
      text += ':';
    text += digits[hash[i] >> 4];
    text += digits[hash[i] & 15];
  }
  return text;
}

bool equal_ignoring_case(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::toupper(static_cast<unsigned char>(x))
           == std::toupper(static_cast<unsigned char>(y));
  });
}

const char* openssl_name(srtp_profile profile) {
  switch (profile) {
    case srtp_profile::aes128_cm_sha1_80:
      return "SRTP_AES128_CM_SHA1_80";
    case srtp_profile::aes128_cm_sha1_32:
      return "SRTP_AES128_CM_SHA1_32";
    case srtp_profile::aead_aes_128_gcm:
      return "SRTP_AEAD_AES_128_GCM";
    case srtp_profile::aead_aes_256_gcm:
      return "SRTP_AEAD_AES_256_GCM";
  }
  return "";
}

/// Accepts any certificate while the handshake runs: it is compared with the
/// fingerprint once the peer has proved to own its key. Comparing earlier would
/// let an attacker end the handshake by injecting a certificate.
int accept_for_now(X509_STORE_CTX* store, void*) {
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return 1;
}

bool configure(SSL_CTX* context, X509* certificate, EVP_PKEY* key,
               std::span<const srtp_profile> profiles) {
  std::string names;
  for (auto profile : profiles)
    names += (names.empty() ? "" : ":") + std::string{openssl_name(profile)};
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET
                                   | SSL_OP_NO_QUERY_MTU | SSL_OP_NO_COMPRESSION
                                   | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     nullptr);
  SSL_CTX_set_cert_verify_callback(context, accept_for_now, nullptr);
  constexpr auto ciphers =
      "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
      "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
      "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
      "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA";
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1
         && SSL_CTX_set_cipher_list(context, ciphers) == 1
         // P-256 is required: it is the curve of the certificates.
         && SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1
         && SSL_CTX_set_max_send_fragment(context, 2048) == 1
         && SSL_CTX_use_certificate(context, certificate) == 1
         && SSL_CTX_use_PrivateKey(context, key) == 1
         // This function returns 0 on success.
         && SSL_CTX_set_tlsext_use_srtp(context, names.c_str()) == 0;
}

} // namespace

const std::error_category& dtls_category() {
  static const enum_category<dtls_errc> instance{"dtls", text_of};
  return instance;
}

bool matches_any(X509* certificate,
                 const std::vector<certificate_fingerprint>& expected) {
  return std::any_of(expected.begin(), expected.end(), [&](const auto& x) {
    auto digest = digest_of(x.algorithm);
    if (!digest)
      return false;
    auto hash = hash_text(certificate, digest);
    return !hash.empty() && equal_ignoring_case(hash, x.value);
  });
}

dtls_context::dtls_context() : impl_(std::make_unique<impl>()) {}

dtls_context::~dtls_context() = default;

const certificate_fingerprint& dtls_context::fingerprint() const {
  return impl_->fingerprint;
}

result<std::unique_ptr<dtls_context>>
dtls_context::make(std::span<const srtp_profile> profiles) {
  openssl_ptr<EVP_PKEY> key{EVP_EC_gen("P-256")};
  if (!key)
    return make_error_code(dtls_errc::key_generation_failed);
  auto certificate = make_certificate(key.get());
  if (!certificate)
    return make_error_code(dtls_errc::certificate_failed);
  std::unique_ptr<dtls_context> self{new dtls_context};
  self->impl_->fingerprint = {"sha-256",
                              hash_text(certificate.get(), EVP_sha256())};
  self->impl_->ssl_context.reset(SSL_CTX_new(DTLS_method()));
  auto context = self->impl_->ssl_context.get();
  if (!context || !configure(context, certificate.get(), key.get(), profiles)) {
    ERR_clear_error();
    return make_error_code(dtls_errc::settings_refused);
  }
  return self;
}

} // namespace troupe::net
