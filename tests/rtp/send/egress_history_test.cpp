#include "rtp/rtcp/compound.hpp"
#include "rtp/send/egress.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

// How many sent packets a transport remembers until they are reported.

using namespace troupe;
using namespace troupe::test;

namespace {

struct sending_transport {
  /// Sends one packet, and notes its transport-wide number.
  void send() {
    static const auto ids = rtp::extension_map::defaults();
    auto fields = rtp::rewritten_fields{};
    fields.ssrc = rtp::ssrc{5555};
    fields.sequence_number = static_cast<uint16_t>(numbers.size());
    rtp::outgoing_batch batch;
    batch.headers = headers;
    batch.packets.push_back({make_packet({}, now), fields, std::nullopt});
    engine.handle_batch(std::move(batch), now);
    auto wire = engine.poll_packet();
    REQUIRE(wire);
    octet_vector octets{wire->header.begin(), wire->header.end()};
    octets.insert(octets.end(), wire->payload.begin(), wire->payload.end());
    arrivals.push_back(now - at(0s) + 20ms);
    numbers.push_back(*rtp::read_transport_cc(*parse_packet(octets, now), ids));
  }

  /// Reports the packets from one index up to another as received. Returns how
  /// many of them were remembered.
  size_t report(size_t first, size_t last) {
    rtp::rtcp::transport_cc_builder builder;
    builder.start(numbers[first], arrivals[first]);
    for (auto i = first; i < last; ++i)
      builder.add(numbers[i], arrivals[i]);
    octet_vector wire(1400);
    wire.resize(*builder.build(rtp::ssrc{1}, rtp::ssrc{2}, 0, wire));
    rtp::rtcp::compound_reader reader{wire};
    auto message = reader.next();
    return engine
        .handle_transport_feedback(std::get<rtp::rtcp::transport_cc>(*message),
                                   now)
        .size();
  }

  std::shared_ptr<const rtp::header_writer> headers =
      std::make_shared<rtp::header_writer>(rtp::extension_map::defaults(),
                                           rtp::extension_map::defaults());
  net::time_point now = at(100s);
  rtp::egress engine;
  std::vector<uint16_t> numbers; // of the packets sent
  std::vector<net::duration> arrivals;
};

} // namespace

TEST_CASE("packets that are reported soon are remembered in 1 KB") {
  sending_transport x;
  CHECK(x.engine.history_memory() == 0);
  for (size_t i = 0; i < 3000; ++i) {
    x.now += 5ms;
    x.send();
    if (i % 50 == 49)
      REQUIRE(x.report(i - 49, i + 1) == 50);
  }
  CHECK(x.engine.history_memory() == 1024);
}

TEST_CASE("packets that are not reported yet are not forgotten") {
  sending_transport x;
  for (size_t i = 0; i < 1000; ++i) {
    x.now += 4ms;
    x.send();
  }
  CHECK(x.engine.history_memory() == 8192);
  for (size_t i = 0; i < 1000; i += 100)
    CHECK(x.report(i, i + 100) == 100);
}

TEST_CASE("a client that never reports is remembered 1 KB if it gets little") {
  sending_transport x;
  for (size_t i = 0; i < 1000; ++i) {
    x.now += 50ms;
    x.send();
  }
  CHECK(x.engine.history_memory() == 1024);
}

TEST_CASE("no more than 2,048 packets are remembered") {
  sending_transport x;
  for (size_t i = 0; i < 5000; ++i) {
    x.now += 100us;
    x.send();
  }
  CHECK(x.engine.history_memory() == 16384);
  CHECK(x.report(4900, 5000) == 100);
  CHECK(x.report(0, 100) == 0);
}
