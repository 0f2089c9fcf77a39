#include "net/auth/webhook_signer.hpp"

#include "net/auth/base64.hpp"
#include "net/auth/hmac.hpp"
#include "net/base/assert.hpp"

#include <jwt.h>
#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <memory>

namespace troupe::net {

namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr size_t least_secret = 24;
constexpr size_t longest_secret = 64;

const unsigned char* octets_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned size = 0;
  const auto done = EVP_Digest(text.data(), text.size(), out.data(), &size,
                               EVP_sha256(), nullptr);
  TROUPE_ASSERT(done == 1);
  return {reinterpret_cast<const char*>(out.data()), size};
}

} // namespace

result<webhook_signer> webhook_signer::make(std::string key,
                                            std::string secret) {
  const auto bad = std::make_error_code(std::errc::invalid_argument);
  if (key.empty() || !secret.starts_with(secret_prefix))
    return bad;
  auto octets =
      from_base64(std::string_view{secret}.substr(secret_prefix.size()));
  if (!octets || octets->size() < least_secret
      || octets->size() > longest_secret)
    return bad;
  return webhook_signer{std::move(key), std::move(secret), std::move(*octets)};
}

std::vector<std::string>
webhook_signer::sign(std::string_view id, std::string_view body,
                     std::chrono::sys_seconds now) const {
  const auto time = std::to_string(now.time_since_epoch().count());
  std::string signed_text{id};
  signed_text.append(".").append(time).append(".").append(body);
  return {"Authorization: " + make_token(body, now),
          "webhook-id: " + std::string{id}, "webhook-timestamp: " + time,
          "webhook-signature: v1,"
              + to_base64(hmac_sha256(octets_, signed_text))};
}

std::string webhook_signer::make_token(std::string_view body,
                                       std::chrono::sys_seconds now) const {
  jwt_t* raw = nullptr;
  // These fail only without memory.
  auto failed = jwt_new(&raw) != 0;
  const std::unique_ptr<jwt_t, void (*)(jwt_t*)> token{raw, jwt_free};
  const auto expiry = (now + token_lifetime).time_since_epoch().count();
  failed =
      failed
      || jwt_set_alg(raw, JWT_ALG_HS256, octets_of(secret_),
                     static_cast<int>(secret_.size()))
             != 0
      || jwt_add_grant(raw, "iss", key_.c_str()) != 0
      || jwt_add_grant_int(raw, "exp", static_cast<long>(expiry)) != 0
      || jwt_add_grant(raw, "sha256", to_base64(sha256(body)).c_str()) != 0;
  const std::unique_ptr<char, void (*)(void*)> text{
      failed ? nullptr : jwt_encode_str(raw), std::free};
  TROUPE_ASSERT(text != nullptr);
  return text.get();
}

std::string short_digest(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const auto c : sha256(text).substr(0, 8)) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

} // namespace troupe::net
