#include "net/auth/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace troupe::net {

std::string to_base64(std::string_view octets) {
  // EVP_EncodeBlock appends a zero, for which a string has space.
  std::string out((octets.size() + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                  reinterpret_cast<const unsigned char*>(octets.data()),
                  static_cast<int>(octets.size()));
  return out;
}

std::string to_base64url(std::string_view octets) {
  auto out = to_base64(octets);
  out.resize(out.find_last_not_of('=') + 1);
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string out(text.size() / 4 * 3, '\0');
  const auto size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  if (size < 0 || static_cast<size_t>(size) != out.size())
    return std::nullopt;
  // OpenSSL counts the padding as octets, and skips white space.
  const auto padding = text.size() - (text.find_last_not_of('=') + 1);
  out.resize(out.size() - std::min<size_t>(padding, 2));
  if (to_base64(out) != text)
    return std::nullopt;
  return out;
}

} // namespace troupe::net
