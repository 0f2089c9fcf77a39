#include "net/io/loop/io_threads.hpp"
#include "net/io/loop/run_on_loops.hpp"
#include "net/io/udp/media_port.hpp"
#include "net/io/udp/report_reader.hpp"
#include "net/io/udp/udp_reader.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

using namespace troupe::net;
using namespace std::chrono_literals;

namespace {

using cause = report_pace::cause;

// A datagram of RTCP, or of RTP, as far as the kernel looks at it.
std::vector<uint8_t> report(uint8_t mark) {
  return {0x80, 201, 0, 1, 0, 0, 0, mark};
}

std::vector<uint8_t> media(uint8_t mark) {
  return {0x80, 96, 0, 1, 0, 0, 0, mark, 0, 0, 0, 1};
}

struct heard {
  std::vector<uint8_t> data;
  transport_tuple tuple;
};

// Records what arrives, for a test thread to wait for.
class recorder : public media_receiver {
public:
  void on_burst(std::span<datagram> burst, datagram_sink&) override {
    std::lock_guard guard{mutex_};
    for (const auto& x : burst) {
      auto data = std::as_const(*x.data).bytes();
      heard_.push_back({{data.begin(), data.end()}, x.tuple});
    }
    changed_.notify_all();
  }

  void on_tcp_closed(const transport_tuple&) override {}

  // The first `n` datagrams, or fewer if they do not arrive.
  std::vector<heard> wait_for(size_t n) {
    std::unique_lock guard{mutex_};
    changed_.wait_for(guard, 2s, [&] { return heard_.size() >= n; });
    return heard_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<heard> heard_;
};

std::unique_ptr<udp_socket> open_socket() {
  auto out = udp_socket::open(*parse_address("127.0.0.1", 0), {});
  REQUIRE(out);
  return std::move(*out);
}

// A pace that gathers, and has last read at `last`.
report_pace gathering(duration wait, time_point last) {
  report_pace out{wait};
  const auto begin = last - wait * report_pace::waits_in_period;
  for (size_t i = 0; i < report_pace::many_wakeups; ++i)
    out.handle_read(cause::arrival, 1, begin);
  out.handle_read(cause::arrival, 1, last);
  REQUIRE(out.gathers());
  return out;
}

// A socket for media and one for reports, here at addresses of their own.
struct scene {
  explicit scene(report_pace pace) {
    reports = std::make_shared<report_reader>(threads.context(0), *at_reports,
                                              *pool, 7, receiver, pace);
    reader = std::make_shared<udp_reader>(threads.context(0), *at_media, *pool,
                                          7, receiver, reports);
  }

  ~scene() {
    run_on_loop(threads, 0, [&] { reader->stop(); });
    threads.stop();
  }

  void start() {
    run_on_loop(threads, 0, [&] { reader->start(); });
  }

  void send(const std::vector<uint8_t>& data, const udp_socket& to) {
    outgoing_datagram out{
        data, {transport_protocol::udp, 0, client->local(), to.local()}};
    client->send({&out, 1});
  }

  std::unique_ptr<udp_socket> client = open_socket();
  std::unique_ptr<udp_socket> at_media = open_socket();
  std::unique_ptr<udp_socket> at_reports = open_socket();
  buffer_pool::ptr pool = buffer_pool::make();
  recorder receiver;
  io_threads threads{1};
  std::shared_ptr<report_reader> reports;
  std::shared_ptr<udp_reader> reader;
};

media_port_config port_config(duration report_wait) {
  media_port_config out;
  out.addresses = {"127.0.0.1"};
  out.port = 0;
  out.report_wait = report_wait;
  return out;
}

} // namespace

TEST_CASE("while few reports come, each is read as it arrives") {
  scene x{report_pace{1h}};
  x.start();
  for (uint8_t i = 0; i < 5; ++i) {
    x.send(report(i), *x.at_reports);
    auto got = x.receiver.wait_for(i + size_t{1});
    REQUIRE(got.size() == i + size_t{1});
    CHECK(got.back().data == report(i));
    CHECK(got.back().tuple.path == 7);
  }
}

TEST_CASE("gathered reports are read beside media, and behind it") {
  // Due beside media since one second, and by time in four.
  scene x{gathering(10s, std::chrono::steady_clock::now() - 6s)};
  x.start();
  x.send(report(1), *x.at_reports);
  x.send(report(2), *x.at_reports);
  x.send(media(3), *x.at_media);
  auto got = x.receiver.wait_for(3);
  REQUIRE(got.size() == 3);
  CHECK(got[0].data == media(3));
  CHECK(got[1].data == report(1));
  CHECK(got[2].data == report(2));
  CHECK(x.at_reports->counters().wakeups == 0);
  CHECK(x.at_reports->counters().receive_calls == 1);
}

TEST_CASE("gathered reports are read by time where no media comes") {
  scene x{gathering(10s, std::chrono::steady_clock::now() - 10s)};
  x.send(report(1), *x.at_reports);
  x.send(report(2), *x.at_reports);
  x.start();
  auto got = x.receiver.wait_for(2);
  REQUIRE(got.size() == 2);
  CHECK(got[0].data == report(1));
  CHECK(x.at_reports->counters().wakeups == 1);
  CHECK(x.at_reports->counters().receive_calls == 1);
}

TEST_CASE("after the gathering each report is read as it arrives again") {
  // The first read ends a period that saved nothing.
  scene x{gathering(100ms, std::chrono::steady_clock::now() - 1600ms)};
  x.start();
  for (uint8_t i = 0; i < 5; ++i) {
    x.send(report(i), *x.at_reports);
    REQUIRE(x.receiver.wait_for(i + size_t{1}).size() == i + size_t{1});
  }
}

TEST_CASE("a burst of reports is read whole") {
  scene x{gathering(10s, std::chrono::steady_clock::now() - 10s)};
  constexpr size_t count = 150; // more than one call brings
  for (size_t i = 0; i < count; ++i)
    x.send(report(static_cast<uint8_t>(i)), *x.at_reports);
  x.start();
  auto got = x.receiver.wait_for(count);
  REQUIRE(got.size() == count);
  CHECK(got.back().data == report(count - 1));
}

TEST_CASE("a port's reports and media come on the same tuple") {
  for (size_t sockets : {size_t{1}, size_t{3}}) {
    CAPTURE(sockets);
    io_threads threads{2};
    recorder at_client;
    recorder at_server;
    auto config = port_config(5ms);
    config.sockets_per_address = sockets;
    media_port server{threads, at_server, config};
    media_port client{threads, at_client, port_config({})};
    REQUIRE(server.start());
    REQUIRE(client.start());
    CHECK(server.has_report_sockets());
    CHECK_FALSE(client.has_report_sockets());
    const transport_tuple there{transport_protocol::udp, 0,
                                *parse_address("127.0.0.1", client.port()),
                                *parse_address("127.0.0.1", server.port())};
    const auto packet = media(1);
    const auto rtcp = report(2);
    // Not as one batch: two datagrams in one GSO run arrive at one socket.
    outgoing_datagram first{packet, there};
    outgoing_datagram second{rtcp, there};
    client.send_batch({&first, 1});
    client.send_batch({&second, 1});
    auto got = at_server.wait_for(2);
    REQUIRE(got.size() == 2);
    CHECK(got[0].tuple == got[1].tuple);
    server.stop(); // makes its counters final
    auto stats = server.stats();
    CHECK(stats.datagrams_received == 2);
    CHECK(stats.report_datagrams_received == 1);
    CHECK(stats.report_receive_calls >= 1);
    CHECK(stats.receive_calls > stats.report_receive_calls);
    // What is sent back leaves from the socket for media.
    outgoing_datagram back{packet, got[1].tuple};
    server.send_batch({&back, 1});
    auto answer = at_client.wait_for(1);
    REQUIRE(answer.size() == 1);
    CHECK(answer[0].tuple.remote.port() == server.port());
  }
}

TEST_CASE("without a wait for reports a port has no sockets for them") {
  io_threads threads{1};
  recorder up;
  media_port port{threads, up, port_config({})};
  REQUIRE(port.start());
  CHECK_FALSE(port.has_report_sockets());
  // Only sockets that share their address let another one in.
  udp_socket_options options;
  options.reuse_port = true;
  auto other =
      udp_socket::open(*parse_address("127.0.0.1", port.port()), options);
  REQUIRE_FALSE(other);
  CHECK(other.error() == std::errc::address_in_use);
}
