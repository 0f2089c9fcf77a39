#include "net/dtls/digest.hpp"

#include "net/base/assert.hpp"

#include <openssl/evp.h>

#include <array>

namespace troupe::net {

std::string derive_id(std::string_view secret) {
  std::array<uint8_t, 32> digest;
  unsigned size = 0;
  auto done = EVP_Digest(secret.data(), secret.size(), digest.data(), &size,
                         EVP_sha256(), nullptr);
  TROUPE_ASSERT(done == 1 && size == digest.size());
  static constexpr char alphabet[] = "0123456789abcdefghijklmnopqrstuv";
  std::string out;
  for (size_t bit = 0; bit < 120; bit += 5) {
    // Two octets hold any five bits that begin in the first one.
    auto pair = digest[bit / 8] << 8 | digest[bit / 8 + 1];
    out += alphabet[pair >> (11 - bit % 8) & 31];
  }
  return out;
}

} // namespace troupe::net
