// A server against a plain OpenSSL client with other settings than those of
// dtls_connection.

#include "net/dtls/context_impl.hpp"
#include "net/dtls/datagram_bio.hpp"
#include "tests/net/dtls/dtls_test_kit.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/ssl.h>

#include <array>
#include <string>

using namespace troupe::net;
using namespace troupe::test;

namespace {

int accept_any(X509_STORE_CTX*, void*) {
  return 1;
}

std::string hash_of(X509* certificate, const EVP_MD* digest) {
  std::array<uint8_t, EVP_MAX_MD_SIZE> hash;
  unsigned size = 0;
  REQUIRE(X509_digest(certificate, digest, hash.data(), &size) == 1);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    constexpr auto digits = "0123456789abcdef";
    text += i > 0 ? ":" : "";
    text += digits[hash[i] >> 4];
    text += digits[hash[i] & 15];
  }
  return text;
}

struct plain_client {
  plain_client() : context(SSL_CTX_new(DTLS_client_method())) {
    key.reset(EVP_EC_gen("P-256"));
    certificate.reset(X509_new());
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    SSL_CTX_use_certificate(context.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), key.get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context.get(), accept_any, nullptr);
    SSL_CTX_set_tlsext_use_srtp(context.get(), "SRTP_AES128_CM_SHA1_80");
  }

  void connect() {
    ssl.reset(SSL_new(context.get()));
    auto bio = make_datagram_bio(port);
    SSL_set_bio(ssl.get(), bio, bio);
    SSL_set_options(ssl.get(), SSL_OP_NO_QUERY_MTU);
    SSL_set_mtu(ssl.get(), 1200);
    SSL_set_connect_state(ssl.get());
    SSL_do_handshake(ssl.get());
  }

  void handle(byte_span datagram) {
    ERR_clear_error();
    port.in = datagram;
    uint8_t plaintext[2000];
    if (!SSL_is_init_finished(ssl.get()))
      SSL_do_handshake(ssl.get());
    else if (auto n = SSL_read(ssl.get(), plaintext, sizeof plaintext); n > 0)
      received.emplace_back(plaintext, plaintext + n);
  }

  /// Exchanges datagrams with the server until neither has more to send.
  void run(dtls_connection& server) {
    for (bool moved = true; moved;) {
      moved = false;
      while (auto x = port.out.pop()) {
        moved = true;
        server.handle_datagram(*x, time_point{});
      }
      while (auto x = server.poll_datagram()) {
        moved = true;
        octets copy(x->begin(), x->end());
        alerted |= copy[0] == 21;
        handle(copy);
      }
    }
  }

  std::vector<certificate_fingerprint> fingerprint() const {
    return {{"sha-256", hash_of(certificate.get(), EVP_sha256())}};
  }

  openssl_ptr<SSL_CTX> context;
  openssl_ptr<EVP_PKEY> key;
  openssl_ptr<X509> certificate;
  datagram_port port;
  openssl_ptr<SSL> ssl;
  std::vector<octets> received;
  bool alerted = false;
};

// The keys that protect the client's records: 16 octets of key and 4 of salt
// (RFC 5246, section 6.3; RFC 5288, section 3).
struct record_keys {
  std::array<uint8_t, 16> key{};
  std::array<uint8_t, 4> salt{};
};

record_keys write_keys(SSL* ssl) {
  std::array<uint8_t, 48> secret{};
  std::array<uint8_t, 64> randoms{};
  SSL_SESSION_get_master_key(SSL_get_session(ssl), secret.data(),
                             secret.size());
  SSL_get_server_random(ssl, randoms.data(), 32);
  SSL_get_client_random(ssl, randoms.data() + 32, 32);
  std::string digest = "SHA256";
  std::string label = "key expansion";
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret.data(),
                                        secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, label.data(),
                                        label.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, randoms.data(),
                                        randoms.size()),
      OSSL_PARAM_construct_end()};
  auto kdf = EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_TLS1_PRF, nullptr);
  auto run = EVP_KDF_CTX_new(kdf);
  std::array<uint8_t, 40> block{};
  REQUIRE(EVP_KDF_derive(run, block.data(), block.size(), parameters) == 1);
  EVP_KDF_CTX_free(run);
  EVP_KDF_free(kdf);
  record_keys result;
  std::copy_n(block.begin(), 16, result.key.begin());
  std::copy_n(block.begin() + 32, 4, result.salt.begin());
  return result;
}

// An application data record without data, which OpenSSL does not send.
octets empty_record(const record_keys& keys, uint8_t sequence_number) {
  const octets number{0, 1, 0, 0, 0, 0, 0, sequence_number};
  auto nonce = octets(keys.salt.begin(), keys.salt.end());
  nonce.insert(nonce.end(), number.begin(), number.end());
  auto covered = number;
  covered.insert(covered.end(), {23, 0xFE, 0xFD, 0, 0});
  std::array<uint8_t, 16> tag{};
  auto cipher = EVP_CIPHER_CTX_new();
  int size = 0;
  EVP_EncryptInit_ex(cipher, EVP_aes_128_gcm(), nullptr, keys.key.data(),
                     nonce.data());
  EVP_EncryptUpdate(cipher, nullptr, &size, covered.data(),
                    int(covered.size()));
  EVP_EncryptFinal_ex(cipher, tag.data(), &size);
  EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, 16, tag.data());
  EVP_CIPHER_CTX_free(cipher);
  octets record{23, 0xFE, 0xFD};
  record.insert(record.end(), number.begin(), number.end());
  record.insert(record.end(), {0, 24});
  record.insert(record.end(), number.begin(), number.end());
  record.insert(record.end(), tag.begin(), tag.end());
  return record;
}

dtls_state result_of(plain_client& client) {
  dtls_connection server{shared_context()};
  server.start(dtls_role::server, client.fingerprint(), time_point{});
  client.connect();
  client.run(server);
  return server.state();
}

} // namespace

TEST_CASE("each hash of RFC 8122 from sha-1 to sha-512 is supported") {
  struct {
    const char* name;
    const EVP_MD* digest;
  } hashes[] = {{"sha-1", EVP_sha1()},
                {"sha-224", EVP_sha224()},
                {"sha-256", EVP_sha256()},
                {"sha-384", EVP_sha384()},
                {"sha-512", EVP_sha512()}};
  plain_client client;
  for (auto& hash : hashes) {
    CAPTURE(hash.name);
    auto text = hash_of(client.certificate.get(), hash.digest);
    for (bool right : {true, false}) {
      if (!right)
        text.back() = text.back() == '0' ? '1' : '0';
      dtls_connection server{shared_context()};
      server.start(dtls_role::server, {{hash.name, text}}, time_point{});
      client.connect();
      client.run(server);
      CHECK(server.state()
            == (right ? dtls_state::connected : dtls_state::failed));
      CHECK(server.keys().has_value() == right);
    }
  }
}

TEST_CASE("renegotiation is refused and the association goes on") {
  plain_client client;
  dtls_connection server{shared_context()};
  server.start(dtls_role::server, client.fingerprint(), time_point{});
  client.connect();
  client.run(server);
  REQUIRE(server.state() == dtls_state::connected);
  auto keys = server.keys()->local.key;
  REQUIRE(SSL_renegotiate(client.ssl.get()) == 1);
  SSL_do_handshake(client.ssl.get());
  auto hello = client.port.out.pop();
  REQUIRE(hello);
  server.handle_datagram(*hello, time_point{});
  CHECK(server.state() == dtls_state::connected);
  CHECK(server.keys()->local.key == keys);
  auto answer = server.poll_datagram();
  REQUIRE(answer);
  CHECK((*answer)[0] == 21); // the alert no_renegotiation, encrypted
  CHECK(!server.poll_datagram());
  CHECK(server.send_data(octets(5)));
}

TEST_CASE("a ClientHello of many fragments, last one first, is accepted") {
  plain_client client;
  // 100 protocol names of 60 octets are as long as a post-quantum key share.
  octets names;
  for (int i = 0; i < 100; ++i) {
    names.push_back(60);
    names.insert(names.end(), 60, 'x');
  }
  SSL_CTX_set_alpn_protos(client.context.get(), names.data(),
                          unsigned(names.size()));
  dtls_connection server{shared_context()};
  server.start(dtls_role::server, client.fingerprint(), time_point{});
  client.connect();
  REQUIRE(client.port.out.size() >= 5);
  std::vector<octets> hello;
  while (auto x = client.port.out.pop())
    hello.push_back(std::move(*x));
  std::reverse(hello.begin(), hello.end());
  for (auto& datagram : hello) {
    CHECK(!server.poll_datagram());
    server.handle_datagram(datagram, time_point{});
  }
  client.run(server);
  CHECK(server.state() == dtls_state::connected);
}

TEST_CASE("a client without a certificate, or with old settings, is refused") {
  SUBCASE("DTLS 1.0") {
    plain_client client;
    SSL_CTX_set_security_level(client.context.get(), 0);
    SSL_CTX_set_min_proto_version(client.context.get(), DTLS1_VERSION);
    SSL_CTX_set_max_proto_version(client.context.get(), DTLS1_VERSION);
    CHECK(result_of(client) == dtls_state::connecting);
    CHECK(!client.alerted);
  }
  SUBCASE("no ECDHE") {
    plain_client client;
    SSL_CTX_set_cipher_list(client.context.get(), "AES128-GCM-SHA256");
    CHECK(result_of(client) == dtls_state::connecting);
    CHECK(!client.alerted);
  }
  SUBCASE("no certificate") {
    plain_client client;
    SSL_CTX_set_cert_cb(
        client.context.get(),
        [](SSL* ssl, void*) {
          SSL_certs_clear(ssl);
          return 1;
        },
        nullptr);
    CHECK(result_of(client) == dtls_state::connecting);
    CHECK(!client.alerted);
  }
}

TEST_CASE("a hello that cannot be answered does not block the next one") {
  plain_client bad;
  SSL_CTX_set_cipher_list(bad.context.get(), "AES128-GCM-SHA256");
  plain_client good;
  dtls_connection server{shared_context()};
  server.start(dtls_role::server, good.fingerprint(), time_point{});
  for (int i = 0; i < 100; ++i) {
    bad.connect();
    bad.run(server);
    CHECK(!bad.alerted);
  }
  good.connect();
  good.run(server);
  CHECK(server.state() == dtls_state::connected);
}

TEST_CASE("an empty application data record does not end the association") {
  // RFC 5246, section 6.2.1: such records are legal.
  plain_client client;
  SSL_CTX_set_cipher_list(client.context.get(),
                          "ECDHE-ECDSA-AES128-GCM-SHA256");
  dtls_connection server{shared_context()};
  server.start(dtls_role::server, client.fingerprint(), time_point{});
  client.connect();
  client.run(server);
  REQUIRE(server.state() == dtls_state::connected);
  const auto keys = write_keys(client.ssl.get());
  auto twice = empty_record(keys, 20);
  const auto second = empty_record(keys, 21);
  twice.insert(twice.end(), second.begin(), second.end());
  server.handle_datagram(twice, time_point{});
  CHECK(server.state() == dtls_state::connected);
  CHECK_FALSE(server.poll_datagram());
  CHECK_FALSE(server.poll_data());
  CHECK(server.send_data(octets(5)));
  const octets data{1, 2, 3};
  SSL_write(client.ssl.get(), data.data(), int(data.size()));
  client.run(server);
  CHECK(server.poll_data() == data);
  CHECK(client.received == std::vector<octets>{octets(5)});
  SSL_shutdown(client.ssl.get());
  client.run(server);
  CHECK(server.state() == dtls_state::closed);
}
