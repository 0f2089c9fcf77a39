#include "tests/support/source_tree.hpp"
#pragma once

#include <doctest/doctest.h>
#include <jwt.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

/// Tokens for tests, signed by the library that checks them.
namespace troupe::test {

inline std::string auth_file(const std::string& name) {
  return in_source_tree("tests/data/auth/" + name);
}

inline std::string read_auth_file(const std::string& name) {
  std::ifstream in{auth_file(name)};
  REQUIRE_MESSAGE(in.good(), name);
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// 32 octets, the least length of a secret.
inline const std::string hs256_secret = "an open secret, known to testers";

inline std::string make_token(jwt_alg_t algorithm, std::string_view key,
                              const std::string& claims) {
  jwt_t* token = nullptr;
  REQUIRE(jwt_new(&token) == 0);
  auto bytes = reinterpret_cast<const unsigned char*>(key.data());
  REQUIRE(jwt_set_alg(token, algorithm, key.empty() ? nullptr : bytes,
                      static_cast<int>(key.size()))
          == 0);
  REQUIRE(jwt_add_grants_json(token, claims.c_str()) == 0);
  char* text = jwt_encode_str(token);
  REQUIRE(text);
  std::string out{text};
  std::free(text);
  jwt_free(token);
  return out;
}

inline std::string hs256_token(const std::string& claims) {
  return make_token(JWT_ALG_HS256, hs256_secret, claims);
}

/// The claim `exp`, so many seconds from now.
inline std::string expires_in(std::chrono::seconds time) {
  auto at = std::chrono::system_clock::now() + time;
  return "\"exp\":"
         + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(
                              at.time_since_epoch())
                              .count());
}

} // namespace troupe::test
