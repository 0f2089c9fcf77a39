// Clients that send faster than the server delivers, or read more slowly than
// it sends.
#include "poller.hpp"
#include "tests/net/io/support/http_fixture.hpp"

#include <doctest/doctest.h>

#include <atomic>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

// An upper layer that takes messages only on request.
class slow_handler final : public http_handler {
public:
  std::optional<http_response> handle_http(const http_request& x) override {
    if (x.path == "/size")
      return text_response(200, std::to_string(x.body.size()));
    return std::nullopt;
  }

  upgrade_decision decide_upgrade(const http_request&) override {
    return upgrade_decision::accept("slow");
  }

  std::unique_ptr<connection_events>
  open_connection(std::shared_ptr<connection> conn) override {
    std::lock_guard guard{mutex_};
    opened_.push_back(std::move(conn));
    return std::make_unique<events>(*this);
  }

  /// The number of messages that wait.
  size_t waiting() {
    std::lock_guard guard{mutex_};
    return waiting_.size();
  }

  /// The octets of the messages that wait.
  size_t octets() {
    std::lock_guard guard{mutex_};
    size_t sum = 0;
    for (const auto& x : waiting_)
      sum += x.data.size();
    return sum;
  }

  /// Takes all waiting messages; returns their number.
  size_t take() {
    std::vector<incoming_message> taken;
    {
      std::lock_guard guard{mutex_};
      taken.swap(waiting_);
    }
    return taken.size();
  }

  std::shared_ptr<connection> wait_for_open() {
    std::shared_ptr<connection> out;
    CHECK(eventually([&] {
      std::lock_guard guard{mutex_};
      out = opened_.empty() ? nullptr : opened_.front();
      return out != nullptr;
    }));
    return out;
  }

  std::atomic<int> drained{0};
  std::atomic<int> closed{0};

private:
  struct events final : connection_events {
    explicit events(slow_handler& x) : up(x) {}

    void on_message(incoming_message x) override {
      std::lock_guard guard{up.mutex_};
      up.waiting_.push_back(std::move(x));
    }

    void on_drained() override {
      ++up.drained;
    }

    void on_close(uint16_t code) override {
      up.closed = code;
    }

    slow_handler& up;
  };

  std::mutex mutex_;
  std::vector<incoming_message> waiting_;
  std::vector<std::shared_ptr<connection>> opened_;
};

struct slow_fixture {
  explicit slow_fixture(http_server_config config)
      : server(threads, handler, std::move(config)) {
    REQUIRE(server.start());
  }

  ~slow_fixture() {
    handler.take();
  }

  uint64_t rejects(reject_reason why) const {
    return server.rejects()[why];
  }

  slow_handler handler;
  io_threads threads{2};
  http_server server;
};

http_server_config with_limits(undelivered_limits limits) {
  auto config = loopback_config();
  config.undelivered = limits;
  return config;
}

// Sends `count` messages of that size on a thread of its own.
std::thread send_from(ws_client& client, int count, size_t size) {
  return std::thread{[&client, count, size] {
    for (int i = 0; i < count; ++i)
      client.send_text(std::string(size, 'x'));
  }};
}

} // namespace

TEST_CASE(
    "a WebSocket with too many undelivered octets is not read but loses none") {
  slow_fixture x{with_limits({64 << 10, 64 << 20, 16 << 10})};
  ws_client client{x.server.port(), "/ws"};
  auto sender = send_from(client, 400, 16 << 10);
  CHECK(eventually(
      [&] { return x.rejects(reject_reason::connection_backlog) > 0; }));
  // At most the limit and one read beyond it.
  CHECK(x.handler.octets() <= 96 << 10);
  CHECK(x.server.stats().undelivered_octets >= 64 << 10);
  size_t taken = 0;
  CHECK(eventually([&] { return (taken += x.handler.take()) == 400; }));
  sender.join();
  CHECK(x.server.stats().undelivered_octets == 0);
  CHECK(x.handler.closed == 0);
}

TEST_CASE("a POST is answered once its messages have been delivered") {
  slow_fixture x{with_limits({64 << 10, 64 << 20, 16 << 10})};
  poller client{x.server.port()};
  tcp_client posting{x.server.port()};
  auto body = "4" + std::string(100 << 10, 'x');
  posting.write("POST " + client.target() + " HTTP/1.1\r\nHost: x\r\n"
                + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n"
                + body);
  CHECK(eventually(
      [&] { return x.rejects(reject_reason::connection_backlog) == 1; }));
  CHECK(x.handler.take() == 1);
  CHECK(read_reply(posting).body == "ok");
  // After that the client may post again.
  auto next = client.post("4again");
  CHECK(next.body == "ok");
  CHECK(x.handler.take() == 1);
}

TEST_CASE("a client that posts again before the previous answer is closed") {
  slow_fixture x{with_limits({64 << 10, 64 << 20, 16 << 10})};
  poller client{x.server.port()};
  tcp_client posting{x.server.port()};
  auto body = "4" + std::string(100 << 10, 'x');
  posting.write("POST " + client.target() + " HTTP/1.1\r\nHost: x\r\n"
                + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n"
                + body);
  CHECK(eventually(
      [&] { return x.rejects(reject_reason::connection_backlog) == 1; }));
  CHECK(client.post("4more").status == 400);
  CHECK(eventually([&] { return x.handler.closed == 1002; }));
  CHECK(x.handler.take() == 1);
}

TEST_CASE("a client that exhausts the server's total does not block others") {
  slow_fixture x{with_limits({1 << 20, 256 << 10, 16 << 10})};
  ws_client busy_client{x.server.port(), "/ws"};
  ws_client light_client{x.server.port(), "/ws"};
  poller polling{x.server.port()};
  auto sender = send_from(busy_client, 100, 10 << 10);
  CHECK(
      eventually([&] { return x.rejects(reject_reason::server_backlog) > 0; }));
  auto full = x.handler.waiting();
  CHECK(x.handler.octets() <= 288 << 10);
  light_client.send_text("hello");
  CHECK(eventually([&] { return x.handler.waiting() == full + 1; }));
  CHECK(polling.post("4hello").body == "ok");
  CHECK(x.handler.waiting() == full + 2);
  // A body larger than the share then has to wait.
  auto before = x.rejects(reject_reason::server_backlog);
  std::thread posting{[&] {
    auto reply =
        http(x.server.port(), "POST", "/size", {}, std::string(100 << 10, 'x'));
    CHECK(reply.body == std::to_string(100 << 10));
  }};
  CHECK(eventually(
      [&] { return x.rejects(reject_reason::server_backlog) > before; }));
  size_t taken = 0;
  CHECK(eventually([&] { return (taken += x.handler.take()) == 102; }));
  posting.join();
  sender.join();
  CHECK(eventually([&] { return x.server.stats().undelivered_octets == 0; }));
}

TEST_CASE("a message that is not finished in time frees its octets") {
  auto config = with_limits({1 << 20, 64 << 10, 16 << 10});
  config.message_timeout = 200ms;
  config.body_timeout = 200ms;
  slow_fixture x{config};
  // Each client sends a part of a message; together they exceed the total.
  std::vector<ws_client> clients;
  clients.reserve(8);
  for (int i = 0; i < 8; ++i)
    clients.emplace_back(x.server.port(), "/ws")
        .send(1, std::string(32 << 10, 'x'), false);
  tcp_client posting{x.server.port()};
  posting.write("POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n"
                "\r\n"
                + std::string(50 << 10, 'x'));
  for (auto& client : clients)
    CHECK(client.close_code() == 1008);
  CHECK(posting.reads_end());
  CHECK(eventually([&] { return x.server.stats().undelivered_octets == 0; }));
}

TEST_CASE("a client that disconnects while it is not read is released") {
  slow_fixture x{with_limits({64 << 10, 64 << 20, 16 << 10})};
  {
    ws_client client{x.server.port(), "/ws"};
    client.send_text(std::string(100 << 10, 'x'));
    CHECK(eventually(
        [&] { return x.rejects(reject_reason::connection_backlog) > 0; }));
  }
  CHECK(x.handler.take() == 1);
  CHECK(eventually([&] { return x.handler.closed == 1006; }));
  CHECK(eventually([&] { return x.server.stats().connections == 0; }));
}

TEST_CASE("a server stops while a connection is not read") {
  slow_fixture x{with_limits({64 << 10, 64 << 20, 16 << 10})};
  ws_client client{x.server.port(), "/ws"};
  client.send_text(std::string(100 << 10, 'x'));
  CHECK(eventually(
      [&] { return x.rejects(reject_reason::connection_backlog) > 0; }));
  x.server.stop();
  CHECK(x.handler.closed == 1001);
}

TEST_CASE("one long answer does not make a slow reader") {
  slow_fixture x{loopback_config()};
  ws_client client{x.server.port(), "/ws"};
  auto conn = x.handler.wait_for_open();
  // More than the kernel buffers for the client, and than max_write_queue.
  constexpr size_t size = 32 << 20;
  conn->send_text(std::string(size, 'x'));
  conn->send_text("news");
  CHECK(conn->await_drain());
  CHECK(x.handler.drained == 0);
  CHECK(client.text().size() == size);
  CHECK(client.text() == "news");
  CHECK(eventually([&] { return x.handler.drained == 1; }));
  CHECK(x.rejects(reject_reason::slow_reader) == 0);
}

TEST_CASE("a polling client gets long lists in several answers, complete") {
  slow_fixture x{loopback_config()};
  poller client{x.server.port()};
  auto conn = x.handler.wait_for_open();
  std::vector<outgoing_message> batch;
  for (int i = 0; i < 30; ++i)
    batch.push_back({std::make_shared<const std::string>(100 << 10, 'x')});
  conn->send(std::move(batch));
  CHECK(conn->await_drain());
  CHECK(x.handler.drained == 0);
  size_t octets = 0;
  for (int i = 0; i < 3; ++i) {
    auto body = client.get().body;
    CHECK(body.size() <= 1 << 20);
    octets += body.size();
  }
  // A digit precedes each packet, and a separator all but the first packet of
  // each answer.
  CHECK(octets == 30 * ((100 << 10) + 1) + 30 - 3);
  CHECK(eventually([&] { return x.handler.drained == 1; }));
  CHECK(x.rejects(reject_reason::slow_reader) == 0);
}
