#include "net/io/udp/gso_run.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace troupe::net;

namespace {

/// Datagrams of these sizes to one receiver.
struct datagrams {
  explicit datagrams(const std::vector<size_t>& sizes) {
    for (auto size : sizes)
      all.push_back({byte_span{octets}.first(size), tuple()});
  }

  static transport_tuple tuple(uint16_t port = 5000) {
    transport_tuple out;
    out.local = *parse_address("192.0.2.1", 4000);
    out.remote = *parse_address("192.0.2.2", port);
    return out;
  }

  /// How many of them the first run takes.
  size_t taken() const {
    gso_run run{all.front()};
    run.add(all.front());
    while (run.segments < all.size() && run.takes(all[run.segments]))
      run.add(all[run.segments]);
    return run.segments;
  }

  std::vector<uint8_t> octets = std::vector<uint8_t>(2000);
  std::vector<outgoing_datagram> all;
};

} // namespace

TEST_CASE("a run takes datagrams of its first one's size") {
  CHECK(datagrams{{1200, 1200, 1200}}.taken() == 3);
}

TEST_CASE("a shorter datagram joins a run and ends it") {
  CHECK(datagrams{{1200, 1200, 300, 300}}.taken() == 3);
}

TEST_CASE("a longer datagram joins no run") {
  CHECK(datagrams{{300, 1200}}.taken() == 1);
}

TEST_CASE("an empty datagram is a message of its own") {
  CHECK(datagrams{{1200, 0}}.taken() == 1);
  CHECK(datagrams{{0, 0}}.taken() == 1);
}

TEST_CASE("a run has 64 segments at most, and fits an IPv4 datagram") {
  CHECK(datagrams{std::vector<size_t>(80, 900)}.taken() == 64);
  CHECK(datagrams{std::vector<size_t>(80, 1600)}.taken() == 40);
}

TEST_CASE("a run has one receiver and one source") {
  datagrams x{{100, 100}};
  x.all[1].tuple = datagrams::tuple(5001);
  CHECK(x.taken() == 1);
  x.all[1].tuple = datagrams::tuple();
  x.all[1].tuple.local = *parse_address("192.0.2.9", 4000);
  CHECK(x.taken() == 1);
}
