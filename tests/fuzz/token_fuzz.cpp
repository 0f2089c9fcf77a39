#include "net/auth/token_verifier.hpp"
#include "protocol/dialects/common/identity.hpp"

#include <cstdlib>

using namespace troupe;

/// Verifies tokens from untrusted clients. None is signed with our secret, so
/// none may pass. The claims are parsed as if it had passed.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto verifier =
      *net::token_verifier::make({{net::token_algorithm::hs256},
                                  "a secret that no fuzzer will guess",
                                  {}});
  std::string_view text{reinterpret_cast<const char*>(data), size};
  if (verifier.verify(text))
    std::abort();
  auto who = protocol::read_claims(text, {}, protocol::wall_time{});
  if (who && (who->user.empty() || who->rooms.empty()))
    std::abort();
  return 0;
}
