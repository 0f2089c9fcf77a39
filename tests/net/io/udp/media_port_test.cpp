#include "net/io/loop/io_threads.hpp"
#include "net/io/process/local_addresses.hpp"
#include "net/io/udp/media_port.hpp"
#include "net/io/udp/udp_socket.hpp"

#include "tests/net/io/support/client.hpp"

#include "tests/support/capture.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

using namespace troupe::net;
using namespace std::chrono_literals;
using testing::tcp_client;

namespace {

// Records what a port receives, for a test thread to wait for.
class recorder : public media_receiver {
public:
  void on_burst(std::span<datagram> burst, datagram_sink&) override {
    std::lock_guard guard{mutex_};
    for (auto& x : burst)
      received_.push_back(std::move(x));
    changed_.notify_all();
  }

  void on_tcp_closed(const transport_tuple& tuple) override {
    std::lock_guard guard{mutex_};
    closed_.push_back(tuple);
    changed_.notify_all();
  }

  // The first `n` datagrams, or fewer if they do not arrive.
  std::vector<datagram> wait_for(size_t n) {
    std::unique_lock guard{mutex_};
    changed_.wait_for(guard, 2s, [&] { return received_.size() >= n; });
    return received_;
  }

  std::vector<transport_tuple> wait_for_close(size_t n = 1) {
    std::unique_lock guard{mutex_};
    changed_.wait_for(guard, 2s, [&] { return closed_.size() >= n; });
    return closed_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<datagram> received_;
  std::vector<transport_tuple> closed_;
};

// Replies to each datagram with the datagram itself.
class mirror : public media_receiver {
public:
  void on_burst(std::span<datagram> burst, datagram_sink& replies) override {
    for (const auto& x : burst) {
      outgoing_datagram back{std::as_const(*x.data).bytes(), x.tuple};
      replies.send_batch({&back, 1});
    }
  }

  void on_tcp_closed(const transport_tuple&) override {}
};

media_port_config config_for(std::vector<std::string> addresses) {
  media_port_config result;
  result.addresses = std::move(addresses);
  result.port = 0;
  return result;
}

std::vector<uint8_t> octets(size_t n, uint8_t seed) {
  std::vector<uint8_t> result(n);
  for (size_t i = 0; i < n; ++i)
    result[i] = static_cast<uint8_t>(seed + i * 7);
  return result;
}

bool same(const datagram& x, const std::vector<uint8_t>& y) {
  auto have = std::as_const(*x.data).bytes();
  return std::ranges::equal(have, y);
}

// Two ports with one thread each that send to each other.
struct pair {
  explicit pair(const std::string& ip, media_port_config config = {})
      : a(threads, at_a, with(config, ip))
      , b(threads, at_b, with(config, ip)) {
    REQUIRE(a.start());
    REQUIRE(b.start());
    to_b = {transport_protocol::udp, 0, *parse_address(ip, a.port()),
            *parse_address(ip, b.port())};
  }

  static media_port_config with(media_port_config config,
                                const std::string& ip) {
    config.addresses = {ip};
    config.port = 0;
    return config;
  }

  io_threads threads{2};
  recorder at_a;
  recorder at_b;
  media_port a;
  media_port b;
  transport_tuple to_b;
};

std::string framed(std::string_view data) {
  std::string result;
  result += static_cast<char>(data.size() >> 8);
  result += static_cast<char>(data.size() & 0xff);
  result += data;
  return result;
}

// The header of a STUN Binding request; the port checks no more.
std::string binding_request() {
  std::string result{"\x00\x01\x00\x00\x21\x12\xa4\x42", 8};
  return result + "transaction!";
}

void exchange_both_ways(const std::string& ip) {
  pair x{ip};
  auto ping = octets(100, 1);
  outgoing_datagram out{ping, x.to_b};
  x.a.send_batch({&out, 1});
  auto got = x.at_b.wait_for(1);
  REQUIRE(got.size() == 1);
  CHECK(same(got[0], ping));
  CHECK(got[0].tuple.local == x.to_b.remote);
  CHECK(got[0].tuple.remote == x.to_b.local);
  CHECK(got[0].tuple.protocol == transport_protocol::udp);

  auto pong = octets(50, 2);
  outgoing_datagram back{pong, got[0].tuple};
  x.b.send_batch({&back, 1});
  auto answer = x.at_a.wait_for(1);
  REQUIRE(answer.size() == 1);
  CHECK(same(answer[0], pong));
}

} // namespace

TEST_CASE("datagrams flow both ways over IPv4") {
  exchange_both_ways("127.0.0.1");
}

TEST_CASE("datagrams flow both ways over IPv6") {
  exchange_both_ways("::1");
}

TEST_CASE(
    "runs of equal datagrams arrive whole and in order, with or without GSO") {
  struct row {
    bool gso;
    bool gro;
  };
  for (auto [gso, gro] : {row{true, true}, row{true, false}, row{false, true},
                          row{false, false}}) {
    CAPTURE_BOUND(gso);
    CAPTURE_BOUND(gro);
    media_port_config config;
    config.gso = gso;
    config.gro = gro;
    config.tcp = false;
    pair x{"127.0.0.1", config};
    // Runs of 1200 that end with a shorter datagram, a single one, and more
    // than a message can hold; all sizes around a buffer's capacity.
    std::vector<std::vector<uint8_t>> data;
    auto add = [&](size_t n, size_t size) {
      for (size_t i = 0; i < n; ++i)
        data.push_back(octets(size, static_cast<uint8_t>(data.size())));
    };
    add(7, 1200);
    add(1, 333);
    add(1, 1200);
    add(3, 40);
    add(1, 1);
    add(70, 900);
    add(5, 1600);
    add(1, 1599);
    std::vector<outgoing_datagram> batch;
    for (const auto& d : data)
      batch.push_back({d, x.to_b});
    x.a.send_batch(batch);
    auto got = x.at_b.wait_for(data.size());
    REQUIRE(got.size() == data.size());
    for (size_t i = 0; i < data.size(); ++i)
      CHECK_MESSAGE(same(got[i], data[i]), "datagram ", i);
    auto stats = x.a.stats();
    CHECK(stats.datagrams_sent == data.size());
    CHECK(stats.send_errors == 0);
    CHECK(stats.gso_refused == 0);
    CHECK((stats.gso_runs > 0) == gso);
    CHECK(stats.send_calls == (gso ? 1 : 2));
    CHECK(stats.send_messages == (gso ? size_t{6} : data.size()));
    auto heard = x.b.stats();
    CHECK(heard.datagrams_received == data.size());
    CHECK(heard.wakeups > 0);
    CHECK(heard.receive_calls >= heard.wakeups);
  }
}

TEST_CASE("a datagram longer than a buffer is dropped and counted") {
  for (bool gro : {true, false}) {
    media_port_config config;
    config.gro = gro;
    pair x{"127.0.0.1", config};
    auto large = octets(1601, 0);
    auto small = octets(10, 0);
    outgoing_datagram batch[] = {{large, x.to_b}, {small, x.to_b}};
    x.a.send_batch(batch);
    auto got = x.at_b.wait_for(1);
    REQUIRE(got.size() == 1);
    CHECK(same(got[0], small));
    CHECK(x.b.stats().oversized_dropped == 1);
  }
}

TEST_CASE("a datagram that the kernel refuses does not block the others") {
  pair x{"127.0.0.1"};
  auto data = octets(20, 0);
  auto nowhere = x.to_b;
  nowhere.remote.set_port(0);
  outgoing_datagram batch[] = {{data, nowhere}, {data, x.to_b}};
  x.a.send_batch(batch);
  CHECK(x.at_b.wait_for(1).size() == 1);
  CHECK(x.a.stats().send_errors == 1);
}

TEST_CASE("a response leaves from the address that received the request") {
  io_threads threads{1};
  recorder at_server;
  media_port server{threads, at_server, config_for({"0.0.0.0"})};
  REQUIRE(server.start());
  recorder at_client;
  media_port client{threads, at_client, config_for({"127.0.0.1"})};
  REQUIRE(client.start());
  auto data = octets(20, 0);
  transport_tuple tuple{transport_protocol::udp,
                        0,
                        {},
                        *parse_address("127.0.0.77", server.port())};
  outgoing_datagram out{data, tuple};
  client.send_batch({&out, 1});
  auto got = at_server.wait_for(1);
  REQUIRE(got.size() == 1);
  CHECK(got[0].tuple.local.ip() == "127.0.0.77");
  outgoing_datagram run[] = {{data, got[0].tuple}, {data, got[0].tuple}};
  server.send_batch(run);
  auto answers = at_client.wait_for(2);
  REQUIRE(answers.size() == 2);
  CHECK(answers[1].tuple.remote.str()
        == "127.0.0.77:" + std::to_string(server.port()));
}

TEST_CASE("any number of threads may send") {
  pair x{"127.0.0.1"};
  std::vector<std::thread> senders;
  for (uint8_t k = 0; k < 4; ++k)
    senders.emplace_back([&x, k] {
      auto data = octets(200, k);
      std::vector<outgoing_datagram> batch(10, {data, x.to_b});
      for (int i = 0; i < 20; ++i)
        x.a.send_batch(batch);
    });
  for (auto& s : senders)
    s.join();
  CHECK(x.at_b.wait_for(800).size() == 800);
}

TEST_CASE("all sockets of a port share its port number") {
  io_threads threads{2};
  recorder up;
  auto config = config_for({"127.0.0.1", "::1"});
  config.sockets_per_address = 3;
  media_port port{threads, up, config};
  REQUIRE(port.start());
  auto all = port.addresses();
  REQUIRE(all.size() == 2);
  CHECK(all[0].str() == "127.0.0.1:" + std::to_string(port.port()));
  CHECK(all[1].str() == "[::1]:" + std::to_string(port.port()));
  // The port is in use: no other program's datagrams are taken.
  auto again = config;
  again.port = port.port();
  again.sockets_per_address = 1;
  media_port other{threads, up, again};
  CHECK(other.start().error() == std::errc::address_in_use);
}

TEST_CASE("a port knows on which path to leave from one of its addresses") {
  io_threads threads{1};
  recorder up;
  auto config = config_for({"127.0.0.1", "127.0.0.2", "::"});
  config.sockets_per_address = 3;
  media_port port{threads, up, config};
  REQUIRE(port.start());
  CHECK(port.path_from(*parse_address("127.0.0.1", 9)) == 0u);
  CHECK(port.path_from(*parse_address("127.0.0.2", 9)) == 3u);
  CHECK(port.path_from(*parse_address("127.0.0.3", 9)) == std::nullopt);
  CHECK(port.path_from(*parse_address("fd00::1", 9)) == 6u);
}

TEST_CASE("a bad address is an error at the start") {
  io_threads threads{1};
  recorder up;
  media_port port{threads, up, config_for({"localhost"})};
  CHECK(port.start().error() == std::errc::invalid_argument);
}

TEST_CASE("the host has addresses, loopback last and none link-local") {
  auto all = local_addresses();
  REQUIRE(!all.empty());
  CHECK(all.back().is_loopback());
  for (const auto& x : all) {
    CHECK(!x.is_link_local());
    CHECK(x.port() == 0);
  }
}

TEST_CASE("ICE-TCP carries datagrams in both directions") {
  io_threads threads{2};
  recorder up;
  media_port port{threads, up, config_for({"127.0.0.1"})};
  REQUIRE(port.start());
  tcp_client client{port.port()};
  REQUIRE(client.connected());
  // Split within a length, and within a frame.
  auto stream = framed(binding_request()) + framed("") + framed("second");
  for (auto c : stream.substr(0, 4))
    CHECK(client.write({&c, 1}));
  CHECK(client.write(stream.substr(4)));
  auto got = up.wait_for(2);
  REQUIRE(got.size() == 2);
  CHECK(as_text(std::as_const(*got[0].data).bytes()) == binding_request());
  CHECK(as_text(std::as_const(*got[1].data).bytes()) == "second");
  const auto& tuple = got[0].tuple;
  CHECK(tuple.protocol == transport_protocol::tcp);
  CHECK(tuple.local.port() == port.port());

  outgoing_datagram out[] = {{as_bytes("one"), tuple},
                             {as_bytes("two"), tuple}};
  port.send_batch(out);
  CHECK(client.read(10) == framed("one") + framed("two"));
  CHECK(port.stats().tcp_connections == 1);

  client.close();
  auto closed = up.wait_for_close();
  REQUIRE(closed.size() == 1);
  CHECK(closed[0] == tuple);
  port.send_batch(out);
  CHECK(port.stats().tcp_dropped == 2);
  CHECK(port.stats().tcp_connections == 0);
}

TEST_CASE("replies to an ICE-TCP burst leave on its connection, in order") {
  io_threads threads{1};
  mirror up;
  media_port port{threads, up, config_for({"127.0.0.1"})};
  REQUIRE(port.start());
  tcp_client first{port.port()};
  tcp_client second{port.port()};
  auto of_first = framed(binding_request()) + framed("one");
  auto of_second = framed(binding_request()) + framed("two");
  CHECK(first.write(of_first));
  CHECK(second.write(of_second));
  CHECK(first.read(of_first.size()) == of_first);
  CHECK(second.read(of_second.size()) == of_second);
  CHECK(port.stats().tcp_dropped == 0);
}

TEST_CASE("ICE-TCP closes connections that are silent, not STUN or too long") {
  io_threads threads{1};
  recorder up;
  auto config = config_for({"127.0.0.1"});
  config.tcp_validation_timeout = 100ms;
  media_port port{threads, up, config};
  REQUIRE(port.start());
  tcp_client liar{port.port()};
  liar.write(framed("GET / HTTP/1.1 and so on, for long enough"));
  CHECK(liar.reads_end());
  tcp_client silent{port.port()};
  CHECK(silent.reads_end());
  // None of these was reported to the upper layer.
  CHECK(up.wait_for(0).empty());
  tcp_client bomber{port.port()};
  bomber.write(framed(binding_request()) + "\xff\xff");
  CHECK(bomber.reads_end());
  CHECK(up.wait_for_close().size() == 1);
}

TEST_CASE("an ICE-TCP connection is closed in time unless a transport has "
          "validated it") {
  io_threads threads{1};
  recorder up;
  auto config = config_for({"127.0.0.1"});
  config.tcp_validation_timeout = 500ms;
  media_port port{threads, up, config};
  REQUIRE(port.start());
  tcp_client friendly{port.port()};
  friendly.write(framed(binding_request()));
  port.confirm_tcp(up.wait_for(1).at(0).tuple);
  // Well-formed checks for no transport, one after the other.
  tcp_client stranger{port.port()};
  for (int i = 0; i < 3; ++i)
    stranger.write(framed(binding_request()));
  CHECK(stranger.reads_end());
  CHECK(up.wait_for_close().at(0) == up.wait_for(2).at(1).tuple);
  friendly.write(framed("more"));
  CHECK(up.wait_for(5).size() == 5);
  CHECK(port.stats().tcp_connections == 1);
}

TEST_CASE(
    "an idle ICE-TCP connection is closed, and one can be closed on request") {
  io_threads threads{1};
  recorder up;
  auto config = config_for({"127.0.0.1"});
  config.tcp_idle_timeout = 150ms;
  media_port port{threads, up, config};
  REQUIRE(port.start());
  tcp_client idle{port.port()};
  idle.write(framed(binding_request()));
  port.confirm_tcp(up.wait_for(1).at(0).tuple);
  CHECK(idle.reads_end());
  CHECK(up.wait_for_close().size() == 1);
  tcp_client unwanted{port.port()};
  unwanted.write(framed(binding_request()));
  port.close_tcp(up.wait_for(2).at(1).tuple);
  CHECK(unwanted.reads_end());
}

TEST_CASE("an ICE-TCP client that does not read only loses datagrams") {
  io_threads threads{1};
  recorder up;
  media_port port{threads, up, config_for({"127.0.0.1"})};
  REQUIRE(port.start());
  tcp_client client{port.port(), "127.0.0.1", 4096};
  client.write(framed(binding_request()));
  auto got = up.wait_for(1);
  REQUIRE(got.size() == 1);
  auto data = octets(1400, 0);
  std::vector<outgoing_datagram> batch(100, {data, got[0].tuple});
  for (int i = 0; i < 100; ++i)
    port.send_batch(batch);
  CHECK(port.stats().tcp_dropped > 0);
  CHECK(port.stats().tcp_connections == 1);
}

TEST_CASE("ICE-TCP admits a limited number of connections from one address") {
  io_threads threads{1};
  recorder up;
  auto config = config_for({"127.0.0.1"});
  config.tcp_limits.max_per_address = 2;
  media_port port{threads, up, config};
  REQUIRE(port.start());
  tcp_client first{port.port()};
  tcp_client second{port.port()};
  tcp_client third{port.port()};
  CHECK(third.reads_end());
  CHECK(port.stats().tcp_refused == 1);
  first.close();
  // The slot is free once the server has noticed the close.
  auto deadline = std::chrono::steady_clock::now() + 2s;
  while (port.stats().tcp_connections == 2
         && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  tcp_client fourth{port.port()};
  fourth.write(framed(binding_request()));
  CHECK(up.wait_for(1).size() == 1);
}
