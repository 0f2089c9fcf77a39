#include "net/auth/hmac.hpp"

#include "net/base/assert.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace troupe::net {

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned size = 0;
  const auto* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           out.data(), &size);
  TROUPE_ASSERT(done != nullptr);
  return {reinterpret_cast<const char*>(out.data()), size};
}

} // namespace troupe::net
