#include "protocol/verbs/dtls_fingerprint.hpp"

#include "protocol/verbs/mime_type.hpp"

#include <array>

namespace troupe::protocol {

namespace {

struct hash_algorithm {
  std::string_view name;
  size_t octets;
};

// The algorithms that mediasoup knows too; md2 and md5 (RFC 8122) are broken.
constexpr std::array<hash_algorithm, 5> hash_algorithms{{
    {"sha-1", 20},
    {"sha-224", 28},
    {"sha-256", 32},
    {"sha-384", 48},
    {"sha-512", 64},
}};

const hash_algorithm* find_hash_algorithm(std::string_view name) {
  for (const auto& x : hash_algorithms)
    if (x.name == name)
      return &x;
  return nullptr;
}

char to_upper_hex(char x) {
  return x >= 'a' && x <= 'f' ? static_cast<char>(x - 'a' + 'A') : x;
}

bool is_upper_hex(char x) {
  return (x >= '0' && x <= '9') || (x >= 'A' && x <= 'F');
}

// Whether `text` is `octets` pairs of upper-case digits with colons between.
bool is_hash(std::string_view text, size_t octets) {
  if (text.size() != octets * 3 - 1)
    return false;
  for (size_t i = 0; i < text.size(); ++i)
    if (i % 3 == 2 ? text[i] != ':' : !is_upper_hex(text[i]))
      return false;
  return true;
}

} // namespace

fingerprint_state normalize(dtls_fingerprint& in) {
  in.algorithm = to_lower(in.algorithm);
  for (auto& x : in.value)
    x = to_upper_hex(x);
  const auto* algorithm = find_hash_algorithm(in.algorithm);
  if (!algorithm)
    return fingerprint_state::unknown_algorithm;
  return is_hash(in.value, algorithm->octets) ? fingerprint_state::usable
                                              : fingerprint_state::bad_value;
}

} // namespace troupe::protocol
