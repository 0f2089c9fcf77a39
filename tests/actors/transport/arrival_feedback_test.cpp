#include "actors/transport/arrival_feedback.hpp"

#include "rtp/rtcp/compound.hpp"
#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point start{1h};

rtp::feedback_kinds kinds(bool transport_cc, bool remb) {
  rtp::feedback_kinds out;
  out.transport_cc = transport_cc;
  out.remb = remb;
  return out;
}

/// The first RTCP that is due within two seconds of packets.
template <class Kind>
bool reports(arrival_feedback& from, uint8_t extension_id) {
  rtp::extension_map ids;
  REQUIRE(ids.set(rtp::extension::transport_cc, 5));
  for (uint16_t i = 0; i < 200; ++i) {
    const auto now = start + i * 10ms;
    rtp_builder x;
    x.sequence_number = static_cast<uint16_t>(65'500 + i);
    x.extensions = {{extension_id, {0, static_cast<uint8_t>(i)}}};
    from.handle_packets({x.make(now)}, ids);
    from.handle_timeout(now);
    if (auto compound = from.poll_rtcp()) {
      rtp::rtcp::compound_reader reader{*compound};
      while (auto message = reader.next())
        if (std::holds_alternative<Kind>(*message))
          return true;
      return false;
    }
  }
  return false;
}

using rtp::rtcp::remb;
using rtp::rtcp::transport_cc;

} // namespace

TEST_CASE("numbered packets are reported by transport-wide feedback") {
  arrival_feedback feedback;
  feedback.add(kinds(true, true));
  CHECK(reports<transport_cc>(feedback, 5));
}

TEST_CASE("REMB is for producers without transport-wide feedback") {
  arrival_feedback with_both;
  with_both.add(kinds(true, true));
  CHECK_FALSE(reports<remb>(with_both, 6));
  arrival_feedback with_remb;
  with_remb.add(kinds(false, true));
  // A later producer changes nothing.
  with_remb.add(kinds(true, true));
  CHECK(reports<remb>(with_remb, 6));
  arrival_feedback with_neither;
  with_neither.add(kinds(false, false));
  CHECK_FALSE(reports<remb>(with_neither, 6));
}

TEST_CASE("packets that were skipped are reported with the others") {
  arrival_feedback feedback;
  rtp::extension_map ids;
  REQUIRE(ids.set(rtp::extension::transport_cc, 5));
  const auto skip = [&](uint16_t number, net::duration when) {
    feedback.handle_skipped({start + when, 7, 1200, number});
  };
  skip(9, 0ms); // no authentic packet yet
  rtp_builder x;
  x.extensions = {{5, {0xFF, 0xFF}}};
  feedback.handle_packets({x.make(start + 1ms)}, ids);
  skip(0, 2ms);
  skip(1, 3ms);
  skip(1025, 4ms); // too far from the authentic one to be believed
  feedback.handle_timeout(start + 150ms);
  const auto compound = feedback.poll_rtcp();
  REQUIRE(compound);
  rtp::rtcp::compound_reader reader{*compound};
  std::vector<uint16_t> received;
  const auto message = reader.next();
  REQUIRE(message);
  const auto* report = std::get_if<transport_cc>(&*message);
  REQUIRE(report);
  auto cursor = report->statuses();
  while (auto status = cursor.next())
    if (status->received)
      received.push_back(status->sequence_number);
  CHECK(received == std::vector<uint16_t>{65535, 0, 1});
}

TEST_CASE("a skipped packet without a number counts for the REMB") {
  arrival_feedback feedback;
  feedback.add(kinds(false, true));
  feedback.handle_skipped({start, 7, 1200, {}});
  const auto compound = feedback.poll_rtcp();
  REQUIRE(compound);
  rtp::rtcp::compound_reader reader{*compound};
  const auto message = reader.next();
  REQUIRE(message);
  CHECK(std::holds_alternative<remb>(*message));
}

TEST_CASE("a timer for feedback waits for packets to make it due") {
  arrival_feedback feedback;
  CHECK_FALSE(feedback.poll_timeout());
  rtp::extension_map ids;
  REQUIRE(ids.set(rtp::extension::transport_cc, 5));
  rtp_builder x;
  x.extensions = {{5, {0, 1}}};
  feedback.handle_packets({x.make(start)}, ids);
  const auto due = feedback.poll_timeout();
  REQUIRE(due);
  CHECK(*due >= start + arrival_feedback::patience);
  // It is due earlier, and is sent with a packet that comes then.
  feedback.handle_timeout(*due - arrival_feedback::patience);
  CHECK(feedback.poll_rtcp());
}
