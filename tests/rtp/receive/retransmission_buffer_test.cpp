#include "rtp/receive/retransmission_buffer.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe;
using namespace troupe::test;

namespace {

/// A packet of `size` octets, header included.
rtp::media_packet numbered(int64_t sequence, net::duration when,
                           size_t size = 16) {
  auto spec = packet_spec{};
  spec.sequence = static_cast<uint16_t>(sequence);
  spec.payload = octet_vector(size - rtp::fixed_header_size,
                              static_cast<uint8_t>(sequence));
  return {make_packet(spec, at(when)), sequence};
}

constexpr size_t slot_size = sizeof(std::optional<rtp::media_packet>);

/// The number of packets in [from, to) that the buffer has.
size_t count(const rtp::retransmission_buffer& x, int64_t from, int64_t to) {
  size_t result = 0;
  for (auto i = from; i < to; ++i)
    result += x.find(i) != nullptr;
  return result;
}

} // namespace

TEST_CASE("it stores the newest packets across the wrap of 16 bits") {
  rtp::retransmission_buffer x{{256, 1h}};
  for (auto i = int64_t{65000}; i < 66000; ++i)
    x.insert(numbered(i, 0ms));
  CHECK(x.size() == 256);
  for (auto i = int64_t{65000}; i < 66100; ++i) {
    auto* found = x.find(i);
    CHECK((found != nullptr) == (i >= 65744 && i < 66000));
    if (found != nullptr)
      CHECK(found->packet.sequence_number() == static_cast<uint16_t>(i));
  }
}

TEST_CASE("late packets are stored, far too late ones are not") {
  rtp::retransmission_buffer x{{256, 1h}};
  x.insert(numbered(1000, 0ms));
  x.insert(numbered(1100, 0ms));
  x.insert(numbered(990, 0ms));
  x.insert(numbered(1050, 0ms));
  x.insert(numbered(100, 0ms));
  CHECK(x.size() == 4);
  CHECK(x.find(990) != nullptr);
  CHECK(x.find(100) == nullptr);
  CHECK(x.find(1001) == nullptr);
}

TEST_CASE("old packets are released") {
  rtp::retransmission_buffer x{{1024, 2s}};
  for (auto i = 0; i < 500; ++i)
    x.insert(numbered(i, i * 10ms));
  CHECK(x.size() == 201);
  CHECK(x.find(298) == nullptr);
  CHECK(x.find(299) != nullptr);
}

TEST_CASE("a jump of the sequence empties it") {
  rtp::retransmission_buffer x{{256, 1h}};
  x.insert(numbered(1, 0ms));
  x.insert(numbered(1'000'000'000, 0ms));
  CHECK(x.size() == 1);
  CHECK(x.find(1) == nullptr);
  CHECK(x.find(1'000'000'000) != nullptr);
}

TEST_CASE("small packets are stored in buffers of their size") {
  rtp::retransmission_buffer x{{2048, 1h}};
  for (auto i = 0; i < 2048; ++i)
    x.insert(numbered(i, 0ms, 13));
  CHECK(x.size() == 2048);
  // Buffers for whole datagrams would take 3.3 MB.
  CHECK(x.memory() - 2048 * slot_size <= 2048 * 96);
  auto* found = x.find(77);
  REQUIRE(found != nullptr);
  CHECK(found->packet.sequence_number() == 77);
  CHECK(found->packet.payload().size() == 1);
  CHECK(found->packet.payload()[0] == 77);
}

TEST_CASE("a small packet releases the buffer that it arrived in") {
  auto pool = net::buffer_pool::make(0);
  rtp::retransmission_buffer x{{64, 1h}};
  auto keep = [&](int64_t sequence, size_t size) {
    auto octets = serialize({.payload = octet_vector(size)});
    auto buffer = pool->take();
    buffer->resize(octets.size());
    std::ranges::copy(octets, buffer->bytes().begin());
    x.insert({*rtp::packet::parse(std::move(buffer), at(0ms)), sequence});
  };
  for (auto size : {1, 50, 100, 200, 400})
    keep(size, static_cast<size_t>(size));
  CHECK(pool->size() == 0);
  keep(1000, 1000); // shared: a copy would save little
  CHECK(pool->size() == 1);
}

TEST_CASE("storing packets creates no buffers in the steady state") {
  auto keeper = std::make_shared<rtp::packet_keeper>();
  rtp::retransmission_buffer x{{256, 1s}, keeper};
  auto next = 0;
  auto run = [&](int frames) {
    for (auto end = next + frames; next < end; ++next)
      for (auto i = 0; i < 8; ++i)
        x.insert(numbered(next * 8 + i, next * 33ms, 40u + 100 * (i % 5)));
  };
  run(100);
  auto warm = keeper->buffers();
  run(1000);
  CHECK(keeper->buffers() == warm);
}

TEST_CASE(
    "the oldest packets are evicted when the client's budget is used up") {
  auto budget = std::make_shared<rtp::memory_budget>(100'000);
  auto keeper = std::make_shared<rtp::packet_keeper>(budget);
  rtp::retransmission_buffer x{{2048, 1h}, keeper};
  for (auto i = 65000; i < 66000; ++i)
    x.insert(numbered(i, 0ms, 1000));
  CHECK(budget->used() <= 100'000);
  CHECK(budget->used() > 90'000);
  CHECK(x.memory() == budget->used());
  CHECK(x.size() > 40);
  CHECK(count(x, 66000 - static_cast<int64_t>(x.size()), 66000) == x.size());
  // A packet older than all others is not stored.
  x.insert(numbered(65100, 0ms, 1000));
  CHECK(x.find(65100) == nullptr);
  CHECK(x.find(65999) != nullptr);
  x.clear();
  CHECK(budget->used() == 0);
}

TEST_CASE("the streams of one client come to share its budget") {
  auto budget = std::make_shared<rtp::memory_budget>(200'000);
  auto keeper = std::make_shared<rtp::packet_keeper>(budget);
  auto other = std::make_shared<rtp::packet_keeper>(budget); // another thread
  rtp::retransmission_buffer first{{2048, 1h}, keeper};
  for (auto i = 0; i < 200; ++i)
    first.insert(numbered(i, 0ms, 1000));
  {
    rtp::retransmission_buffer second{{2048, 1h}, other};
    for (auto i = 0; i < 500; ++i) {
      first.insert(numbered(200 + i, 0ms, 1000));
      second.insert(numbered(i, 0ms, 1000));
    }
    CHECK(budget->used() <= 200'000);
    CHECK(second.memory() > 60'000);
    CHECK(first.memory() > 60'000);
  }
  CHECK(budget->used() == first.memory());
}

TEST_CASE("the ring counts against the budget") {
  auto budget = std::make_shared<rtp::memory_budget>(64 * slot_size + 1000);
  auto keeper = std::make_shared<rtp::packet_keeper>(budget);
  rtp::retransmission_buffer x{{2048, 1h}, keeper};
  for (auto i = 0; i < 500; ++i)
    x.insert(numbered(i, 0ms));
  CHECK(budget->used() <= 64 * slot_size + 1000);
  CHECK(x.size() >= 8);
  CHECK(x.find(499) != nullptr);
}
