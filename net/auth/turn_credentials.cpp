#include "net/auth/turn_credentials.hpp"

#include "net/auth/base64.hpp"
#include "net/base/assert.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace troupe::net {

namespace {

// Browsers refuse user names of more than 509 octets (RFC 8489, section 14.3).
constexpr size_t longest_turn_user = 128;

std::string to_turn_user(std::string_view user) {
  std::string out{user.substr(0, longest_turn_user)};
  for (auto& c : out)
    if (c <= ' ' || c > '~')
      c = '_';
  return out;
}

} // namespace

turn_credentials make_turn_credentials(std::string_view secret,
                                       std::string_view user,
                                       std::chrono::sys_seconds expiry) {
  turn_credentials out;
  out.username = std::to_string(expiry.time_since_epoch().count()) + ":"
                 + to_turn_user(user);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  const auto* done =
      HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(out.username.data()),
           out.username.size(), digest.data(), &size);
  TROUPE_ASSERT(done != nullptr);
  out.credential =
      to_base64({reinterpret_cast<const char*>(digest.data()), size});
  return out;
}

} // namespace troupe::net
