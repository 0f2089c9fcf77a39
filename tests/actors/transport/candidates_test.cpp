#include "actors/transport/candidates.hpp"

#include "net/io/loop/io_threads.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe;

namespace {

class no_receiver final : public net::media_receiver {
public:
  void on_burst(std::span<net::datagram>, net::datagram_sink&) override {}

  void on_tcp_closed(const net::transport_tuple&) override {}
};

struct fixture {
  explicit fixture(std::vector<std::string> listen = {"127.0.0.1"}) {
    net::media_port_config settings;
    settings.addresses = std::move(listen);
    settings.port = 0;
    port = std::make_unique<net::media_port>(threads, receiver, settings);
    REQUIRE(port->start().has_value());
    services.port = port.get();
  }

  std::vector<protocol::ice_candidate> make(const std::string& signaled_at,
                                            bool force_tcp = false) {
    return actors::make_candidates(
        services, *net::parse_address(signaled_at, 3000), force_tcp);
  }

  no_receiver receiver;
  net::io_threads threads{1};
  std::unique_ptr<net::media_port> port;
  actors::media_services services{{}, nullptr, {}, nullptr, {}};
};

} // namespace

TEST_CASE("candidates have the bound port, and UDP comes before TCP") {
  fixture world;
  auto out = world.make("127.0.0.1");
  REQUIRE(out.size() == 2);
  CHECK(out[0].protocol == protocol::ice_protocol::udp);
  CHECK(out[1].protocol == protocol::ice_protocol::tcp);
  CHECK(out[0].priority > out[1].priority);
  for (const auto& x : out) {
    CHECK(x.address == "127.0.0.1");
    CHECK(x.port == world.port->port());
    CHECK(x.port != 0);
  }
}

TEST_CASE("a client may ask for TCP alone, and an operator may prefer TCP") {
  fixture world;
  auto forced = world.make("127.0.0.1", true);
  REQUIRE(forced.size() == 1);
  CHECK(forced[0].protocol == protocol::ice_protocol::tcp);
  world.services.settings.rtc.prefer_tcp = true;
  for (auto preferring = world.make("127.0.0.1"); const auto& x : preferring)
    for (const auto& y : preferring)
      if (x.protocol == protocol::ice_protocol::tcp
          && y.protocol == protocol::ice_protocol::udp)
        CHECK(x.priority > y.priority);
  world.services.settings.rtc.tcp = false;
  for (const auto& x : world.make("127.0.0.1"))
    CHECK(x.protocol == protocol::ice_protocol::udp);
}

TEST_CASE("announced addresses replace those of the interfaces") {
  fixture world;
  world.services.settings.rtc.announced_addresses = {"203.0.113.7",
                                                     "2001:db8::1"};
  auto out = world.make("127.0.0.1");
  REQUIRE(out.size() == 4);
  for (const auto& x : out)
    CHECK((x.address == "203.0.113.7" || x.address == "2001:db8::1"));
}

TEST_CASE("the address at which signaling arrived comes first") {
  fixture world{{"127.0.0.1", "127.0.0.2"}};
  for (std::string at : {"127.0.0.1", "127.0.0.2"}) {
    auto out = world.make(at);
    REQUIRE_FALSE(out.empty());
    auto best =
        std::ranges::max_element(out, {}, &protocol::ice_candidate::priority);
    CHECK(best->address == at);
  }
}
