// A session whose client has not read what it was sent.
#include "tests/actors/support/fake_client.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

// A connection whose client reads only when the test lets it.
class unread_connection final : public net::described_connection {
public:
  unread_connection() : net::described_connection(local_request(), "ws", 1) {}

  void send(std::vector<net::outgoing_message> messages) override {
    for (const auto& x : messages) {
      ++messages_sent;
      octets += x.text->size();
    }
  }

  bool await_drain() override {
    awaited = true;
    return true;
  }

  void close(uint16_t, std::string) override {}

  size_t messages_sent = 0;
  size_t octets = 0; // since the client last read
  bool awaited = false;
};

struct unread_session {
  unread_session() {
    protocol::handshake hello;
    hello.path = "/socket";
    hello.query = {{"auth", "ann"}, {"channelId", "r"}};
    session = actors::spawn_session(
        *world.system,
        {connection, protocol::find_dialect(hello), hello, world.services,
         caf::actor_cast<actors::room_gate_actor>(world.server)});
    world.run();
  }

  ~unread_session() {
    caf::anon_send(session, actors::connection_closed{});
    world.run();
  }

  void ask(int id, std::shared_ptr<void> receipt = nullptr) {
    caf::anon_send(session, actors::frame_received{
                                make_request(id, "get-rtp-capabilities", "{}"),
                                false, std::move(receipt)});
  }

  actor_world world;
  std::shared_ptr<unread_connection> connection =
      std::make_shared<unread_connection>();
  actors::session_actor session;
};

} // namespace

TEST_CASE("requests wait while their client has much to read") {
  unread_session at;
  constexpr int count = 400;
  for (int i = 1; i <= count; ++i)
    at.ask(i);
  at.world.run();
  REQUIRE(at.connection->awaited);
  int rounds = 1;
  for (; at.connection->awaited; ++rounds) {
    // The limit of unread octets, and the response that exceeds it.
    CHECK(at.connection->octets >= 256 << 10);
    CHECK(at.connection->octets < 300 << 10);
    at.connection->octets = 0;
    at.connection->awaited = false;
    caf::anon_send(at.session, actors::connection_drained{});
    at.world.run();
  }
  CHECK(at.connection->messages_sent == count);
  CHECK(rounds > 3);
}

TEST_CASE("a frame counts as undelivered until the session handles it") {
  unread_session at;
  auto receipt = std::make_shared<int>();
  constexpr int count = 400;
  for (int i = 1; i <= count; ++i)
    at.ask(i, receipt);
  // In the mailbox, then in the session's own queue.
  CHECK(receipt.use_count() == 1 + count);
  at.world.run();
  REQUIRE(at.connection->awaited);
  CHECK(receipt.use_count()
        == static_cast<long>(1 + count - at.connection->messages_sent));
  caf::anon_send(at.session, actors::connection_closed{});
  at.world.run();
  CHECK(receipt.use_count() == 1);
}
