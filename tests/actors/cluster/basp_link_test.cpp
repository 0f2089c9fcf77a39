#include "actors/cluster/basp_link.hpp"

#include "tests/actors/cluster/raw_peer.hpp"

#include <caf/binary_serializer.hpp>
#include <caf/io/basp/header.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace basp = caf::io::basp;

namespace {

/// A connection on which the test writes frames itself.
struct raw_wire {
  explicit raw_wire(mesh_node& to, bool dialled = false) {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data())
            == 0);
    end = ends[1];
    net::cluster_preface who;
    who.node = "raw";
    to.mesh->link_opened({1'000'000, who, dialled, ends[0]});
  }

  raw_wire(const raw_wire&) = delete;
  raw_wire& operator=(const raw_wire&) = delete;

  ~raw_wire() {
    ::close(end);
  }

  template <class... Ts>
  void write(basp::message_type what, uint8_t flags, const Ts&... payload) {
    std::vector<char> body;
    caf::binary_serializer sink{nullptr, body};
    if constexpr (sizeof...(Ts) > 0)
      CHECK(!sink(payload...));
    std::vector<char> frame;
    caf::binary_serializer head{nullptr, frame};
    auto actor = what == basp::message_type::direct_message ? 1U : 0U;
    CHECK(!head(basp::header{what, flags, static_cast<uint32_t>(body.size()), 0,
                             actor, actor}));
    frame.insert(frame.end(), body.begin(), body.end());
    CHECK(::send(end, frame.data(), frame.size(), MSG_NOSIGNAL)
          == static_cast<ssize_t>(frame.size()));
  }

  /// Whether the node closes the connection within five seconds.
  bool closed() const {
    timeval limit{5, 0};
    ::setsockopt(end, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    std::array<char, 4096> in{};
    for (;;) {
      auto n = ::recv(end, in.data(), in.size(), 0);
      if (n == 0 || (n < 0 && errno == ECONNRESET))
        return true;
      if (n < 0)
        return false;
    }
  }

  int end = -1;
};

constexpr auto client_handshake = basp::message_type::client_handshake;

constexpr auto select_flag = basp::header::select_connection_flag;

} // namespace

TEST_CASE("the end that dialled gets the other's gateway") {
  mesh_node a{"a"};
  raw_peer peer{a};
  CHECK(peer.answers());
  CHECK(a.sees("peer", node_state::connected));
}

TEST_CASE("a message of a later level is counted, and the link stays") {
  mesh_node a{"a"};
  raw_peer peer{a};
  REQUIRE(peer.answers());
  peer.send_untyped(later_news{"hello"});
  CHECK(peer.answers());
  CHECK(eventually([&] { return a.mesh->report().unknown_messages == 1; }));
  CHECK(a.has_link(peer.link));
  CHECK(a.knows("peer").level == cluster_level);
}

TEST_CASE("a node reaches a gateway that has one message more") {
  mesh_node a{"a"};
  later_config settings;
  caf::actor_system system{settings};
  std::promise<link_hello> heard;
  auto gateway = system.spawn([&heard]() -> later_gateway_actor::behavior_type {
    return {[&heard, told = false](const link_hello& x) mutable {
              if (!std::exchange(told, true))
                heard.set_value(x);
            },
            [](const seen&) {},
            [](const rooms_changed&) {},
            [](const rooms_snapshot&) {},
            [](const goodbye&) {},
            [](const room_snapshot&) {},
            [](const room_delta&) {},
            [](const part_wanted&) {},
            [](const part_closed&) {},
            [](const voices_heard&) {},
            [](const member_command&) {},
            [](const open_trunk&) {},
            [](const want_stream&) {},
            [](const stream_refused&) {},
            [](const want_data&) {},
            [](const data_relay&) {},
            [](const data_credit&) {},
            [](const data_relay_over&) {},
            [](const server_said&) {},
            [](const chat_told&) {},
            [](const chat_wanted&) {},
            [](const admin_ask&) {},
            [](const admin_answer&) {},
            [](const later_news&) {
            }};
  });
  basp_links links{system};
  auto wire = std::make_shared<test_wire>();
  net::cluster_preface later;
  later.node = "later";
  a.open(wire, 0, later, true);
  links.accept(wire->take(1), caf::actor_cast<gateway_v1_actor>(gateway),
               {[](const caf::node_id&) {
               }});
  auto hello = heard.get_future();
  REQUIRE(hello.wait_for(5s) == std::future_status::ready);
  CHECK(hello.get().name == "a");
  a.stop();
  caf::anon_send_exit(gateway, caf::exit_reason::kill);
}

TEST_CASE("another node cannot end the gateway") {
  mesh_node a{"a"};
  raw_peer peer{a};
  REQUIRE(peer.answers());
  caf::anon_send_exit(peer.gateway, caf::exit_reason::kill);
  peer.self->send_exit(peer.gateway, caf::exit_reason::kill);
  peer.send_untyped(
      caf::exit_msg{peer.self->address(), caf::exit_reason::kill});
  peer.send_untyped(
      caf::down_msg{peer.self->address(), caf::exit_reason::kill});
  peer.send_untyped(caf::make_error(caf::sec::runtime_error));
  CHECK(peer.answers());
  CHECK(a.sees("peer", node_state::connected));
}

TEST_CASE("acknowledgements of what was not sent are violations") {
  mesh_node a{"a"};
  raw_peer peer{a};
  REQUIRE(peer.answers());
  for (int i = 0; i < 99; ++i)
    peer.self->send(peer.gateway, seen{1'000'000});
  CHECK(peer.answers());
  CHECK(eventually([&] { return a.mesh->report().violations == 99; }));
  CHECK(a.has_link(peer.link));
  peer.self->send(peer.gateway, seen{1'000'000});
  CHECK(eventually([&] { return !a.has_link(peer.link); }));
  CHECK(eventually([&] { return a.mesh->report().quarantined == 1; }));
  std::lock_guard guard{a.mutex};
  CHECK(a.quarantined == std::vector<std::string>{"peer"});
}

TEST_CASE("a link cannot speak for a process that has another link") {
  mesh_node a{"a"};
  mesh_node b{"b"};
  link_nodes(a, b);
  REQUIRE(eventually([&] { return a.sees("b", node_state::connected); }));
  for (uint8_t flags : {uint8_t{0}, select_flag}) {
    raw_wire wire{a};
    wire.write(client_handshake, flags, b.system.node());
    CHECK(wire.closed());
  }
  // Messages to B still reach B.
  a.open_room("r");
  CHECK(eventually(
      [&] { return b.where_is("r") == std::vector<std::string>{"a"}; }));
}

TEST_CASE("a link cannot speak for its node, nor for two processes") {
  mesh_node a{"a"};
  raw_wire self{a};
  self.write(client_handshake, 0, a.system.node());
  CHECK(self.closed());
  raw_wire two{a};
  later_config settings;
  caf::actor_system one{settings};
  caf::actor_system other{settings};
  two.write(client_handshake, 0, one.node());
  two.write(client_handshake, 0, other.node());
  CHECK(two.closed());
}

TEST_CASE("a process may link again when its link is gone") {
  mesh_node a{"a"};
  later_config settings;
  caf::actor_system peer{settings};
  auto linked = [&] {
    raw_wire wire{a};
    wire.write(client_handshake, 0, peer.node());
    wire.write(client_handshake, select_flag, peer.node());
    // A refusal shows as the end of the connection.
    timeval limit{0, 50'000};
    ::setsockopt(wire.end, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    std::array<char, 4096> in{};
    ssize_t n = 1;
    while (n > 0)
      n = ::recv(wire.end, in.data(), in.size(), 0);
    return n < 0 && errno == EAGAIN;
  };
  CHECK(linked());
  CHECK(eventually(linked));
  CHECK(eventually(linked));
}

TEST_CASE("a message that names receivers of its answer closes the link") {
  mesh_node a{"a"};
  later_config settings;
  caf::actor_system peer{settings};
  raw_wire wire{a};
  wire.write(client_handshake, 0, peer.node());
  wire.write(basp::message_type::direct_message, 0, uint8_t{1}, uint8_t{0});
  CHECK(wire.closed());
}

TEST_CASE("a link that is never closed does not hold up the end of a node") {
  mesh_node a{"a"};
  raw_wire wire{a}; // its port closes nothing
  auto start = std::chrono::steady_clock::now();
  a.stop();
  // The actor ends by itself, before it would be killed.
  CHECK(std::chrono::steady_clock::now() - start < 1900ms);
}
