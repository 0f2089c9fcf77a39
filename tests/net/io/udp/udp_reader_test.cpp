#include "net/io/loop/io_threads.hpp"
#include "net/io/loop/run_on_loops.hpp"
#include "net/io/udp/media_port.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <thread>

using namespace troupe::net;
using namespace std::chrono_literals;

namespace {

// Records what a port receives, for a test thread to wait for.
class recorder : public media_receiver {
public:
  void on_burst(std::span<datagram> burst, datagram_sink&) override {
    std::lock_guard guard{mutex_};
    for (auto& x : burst) {
      auto data = std::as_const(*x.data).bytes();
      received_.emplace_back(data.begin(), data.end());
    }
    changed_.notify_all();
  }

  void on_tcp_closed(const transport_tuple&) override {}

  // The first `n` datagrams, or fewer if they do not arrive.
  std::vector<std::vector<uint8_t>> wait_for(size_t n) {
    std::unique_lock guard{mutex_};
    changed_.wait_for(guard, 2s, [&] { return received_.size() >= n; });
    return received_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::vector<uint8_t>> received_;
};

// Replies to each datagram with the datagram itself.
class mirror : public media_receiver {
public:
  void on_burst(std::span<datagram> burst, datagram_sink& replies) override {
    for (auto& x : burst) {
      outgoing_datagram back{std::as_const(*x.data).bytes(), x.tuple};
      replies.send_batch({&back, 1});
    }
  }

  void on_tcp_closed(const transport_tuple&) override {}
};

// A client with a port, and a port that sends back what it receives.
struct mirrored {
  mirrored() : client(threads, heard, config()), server(wall, back, config()) {
    REQUIRE(client.start());
    REQUIRE(server.start());
    to_server = {transport_protocol::udp, 0,
                 *parse_address("127.0.0.1", client.port()),
                 *parse_address("127.0.0.1", server.port())};
  }

  static media_port_config config() {
    media_port_config out;
    out.addresses = {"127.0.0.1"};
    out.port = 0;
    return out;
  }

  // The server reads no earlier than all have arrived.
  void send_as_burst(const std::vector<std::vector<uint8_t>>& all) {
    std::latch begun{1};
    std::latch sent{1};
    wall.post(0, [&] {
      begun.count_down();
      sent.wait();
    });
    begun.wait();
    for (const auto& data : all) {
      outgoing_datagram out{data, to_server};
      client.send_batch({&out, 1});
    }
    sent.count_down();
    run_on_loop(wall, 0, [] {}); // the task above has ended
  }

  io_threads threads{1};
  io_threads wall{1};
  recorder heard;
  mirror back;
  media_port client;
  media_port server;
  transport_tuple to_server;
};

// A STUN Binding request, as far as a port checks it.
std::vector<uint8_t> check(uint8_t mark) {
  std::vector<uint8_t> out(20, mark);
  out[0] = 0;
  out[1] = 1;
  return out;
}

} // namespace

TEST_CASE("the responses to the checks of one burst leave by one system call") {
  mirrored x;
  constexpr uint8_t count = 20;
  std::vector<std::vector<uint8_t>> checks;
  for (uint8_t i = 0; i < count; ++i)
    checks.push_back(check(i));
  x.send_as_burst(checks);
  auto got = x.heard.wait_for(count);
  REQUIRE(got.size() == count);
  for (uint8_t i = 0; i < count; ++i)
    CHECK(got[i] == checks[i]);
  x.server.stop(); // makes its counters final
  auto stats = x.server.stats();
  CHECK(stats.send_calls == stats.bursts_received);
  CHECK(stats.send_calls < count);
}

TEST_CASE("a socket that is left unread for a moment loses nothing") {
  mirrored x;
  std::vector<std::vector<uint8_t>> sent;
  for (uint8_t i = 0; i < 10; i += 2) {
    x.send_as_burst(
        {check(i), check(static_cast<uint8_t>(i + 1))}); // a pause follows
    sent.insert(sent.end(), {check(i), check(static_cast<uint8_t>(i + 1))});
    REQUIRE(x.heard.wait_for(sent.size()) == sent);
  }
  const std::vector<uint8_t> media(20, 0x80);
  x.send_as_burst({media});
  sent.push_back(media);
  CHECK(x.heard.wait_for(sent.size()) == sent);
}

TEST_CASE("a reply that is not STUN does not wait for the end of the burst") {
  mirrored x;
  const std::vector<uint8_t> media(20, 0x80);
  x.send_as_burst({check(1), media});
  auto got = x.heard.wait_for(2);
  REQUIRE(got.size() == 2);
  CHECK(got[0] == media);
  CHECK(got[1] == check(1));
}
