#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/running_node.hpp"

/// Clients whose ICE checks the I/O threads answer.
using namespace troupe;
using namespace troupe::test;

TEST_CASE("a transport whose client sends no more checks is disconnected") {
  auto settings = loopback();
  settings.rtc.consent_timeout = std::chrono::seconds{2};
  running_node node{settings};
  live_client ann{node.port(), "r", "ann"};
  live_transport up{client_dtls()};
  ann.open(up, "send", client_dtls());
  REQUIRE(drive({&up}, [&] { return up.connected(); }));
  auto has_state = [&](const char* state) {
    auto reply =
        ann.request("get-stats", R"({"transportId":)" + quoted(up.id) + "}");
    return to_text(reply["data"]).find(R"("iceState":")" + std::string{state})
           != std::string::npos;
  };
  REQUIRE(has_state("completed"));
  CHECK(drive({}, [&] { return has_state("disconnected"); }));
}
