#include "net/dtls/digest.hpp"

#include "net/base/assert.hpp"

#include <openssl/evp.h>

#include <array>

namespace troupe::net {

namespace {

constexpr std::string_view prefix = "s_";
constexpr std::string_view alphabet = "0123456789abcdefghijklmnopqrstuv";
constexpr size_t bits = 120;
constexpr size_t bits_per_character = 5;

} // namespace

std::string derive_id(std::string_view secret) {
  std::array<uint8_t, 32> digest;
  unsigned size = 0;
  auto done = EVP_Digest(secret.data(), secret.size(), digest.data(), &size,
                         EVP_sha256(), nullptr);
  TROUPE_ASSERT(done == 1 && size == digest.size());
  std::string out{prefix};
  for (size_t bit = 0; bit < bits; bit += bits_per_character) {
    // Any five bits that begin in one octet lie within it and the next.
    auto pair = digest[bit / 8] << 8 | digest[bit / 8 + 1];
    out += alphabet[static_cast<size_t>(pair >> (11 - bit % 8) & 31)];
  }
  return out;
}

bool is_derived_id(std::string_view id) {
  return id.size() == prefix.size() + bits / bits_per_character
         && id.starts_with(prefix)
         && id.find_first_not_of(alphabet, prefix.size())
                == std::string_view::npos;
}

} // namespace troupe::net
