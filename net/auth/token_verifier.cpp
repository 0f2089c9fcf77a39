#include "net/auth/token_verifier.hpp"

#include "net/base/ascii.hpp"
#include "net/base/enum_category.hpp"

#include <jwt.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

namespace troupe::net {

namespace {

constexpr size_t min_secret = 32;
constexpr int min_rsa_bits = 2048;
constexpr std::string_view public_key_begin = "-----BEGIN PUBLIC KEY-----";
constexpr std::string_view public_key_end = "-----END PUBLIC KEY-----";

struct jwt_deleter {
  void operator()(jwt_t* x) const {
    jwt_free(x);
  }
};

using jwt_ptr = std::unique_ptr<jwt_t, jwt_deleter>;

struct text_deleter {
  void operator()(char* x) const {
    std::free(x);
  }
};

using text_ptr = std::unique_ptr<char, text_deleter>;

struct pkey_deleter {
  void operator()(EVP_PKEY* x) const {
    EVP_PKEY_free(x);
  }
};

using pkey_ptr = std::unique_ptr<EVP_PKEY, pkey_deleter>;

// Returns the decoded token, or null. An empty key skips the signature check.
jwt_ptr decode(const std::string& token, std::string_view key) {
  jwt_t* raw = nullptr;
  auto bytes = reinterpret_cast<const unsigned char*>(key.data());
  auto failed = jwt_decode(&raw, token.c_str(), key.empty() ? nullptr : bytes,
                           static_cast<int>(key.size()));
  jwt_ptr out{raw};
  // A bad signature leaves errors in OpenSSL's queue: later calls must not see
  // them.
  ERR_clear_error();
  return failed ? nullptr : std::move(out);
}

// The library skips characters that are not base64url, so reject them first.
bool is_compact(std::string_view token) {
  auto in_alphabet = [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
  };
  return token.size() <= token_verifier::max_token
         && std::ranges::all_of(token, in_alphabet)
         && std::ranges::count(token, '.') == 2 && !token.starts_with('.')
         && token.find("..") == std::string_view::npos;
}

constexpr std::array algorithms{token_algorithm::hs256, token_algorithm::rs256,
                                token_algorithm::es256};

std::optional<token_algorithm> find_algorithm(const char* name) {
  for (auto x : algorithms)
    if (name && to_string(x) == name)
      return x;
  return std::nullopt;
}

jwt_alg_t to_library(token_algorithm x) {
  switch (x) {
    case token_algorithm::hs256:
      return JWT_ALG_HS256;
    case token_algorithm::rs256:
      return JWT_ALG_RS256;
    case token_algorithm::es256:
      break;
  }
  return JWT_ALG_ES256;
}

// The algorithm whose signatures the public key verifies, or nullopt if the key
// is of no supported kind.
std::optional<token_algorithm> classify_key(const std::string& pem) {
  std::unique_ptr<BIO, int (*)(BIO*)> bio{
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
  pkey_ptr key{PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr)};
  ERR_clear_error();
  if (!key)
    return std::nullopt;
  if (EVP_PKEY_base_id(key.get()) == EVP_PKEY_RSA
      && EVP_PKEY_bits(key.get()) >= min_rsa_bits)
    return token_algorithm::rs256;
  std::array<char, 32> curve{};
  if (EVP_PKEY_base_id(key.get()) == EVP_PKEY_EC
      && EVP_PKEY_get_group_name(key.get(), curve.data(), curve.size(), nullptr)
      && std::string_view{curve.data()} == "prime256v1")
    return token_algorithm::es256;
  return std::nullopt;
}

std::string_view text_of(token_errc value) {
  switch (value) {
    case token_errc::malformed:
      return "malformed token";
    case token_errc::algorithm:
      return "algorithm not allowed";
    case token_errc::signature:
      return "bad signature";
    case token_errc::weak_secret:
      return "the secret must have at least 32 octets";
    case token_errc::bad_public_key:
      return "not a PEM public key of RSA (at least 2048 bits) or P-256";
    case token_errc::no_key:
      return "an allowed algorithm has no key";
    case token_errc::missing:
      return "no token";
  }
  return "unknown";
}

} // namespace

std::string_view to_string(token_algorithm x) {
  switch (x) {
    case token_algorithm::hs256:
      return "HS256";
    case token_algorithm::rs256:
      return "RS256";
    case token_algorithm::es256:
      break;
  }
  return "ES256";
}

const std::error_category& token_category() {
  static const enum_category<token_errc> instance{"token", text_of};
  return instance;
}

std::error_code make_error_code(token_errc value) {
  return {static_cast<int>(value), token_category()};
}

// The keys of each algorithm; empty for an algorithm that is not allowed.
struct token_verifier::keyring {
  const std::vector<std::string>& of(token_algorithm x) const {
    return keys[static_cast<size_t>(x)];
  }

  std::vector<std::string>& of(token_algorithm x) {
    return keys[static_cast<size_t>(x)];
  }

  // Adds every PEM key in `text`, whether its algorithm is allowed or not.
  std::error_code add_public_keys(std::string_view text) {
    for (auto at = text.find("-----BEGIN"); at != std::string_view::npos;
         at = text.find("-----BEGIN")) {
      text.remove_prefix(at);
      auto end = text.find(public_key_end);
      if (!text.starts_with(public_key_begin) || end == std::string_view::npos)
        return token_errc::bad_public_key;
      end += public_key_end.size();
      auto pem = std::string{text.substr(0, end)} + "\n";
      auto kind = classify_key(pem);
      if (!kind)
        return token_errc::bad_public_key;
      of(*kind).push_back(std::move(pem));
      text.remove_prefix(end);
    }
    return {};
  }

  std::array<std::vector<std::string>, algorithms.size()> keys;
};

token_verifier::token_verifier(std::unique_ptr<const keyring> keys)
    : keys_(std::move(keys)) {}

token_verifier::token_verifier(token_verifier&&) noexcept = default;

token_verifier& token_verifier::operator=(token_verifier&&) noexcept = default;

token_verifier::~token_verifier() = default;

result<token_verifier> token_verifier::make(const token_keys& keys) {
  auto ring = std::make_unique<keyring>();
  if (!keys.secret.empty()) {
    if (keys.secret.size() < min_secret)
      return make_error_code(token_errc::weak_secret);
    ring->of(token_algorithm::hs256).push_back(keys.secret);
  }
  if (auto failure = ring->add_public_keys(keys.public_keys))
    return failure;
  for (auto x : algorithms) {
    auto wanted = std::ranges::find(keys.allowed, x) != keys.allowed.end();
    if (wanted && ring->of(x).empty())
      return make_error_code(token_errc::no_key);
    if (!wanted)
      ring->of(x).clear();
  }
  return token_verifier{std::move(ring)};
}

result<std::string> token_verifier::verify(std::string_view token) const {
  if (token.empty())
    return make_error_code(token_errc::missing);
  if (!is_compact(token))
    return make_error_code(token_errc::malformed);
  const std::string text{token};
  // Decode without a key first, only to read the algorithm in the header.
  auto unchecked = decode(text, {});
  if (!unchecked)
    return make_error_code(token_errc::malformed);
  auto algorithm = find_algorithm(jwt_get_header(unchecked.get(), "alg"));
  if (!algorithm || keys_->of(*algorithm).empty())
    return make_error_code(token_errc::algorithm);
  for (const auto& key : keys_->of(*algorithm)) {
    auto checked = decode(text, key);
    if (!checked || jwt_get_alg(checked.get()) != to_library(*algorithm))
      continue;
    if (text_ptr claims{jwt_get_grants_json(checked.get(), nullptr)})
      return std::string{claims.get()};
    return make_error_code(token_errc::malformed);
  }
  return make_error_code(token_errc::signature);
}

} // namespace troupe::net
