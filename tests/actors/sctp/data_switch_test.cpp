#include "switch_world.hpp"

#include <algorithm>
#include <set>

using namespace troupe;
using namespace troupe::test;

namespace {

using world = switch_world;
using texts = std::vector<std::string>;

} // namespace

TEST_CASE("a message of a client reaches all consumers of its producer") {
  world w;
  const auto a = w.add_client();
  const auto b = w.add_client();
  const auto c = w.add_client();
  const auto producer = w.add_producer(a, 5);
  const auto first = w.add_consumer(producer, b);
  w.add_consumer(producer, c);
  w.add_consumer(producer, c); // a second time, on another stream
  w.say(a, 5, "hello");
  w.say(a, 6, "not of a producer");
  w.pass(300ms);
  CHECK(w.got[a].empty());
  CHECK(w.got[b] == texts{"hello"});
  CHECK(w.got[c] == texts{"hello", "hello"});
  CHECK(w.node.stats(producer).messages_received == 1);
  CHECK(w.node.stats(producer).bytes_received == 5);
  CHECK(w.node.stats(first).messages_sent == 1);
  CHECK(w.node.stats(first).bytes_sent == 5);
  CHECK(w.node.stats(first).buffered_amount == 0);
  CHECK(w.node.totals().messages_received == 1);
  CHECK(w.node.totals().messages_sent == 3);
}

TEST_CASE("no message passes while its producer or consumer is paused") {
  world w;
  const auto a = w.add_client();
  const auto b = w.add_client();
  const auto producer = w.add_producer(a);
  const auto consumer = w.add_consumer(producer, b);
  w.node.set_paused(consumer, true);
  w.say(a, 0, "1");
  w.node.set_paused(consumer, false);
  w.say(a, 0, "2");
  w.node.set_paused(producer, true);
  w.node.set_paused(producer, true);
  w.say(a, 0, "3");
  w.node.set_paused(producer, false);
  w.say(a, 0, "4");
  CHECK(w.got[b] == texts{"2", "4"});
  const auto pauses = w.events_of<data_producer_paused>();
  REQUIRE(pauses.size() == 2);
  CHECK(pauses[0].consumer == consumer);
  CHECK(pauses[0].paused);
  CHECK(!pauses[1].paused);
}

TEST_CASE(
    "a message with subchannels reaches the consumers subscribed to them") {
  world w;
  const auto producer = w.add_producer({});
  const auto all = w.add_client();
  const auto one = w.add_client();
  const auto both = w.add_client();
  const auto none = w.add_consumer(producer, all);
  w.add_consumer(producer, one, {}, {1});
  w.add_consumer(producer, both, {}, {1, 2});
  const auto say = [&](std::string_view text, std::vector<subchannel> to,
                       std::optional<subchannel> required = {}) {
    w.speak(producer,
            {net::sctp_ppid::string, octets_of(text), std::move(to), required});
    w.run();
  };
  say("to all", {});
  say("to 1", {1});
  say("to 2", {2});
  say("to 1 or 3", {1, 3});
  say("requires 2", {}, 2);
  say("to 1, requires 2", {1}, 2);
  w.node.set_subchannels(none, {3});
  say("to 3", {3});
  CHECK(w.got[all] == texts{"to all", "to 3"});
  CHECK(w.got[one] == texts{"to all", "to 1", "to 1 or 3"});
  CHECK(w.got[both]
        == texts{"to all", "to 1", "to 2", "to 1 or 3", "requires 2",
                 "to 1, requires 2"});
}

TEST_CASE("a direct consumer gets messages without a transport") {
  world w;
  const auto a = w.add_client();
  const auto producer = w.add_producer(a);
  const auto consumer = w.add_consumer(producer, {});
  w.say(a, 0, "1");
  const auto arrived = w.events_of<data_arrived>();
  REQUIRE(arrived.size() == 1);
  CHECK(arrived[0].consumer == consumer);
  REQUIRE(arrived[0].messages->size() == 1);
  CHECK(text_of(arrived[0].messages->at(0).octets) == "1");
  CHECK(w.node.stats(consumer).messages_sent == 1);
}

TEST_CASE("what is on its way to a direct consumer is bounded by its gauge") {
  world w;
  const auto a = w.add_client();
  const auto producer = w.add_producer(a);
  const auto each = waiting_octets(*octets_of("1"));
  auto gauge =
      std::make_shared<in_flight_gauge>(static_cast<int64_t>(2 * each));
  const auto consumer = data_consumer_key{1000};
  REQUIRE(std::holds_alternative<data_consumer_added>(w.node.add_consumer(
      {consumer, producer, std::nullopt, {}, {}, false, gauge})));
  for (const auto* text : {"1", "2", "3"})
    w.say(a, 0, text);
  const auto heard = [&] {
    texts out;
    for (const auto& x : w.events_of<data_arrived>())
      for (const auto& message : *x.messages)
        out.push_back(text_of(message.octets));
    return out;
  };
  CHECK(heard() == texts{"1", "2"});
  CHECK(w.node.stats(consumer).messages_dropped == 1);
  gauge->leave(2 * each);
  w.say(a, 0, "4");
  CHECK(heard() == texts{"1", "2", "4"});
}

TEST_CASE("a message to one consumer reaches no other") {
  world w;
  const auto a = w.add_client();
  const auto b = w.add_client();
  const auto producer = w.add_producer({});
  w.add_consumer(producer, a);
  const auto consumer = w.add_consumer(producer, b);
  w.node.send_to(consumer, {net::sctp_ppid::string, octets_of("you")}, w.now);
  w.run();
  CHECK(w.got[a].empty());
  CHECK(w.got[b] == texts{"you"});
}

TEST_CASE("removing a producer closes its channel and frees its id") {
  world w;
  const auto a = w.add_client();
  const auto producer = w.add_producer(a, 3);
  CHECK(w.node.add_producer({data_producer_key{99}, a, 3, false}));
  w.node.remove_producer(producer, w.now);
  w.pass(500ms);
  CHECK(std::any_of(
      w.browser_events.begin(), w.browser_events.end(), [](const auto& x) {
        const auto* reset = std::get_if<net::sctp_stream_reset>(&x.what);
        return reset && reset->stream == 3;
      }));
  const auto again = w.add_producer(a, 3);
  const auto b = w.add_client();
  w.add_consumer(again, b);
  w.say(a, 3, "again");
  CHECK(w.got[b] == texts{"again"});
}

TEST_CASE("a client that closes a channel ends its producer or consumer") {
  world w;
  const auto a = w.add_client();
  const auto b = w.add_client();
  const auto producer = w.add_producer(a, 3);
  const auto consumer = w.add_consumer(producer, b);
  w.browsers.reset_stream(w.clients[b], w.streams[consumer], w.now);
  w.pass(500ms);
  const auto ended = w.events_of<data_consumer_ended>();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].consumer == consumer);
  CHECK(ended[0].why == data_end_reason::closed_by_client);
  w.browsers.reset_stream(w.clients[a], 3, w.now);
  w.pass(500ms);
  const auto over = w.events_of<data_producer_ended>();
  REQUIRE(over.size() == 1);
  CHECK(over[0].producer == producer);
  // The client reuses the id before the old producer is removed.
  const auto again = w.add_producer(a, 3);
  w.node.remove_producer(producer, w.now);
  w.add_consumer(again, b);
  w.pass(500ms);
  w.say(a, 3, "again");
  CHECK(w.got[b] == texts{"again"});
}

TEST_CASE("consumers end with their association; producers get no event") {
  world w;
  const auto a = w.add_client();
  const auto b = w.add_client();
  const auto c = w.add_client();
  const auto producer = w.add_producer(a);
  const auto on_b = w.add_consumer(producer, b);
  const auto on_c = w.add_consumer(producer, c);
  w.node.close(b, w.now);
  w.run();
  auto ended = w.events_of<data_consumer_ended>();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].consumer == on_b);
  CHECK(ended[0].why == data_end_reason::association_closed);
  CHECK(w.browsers.state(w.clients[b]) == net::sctp_state::closed);
  w.browsers.close(w.clients[c], w.now); // an ABORT
  w.run();
  ended = w.events_of<data_consumer_ended>();
  REQUIRE(ended.size() == 2);
  CHECK(ended[1].consumer == on_c);
  w.say(a, 0, "nobody is there");
}

TEST_CASE("unreliable messages to a slow client are dropped and counted") {
  world w;
  const auto a = w.add_client();
  const auto b = w.add_client();
  const auto producer = w.add_producer({});
  const auto slow = w.add_consumer(producer, a, {.max_retransmits = 0});
  const auto fast = w.add_consumer(producer, b, {.max_retransmits = 0});
  w.deaf[a] = true;
  const auto block = octets_of(std::string(10'000, 'b'));
  constexpr uint64_t count = 200;
  for (uint64_t i = 0; i < count; ++i) {
    w.speak(producer, {net::sctp_ppid::binary, block});
    w.pass(20ms);
  }
  w.pass(1s);
  CHECK(w.node.stats(fast).messages_dropped == 0);
  CHECK(w.got[b].size() == count);
  CHECK(w.node.stats(slow).messages_dropped > 0);
  CHECK(w.node.stats(slow).buffered_amount < 800'000);
  CHECK(w.node.totals().messages_dropped
        == w.node.stats(slow).messages_dropped);
  CHECK(w.events_of<data_consumer_ended>().empty());
  w.deaf.clear();
  w.pass(30s);
  CHECK(w.node.stats(slow).messages_dropped + w.node.stats(slow).messages_sent
        == count);
  CHECK(w.node.stats(slow).buffered_amount == 0);
}

TEST_CASE("unreliable messages queue; the oldest are dropped first") {
  world w;
  const auto a = w.add_client();
  const auto producer = w.add_producer({});
  w.add_consumer(producer, a, {.max_retransmits = 3});
  const auto brief = w.add_consumer(
      producer, a, {.ordered = false, .max_packet_lifetime_ms = 60'000});
  const auto say = [&](std::string text) {
    w.speak(producer, {net::sctp_ppid::string, octets_of(text)});
  };
  SUBCASE("messages behind a large one are not lost") {
    say(std::string(256 * 1024, 'a'));
    for (int i = 0; i < 10; ++i)
      say(std::string(1'000, 'b'));
    w.pass(10s);
    CHECK(w.got[a].size() == 22);
    CHECK(w.node.totals().messages_dropped == 0);
  }
  SUBCASE("of too many messages the last ones arrive") {
    w.deaf[a] = true;
    for (int i = 0; i < 1'000; ++i)
      say(std::to_string(i) + ' ' + std::string(1'000, 'c'));
    w.deaf.clear();
    w.pass(10s);
    CHECK(w.node.stats(brief).messages_dropped > 0);
    std::set<int> got;
    for (const auto& x : w.got[a])
      got.insert(std::stoi(x));
    for (int i = 800; i < 1'000; ++i)
      CHECK(got.contains(i));
  }
  CHECK(w.node.stats(brief).buffered_amount == 0);
}

TEST_CASE("a message that waits longer than its lifetime is not sent") {
  world w;
  const auto a = w.add_client();
  const auto producer = w.add_producer({});
  const auto brief = w.add_consumer(
      producer, a, {.ordered = false, .max_packet_lifetime_ms = 100});
  w.deaf[a] = true;
  for (int i = 0; i < 40; ++i)
    w.speak(producer,
            {net::sctp_ppid::binary, octets_of(std::string(10'000, 'b'))});
  w.pass(1s);
  w.deaf.clear();
  w.pass(30s);
  CHECK(w.node.stats(brief).messages_sent < 30);
  CHECK(w.node.stats(brief).messages_dropped
        == 40 - w.node.stats(brief).messages_sent);
  CHECK(w.node.stats(brief).buffered_amount == 0);
}

TEST_CASE(
    "a slow client's unreliable messages are dropped before reliable ones") {
  world w;
  const auto a = w.add_client();
  const auto producer = w.add_producer({});
  const auto reliable = w.add_consumer(producer, a);
  const auto partial = w.add_consumer(producer, a, {.max_retransmits = 0});
  const auto brief = w.add_consumer(
      producer, a, {.ordered = false, .max_packet_lifetime_ms = 100});
  w.deaf[a] = true;
  const auto block = octets_of(std::string(10'000, 'b'));
  constexpr uint64_t count = 200;
  for (uint64_t i = 0; i < count; ++i) {
    w.speak(producer, {net::sctp_ppid::binary, block});
    w.pass(10ms);
  }
  for (auto x : {partial, brief}) {
    CHECK(w.node.stats(x).messages_dropped > count / 2);
    CHECK(w.node.stats(x).buffered_amount < 800'000);
  }
  CHECK(w.node.stats(reliable).messages_dropped == 0);
  CHECK(w.node.stats(reliable).buffered_amount > 1'500'000);
  CHECK(w.events_of<data_consumer_ended>().empty());
  w.deaf.clear();
  w.pass(30s);
  CHECK(w.node.stats(reliable).messages_sent == count);
  CHECK(w.node.stats(reliable).buffered_amount == 0);
  for (auto x : {partial, brief})
    CHECK(w.node.stats(x).messages_dropped + w.node.stats(x).messages_sent
          == count);
}

TEST_CASE("reliable messages wait for a slow client, in order") {
  world w;
  const auto a = w.add_client();
  const auto producer = w.add_producer({});
  const auto first = w.add_consumer(producer, a);
  const auto second = w.add_consumer(producer, a);
  w.deaf[a] = true;
  const std::string block(10'000, 'b');
  texts wanted;
  for (int i = 0; i < 200; ++i) {
    wanted.push_back(std::to_string(i) + block);
    w.speak(producer, {net::sctp_ppid::binary, octets_of(wanted.back())});
    wanted.push_back(wanted.back()); // for the second one
  }
  const auto waiting = w.node.stats(first).buffered_amount
                       + w.node.stats(second).buffered_amount;
  CHECK(waiting > 3'900'000);
  CHECK(waiting < 4'100'000);
  w.deaf.clear();
  w.pass(20s);
  auto got = w.got[a];
  REQUIRE(got.size() == wanted.size());
  std::stable_sort(got.begin(), got.end(), [](auto& x, auto& y) {
    return std::stoi(x) < std::stoi(y);
  });
  CHECK(got == wanted);
  CHECK(w.node.stats(first).messages_sent == 200);
  CHECK(w.node.stats(first).messages_dropped == 0);
  CHECK(w.node.stats(first).buffered_amount == 0);
}

TEST_CASE("a reliable consumer ends once it exceeds both limit and time") {
  world w{{.buffer_octets = 1'000'000, .buffer_time = 5s}};
  const auto a = w.add_client();
  const auto b = w.add_client();
  const auto producer = w.add_producer({});
  const auto slow = w.add_consumer(producer, a);
  const auto fast = w.add_consumer(producer, b);
  w.deaf[a] = true;
  const auto block = octets_of(std::string(10'000, 'b'));
  for (int i = 0; i < 130; ++i) {
    w.speak(producer, {net::sctp_ppid::binary, block});
    w.run();
  }
  w.pass(4900ms);
  CHECK(w.events_of<data_consumer_ended>().empty());
  w.pass(200ms);
  const auto ended = w.events_of<data_consumer_ended>();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].consumer == slow);
  CHECK(ended[0].why == data_end_reason::too_slow);
  CHECK(block.use_count() == 1); // no queue still refers to it
  CHECK(w.node.stats(fast).messages_sent == 130);
}

TEST_CASE("the backlogs on all transports of one client count together") {
  world w{{.buffer_octets = 1'000'000, .buffer_time = 60s}};
  const auto backlog = std::make_shared<data_backlog>();
  const auto a = w.add_client(backlog);
  const auto b = w.add_client(backlog);
  const auto other = w.add_client();
  const auto producer = w.add_producer({});
  w.add_consumer(producer, a);
  w.add_consumer(producer, b);
  const auto of_other = w.add_consumer(producer, other);
  for (auto x : {a, b, other})
    w.deaf[x] = true;
  const auto block = octets_of(std::string(10'000, 'b'));
  size_t sent = 0;
  std::vector<data_consumer_ended> ended;
  for (; ended.empty() && sent < 400; ++sent) {
    w.speak(producer, {net::sctp_ppid::binary, block});
    w.run();
    ended = w.events_of<data_consumer_ended>();
  }
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].consumer != of_other);
  CHECK(sent < 170); // alone, each could have 2,000,000 octets
  w.node.close(a, w.now);
  w.node.close(b, w.now);
  w.work();
  CHECK(backlog->octets == 0);
}

TEST_CASE("at twice the limit a reliable consumer ends at once") {
  world w{{.buffer_octets = 1'000'000, .buffer_time = 5s}};
  const auto a = w.add_client();
  const auto producer = w.add_producer({});
  w.add_consumer(producer, a);
  w.deaf[a] = true;
  const auto tiny = octets_of("x");
  size_t sent = 0;
  while (w.events_of<data_consumer_ended>().empty() && sent < 1'000'000) {
    w.speak(producer, {net::sctp_ppid::binary, tiny});
    w.run();
    ++sent;
  }
  // A small message also counts the memory of its overhead.
  CHECK(sent < 2'000'000 / data_switch::message_overhead + 1000);
}

TEST_CASE("a receiver that recovers in time keeps its consumer") {
  world w{{.buffer_octets = 500'000, .buffer_time = 5s}};
  const auto a = w.add_client();
  const auto producer = w.add_producer({});
  const auto consumer = w.add_consumer(producer, a);
  w.deaf[a] = true;
  const auto block = octets_of(std::string(10'000, 'b'));
  for (int i = 0; i < 90; ++i)
    w.speak(producer, {net::sctp_ppid::binary, block});
  w.pass(3s);
  w.deaf.clear();
  w.pass(20s);
  CHECK(w.events_of<data_consumer_ended>().empty());
  CHECK(w.node.stats(consumer).messages_sent == 90);
  CHECK(w.got[a].size() == 90);
}

TEST_CASE(
    "streams of consumers differ from those of producers and each other") {
  world w;
  const auto a = w.add_client();
  const auto producer = w.add_producer(a, 0);
  w.add_producer(a, 2);
  for (net::sctp_stream_id wanted : {1, 3, 4})
    CHECK(w.streams[w.add_consumer(producer, a)] == wanted);
  // Takes all streams, then asks for another.
  for (int i = 5; i < net::sctp_max_streams; ++i)
    w.add_consumer(producer, a);
  const auto refused = w.node.add_consumer(
      {data_consumer_key{99'999}, producer, a, {}, {}, false});
  REQUIRE(std::holds_alternative<protocol::error>(refused));
  CHECK(std::get<protocol::error>(refused).code
        == protocol::error_code::limit_reached);
}

TEST_CASE("adding to an unknown transport or producer is refused") {
  world w;
  const auto a = w.add_client();
  const auto producer = w.add_producer(a);
  const auto nowhere = transport_key{4711};
  const auto code_of = [](const auto& x) {
    return std::get<protocol::error>(x).code;
  };
  CHECK(w.node.add_producer({data_producer_key{1}, nowhere, 0, false})->code
        == protocol::error_code::transport_not_found);
  CHECK(w.node.add_producer({data_producer_key{1}, a, 1024, false})->code
        == protocol::error_code::bad_request);
  CHECK(code_of(w.node.add_consumer(
            {data_consumer_key{1}, data_producer_key{77}, a, {}, {}, false}))
        == protocol::error_code::producer_not_found);
  CHECK(code_of(w.node.add_consumer(
            {data_consumer_key{1}, producer, nowhere, {}, {}, false}))
        == protocol::error_code::transport_not_found);
}
