#include "actors/transport/dtls_signaling.hpp"

#include "net/base/rng.hpp"
#include "tests/support/transport_pair.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;
using protocol::error_code;

namespace {

constexpr net::time_point start{1h};

connect_dtls parameters(bool guessed) {
  const auto& print = client_certificate().fingerprint();
  connect_dtls out;
  out.guessed = guessed;
  out.remote.role = protocol::dtls_role::client;
  out.remote.fingerprints = {{print.algorithm, print.value}};
  return out;
}

struct scene {
  std::optional<error_code> connect(const connect_dtls& x) {
    auto refusal = signaling.connect(engine, x, start);
    return refusal ? std::optional{refusal->code} : std::nullopt;
  }

  std::unique_ptr<net::rng> random = net::make_seeded_rng(1);
  net::webrtc_transport engine{{.dtls = &server_certificate()}, *random};
  dtls_signaling signaling;
};

} // namespace

TEST_CASE("the signaled parameters are the engine's own") {
  scene at;
  const auto x = to_signaling(at.engine, server_certificate());
  CHECK(x.ice.username_fragment == at.engine.local_ice().username_fragment);
  REQUIRE(x.dtls.fingerprints.size() == 1);
  CHECK(x.dtls.fingerprints[0].value
        == server_certificate().fingerprint().value);
  CHECK(x.dtls.role == protocol::dtls_role::automatic);
}

TEST_CASE("a transport is connected once") {
  scene at;
  CHECK_FALSE(at.connect(parameters(false)));
  CHECK(at.connect(parameters(false)) == error_code::wrong_state);
  // Not even by a guess, since the first one was none.
  CHECK(at.connect(parameters(true)) == error_code::wrong_state);
}

TEST_CASE("guessed parameters may be followed by others") {
  scene at;
  CHECK_FALSE(at.connect(parameters(true)));
  CHECK_FALSE(at.connect(parameters(true)));
  CHECK(at.connect(parameters(false)) == error_code::wrong_state);
}

TEST_CASE("parameters without a fingerprint leave it unconnected") {
  scene at;
  auto none = parameters(true);
  none.remote.fingerprints.clear();
  CHECK(at.connect(none) == error_code::bad_request);
  CHECK_FALSE(at.connect(parameters(true)));
}
