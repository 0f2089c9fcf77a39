#include "actors/transport/rtp_routes.hpp"

#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// Routes without actors, whose producers have no handles.
struct scene {
  explicit scene(bool estimates = true) : routes(transport_key{7}, estimates) {}

  net::result<void> add_producer(const std::string& id, uint32_t ssrc,
                                 uint32_t limit = 10) {
    add_transport_producer x;
    x.id = producer_id{id};
    x.identity.ssrcs = {rtp::ssrc{ssrc}};
    x.reporter = rtp::ssrc{ssrc + 1};
    x.gauge = std::make_shared<in_flight_gauge>(limit);
    return routes.add(x);
  }

  void add_consumer(uint32_t ssrc, uint64_t key) {
    routes.add(add_transport_consumer{consumer_key{key}, {rtp::ssrc{ssrc}}});
  }

  void handle(uint32_t ssrc, uint16_t number) {
    rtp_builder out;
    out.ssrc = ssrc;
    out.sequence_number = number;
    routes.handle_rtp(out.make({}));
  }

  void handle(rtp::rtcp::compound_builder& x) {
    routes.handle_rtcp(to_buffer(to_octets(x.bytes())), {});
  }

  std::optional<routed_media> poll_media() {
    return routes.poll_media(
        [this](const auto& packets, const auto&) { noted += packets.size(); });
  }

  rtp_routes routes;
  size_t noted = 0;
};

} // namespace

TEST_CASE("each producer gets its packets as one batch") {
  scene at;
  REQUIRE(at.add_producer("a", 100));
  REQUIRE(at.add_producer("b", 200));
  for (auto number : std::initializer_list<uint16_t>{65535, 0}) {
    at.handle(100, number);
    at.handle(200, number);
    at.handle(300, number);
  }
  auto first = at.poll_media();
  auto second = at.poll_media();
  REQUIRE(first);
  REQUIRE(second);
  CHECK_FALSE(at.poll_media());
  CHECK(first->to != second->to);
  for (const auto* x : {&*first, &*second}) {
    REQUIRE(x->packets->size() == 2);
    CHECK(x->packets->front().ssrc() == x->packets->back().ssrc());
  }
  CHECK(at.routes.unknown_packets() == 2);
  at.routes.note_malformed();
  CHECK(at.routes.unroutable() == 3);
}

TEST_CASE("packets that a producer's gauge refuses are noted nevertheless") {
  scene at;
  REQUIRE(at.add_producer("a", 100, 1));
  for (uint16_t number = 0; number < 3; ++number) {
    at.handle(100, number);
    CHECK(at.poll_media().has_value() == (number == 0));
  }
  CHECK(at.noted == 3);
}

TEST_CASE("a removed producer leaves its SSRCs to others") {
  scene at;
  REQUIRE(at.add_producer("a", 100));
  CHECK_FALSE(at.add_producer("b", 100));
  CHECK(at.routes.find(rtp::ssrc{100}));
  CHECK_FALSE(at.routes.remove(remove_transport_producer{producer_id{"b"}}));
  auto gone = at.routes.remove(remove_transport_producer{producer_id{"a"}});
  REQUIRE(gone);
  CHECK(gone->sources == std::vector{rtp::ssrc{100}});
  CHECK(gone->reporter == rtp::ssrc{101});
  CHECK_FALSE(at.routes.find(rtp::ssrc{100}));
  CHECK_FALSE(at.routes.remove(remove_transport_producer{producer_id{"a"}}));
  CHECK(at.add_producer("b", 100));
}

TEST_CASE("reports about sources go to producers and PLIs to the shard") {
  scene at;
  REQUIRE(at.add_producer("a", 100));
  at.add_consumer(500, 5);
  rtp::rtcp::sender_info info{};
  info.ssrc = rtp::ssrc{100};
  rtp::rtcp::compound_builder both;
  REQUIRE(both.add_sender_report(info));
  REQUIRE(both.add_pli(rtp::ssrc{1}, rtp::ssrc{500}));
  at.handle(both);
  auto report = at.routes.poll_report();
  REQUIRE(report);
  CHECK(std::holds_alternative<rtp::sender_report_received>(report->what));
  CHECK_FALSE(at.routes.poll_report());
  auto feedback = at.routes.poll_feedback();
  REQUIRE(feedback);
  CHECK(feedback->transport == transport_key{7});
  CHECK(feedback->compounds == 1);
  REQUIRE(feedback->items.size() == 1);
  const auto& item = std::get<consumer_feedback>(feedback->items[0]);
  CHECK(item.consumer == consumer_key{5});
  CHECK(std::holds_alternative<rtp::keyframe_request_received>(item.what));
  CHECK_FALSE(at.routes.poll_feedback());
  // Nothing reaches a consumer that is removed.
  at.routes.remove(remove_transport_consumer{consumer_key{5}});
  CHECK_FALSE(at.routes.has_consumers());
  rtp::rtcp::compound_builder late;
  REQUIRE(late.add_pli(rtp::ssrc{1}, rtp::ssrc{500}));
  at.handle(late);
  CHECK_FALSE(at.routes.poll_feedback());
}

TEST_CASE("a transport without estimates ignores its client's REMB") {
  for (auto estimates : {true, false}) {
    scene at{estimates};
    rtp::rtcp::compound_builder out;
    REQUIRE(out.add_remb(rtp::ssrc{1}, 500'000, {}));
    at.handle(out);
    CHECK(at.routes.poll_feedback().has_value() == estimates);
  }
}

TEST_CASE("a key frame can be requested for all consumers") {
  scene at;
  at.routes.request_key_frames();
  CHECK_FALSE(at.routes.poll_feedback());
  at.add_consumer(500, 5);
  at.add_consumer(600, 6);
  at.routes.request_key_frames();
  auto feedback = at.routes.poll_feedback();
  REQUIRE(feedback);
  CHECK(feedback->items.size() == 2);
}

TEST_CASE("the compounds of one burst are one message to the shard") {
  scene at;
  at.add_consumer(500, 5);
  for (uint8_t i = 0; i < 3; ++i) {
    rtp::rtcp::transport_cc_builder arrivals;
    arrivals.start(100 + i, 1s);
    REQUIRE(arrivals.add(100 + i, 1s));
    octets wire(200);
    wire.resize(*arrivals.build(rtp::ssrc{1}, rtp::ssrc{2}, i, wire));
    at.routes.handle_rtcp(to_buffer(wire), {});
    rtp::rtcp::compound_builder request;
    REQUIRE(request.add_pli(rtp::ssrc{1}, rtp::ssrc{500}));
    at.handle(request);
  }
  // This says nothing about packets sent.
  rtp::rtcp::compound_builder other;
  REQUIRE(other.add_pli(rtp::ssrc{1}, rtp::ssrc{501}));
  at.handle(other);
  auto feedback = at.routes.poll_feedback();
  REQUIRE(feedback);
  CHECK_FALSE(at.routes.poll_feedback());
  CHECK(feedback->compounds == 6);
  REQUIRE(feedback->items.size() == 6);
  // Each is still a view of its own compound.
  for (size_t i = 0; i < 3; ++i) {
    const auto& x = std::get<arrivals_reported>(feedback->items[2 * i]);
    CHECK(x.compound);
    CHECK(x.feedback.base_sequence_number() == 100 + i);
    CHECK(x.feedback.statuses().next()->received);
    CHECK(
        std::holds_alternative<consumer_feedback>(feedback->items[2 * i + 1]));
  }
}
