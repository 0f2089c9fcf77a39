#include "net/auth/secret.hpp"

#include <openssl/crypto.h>

namespace troupe::net {

bool secret::matches(std::string_view guess) const {
  return !value_.empty() && guess.size() == value_.size()
         && CRYPTO_memcmp(guess.data(), value_.data(), guess.size()) == 0;
}

} // namespace troupe::net
