// Data channels of a room over two nodes.

#include "tests/actors/support/two_nodes.hpp"

#include <algorithm>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using net::sctp_ppid;
using protocol::data_producer_id;
using protocol::error_code;
using protocol::peer_id;

namespace {

// What a data producer sends, as the sctp actor passes it on.
struct spoken {
  sctp_ppid ppid = sctp_ppid::string;
  std::string content;

  bool operator==(const spoken&) const = default;
};

actors::data_message to_message(const spoken& x) {
  return {x.ppid, std::make_shared<const std::vector<uint8_t>>(
                      x.content.begin(), x.content.end())};
}

// A channel that sends a message again so often.
protocol::sctp_stream_parameters unreliable(uint16_t retransmits) {
  protocol::sctp_stream_parameters out;
  out.ordered = false;
  out.max_retransmits = retransmits;
  return out;
}

// Ann is on node a and bob on node b. Both can send and receive messages.
struct data_pair {
  explicit data_pair(actors::config settings = {}) : nodes(settings, log) {
    open(ann, "ann");
    open(bob, "bob");
  }

  void open(probe_client& who, const std::string& name) {
    who.send(join_as(name));
    nodes.settle();
    for (auto way : {protocol::direction::send, protocol::direction::recv}) {
      verb::create_transport ask;
      ask.direction = way;
      ask.sctp = protocol::num_sctp_streams{};
      who.get<reply::transport_created>(ask);
    }
  }

  data_producer_id produce(probe_client& who,
                           protocol::sctp_stream_parameters stream = {}) {
    verb::produce_data ask;
    ask.stream = stream;
    ask.label = "game";
    ask.protocol = "chess";
    ask.app_data = {R"({"color":"white"})"};
    auto out = who.get<reply::data_produced>(ask).id;
    nodes.settle();
    return out;
  }

  reply::data_consumed consume(probe_client& who, const data_producer_id& x) {
    verb::consume_data ask;
    ask.data_producer = x;
    return who.get<reply::data_consumed>(ask);
  }

  // The feed that was added last; it is a direct consumer without a transport.
  actors::add_data_consumer feed() {
    const auto found =
        std::find_if(log->consumers.rbegin(), log->consumers.rend(),
                     [](const auto& x) { return !x.transport && x.gauge; });
    REQUIRE(found != log->consumers.rend());
    return *found;
  }

  // The relay that was added last.
  actors::add_data_producer relay() {
    const auto found =
        std::find_if(log->producers.rbegin(), log->producers.rend(),
                     [](const auto& x) { return x.reports_taken; });
    REQUIRE(found != log->producers.rend());
    return *found;
  }

  // The producer of the feed sends messages.
  void say(const actors::add_data_consumer& to,
           const std::vector<spoken>& all) {
    auto messages = std::make_shared<std::vector<actors::data_message>>();
    for (const auto& x : all) {
      messages->push_back(to_message(x));
      to.gauge->admit(actors::waiting_octets(*messages->back().octets));
    }
    caf::anon_send(to.events, actors::data_arrived{to.consumer, messages});
    nodes.world.run();
  }

  // What a relay has passed on so far.
  std::vector<spoken> heard(const actors::add_data_producer& by) const {
    std::vector<spoken> out;
    for (const auto& x : log->direct_data)
      if (x.producer == by.producer)
        for (const auto& y : x.messages)
          out.push_back({y.ppid, {y.octets->begin(), y.octets->end()}});
    return out;
  }

  // The consumers of a relay have taken messages.
  void take(const actors::add_data_producer& from, uint64_t messages) {
    caf::anon_send(from.events, actors::data_taken{from.producer, messages});
    nodes.world.pass(100ms);
  }

  // Node a says this to node b.
  void forge(actors::room_message x) {
    for (const auto& [room, replica] : nodes.table->rooms[1])
      caf::anon_send(replica, actors::room_message_from{"a", 1, x});
    nodes.world.run();
  }

  bool removed(const actors::add_data_producer& x) const {
    return std::ranges::count(log->removed_producers, x.producer) > 0;
  }

  std::shared_ptr<sctp_log> log = std::make_shared<sctp_log>();
  two_nodes nodes;
  probe_client ann{nodes.node(0)};
  probe_client bob{nodes.node(1)};
};

// A data_relay of `node a` for the first relay of node b.
actors::data_relay forged(const data_pair&, const data_producer_id& producer,
                          uint64_t relay, uint64_t first,
                          std::vector<actors::relayed_message> messages) {
  return {"r", producer.str(), relay, first, std::move(messages)};
}

// The number of the latest relay of this process: each relay has a higher one.
uint64_t latest_relay(data_pair& at, const data_producer_id& which) {
  // Node b answers messages for a relay that is gone by naming it.
  for (uint64_t i = 1;; ++i) {
    const auto before = at.nodes.table->violators.size();
    at.forge(actors::data_relay_over{"r", which.str(), i, 1'000'000, false});
    if (at.nodes.table->violators.size() == before)
      continue;
    at.nodes.table->violators.clear();
    return i - 1;
  }
}

} // namespace

TEST_CASE("a data producer is listed, paused and closed on the other node") {
  data_pair at;
  at.bob.script->events.clear();
  const auto game = at.produce(at.ann);
  const auto added = at.bob.event<event::data_producer_added>();
  REQUIRE(added);
  CHECK(added->data_producer.id == game);
  CHECK(added->data_producer.peer == peer_id{"ann"});
  CHECK(added->data_producer.label == "game");
  CHECK(added->data_producer.protocol == "chess");
  CHECK(added->data_producer.app_data.text == R"({"color":"white"})");
  at.ann.get<reply::ok>(verb::pause_data_producer{game});
  at.nodes.settle();
  const auto listed =
      at.bob.get<reply::data_producers>(verb::list_data_producers{});
  REQUIRE(listed.list.size() == 1);
  CHECK(listed.list.front().paused);
  at.ann.get<reply::ok>(verb::close_data_producer{game});
  at.nodes.settle();
  const auto closed = at.bob.event<event::data_producer_closed>();
  REQUIRE(closed);
  CHECK(closed->data_producer == game);
}

TEST_CASE("messages of every kind cross the nodes, in both directions") {
  data_pair at;
  const std::vector<spoken> all{
      {sctp_ppid::string, "hello"},
      {sctp_ppid::binary, std::string{"\0\1\2", 3}},
      {sctp_ppid::string_empty, ""},
      {sctp_ppid::binary_empty, ""},
      {sctp_ppid::binary, std::string(net::sctp_max_message_octets, 'x')}};
  for (const auto from_ann : {true, false}) {
    CAPTURE(from_ann);
    auto& speaker = from_ann ? at.ann : at.bob;
    auto& listener = from_ann ? at.bob : at.ann;
    const auto game = at.produce(speaker, unreliable(5));
    const auto consumed = at.consume(listener, game);
    CHECK(consumed.label == "game");
    CHECK(consumed.protocol == "chess");
    CHECK_FALSE(consumed.stream.ordered);
    CHECK(consumed.stream.max_retransmits == 5);
    CHECK(consumed.app_data.text == R"({"color":"white"})");
    at.nodes.settle();
    at.say(at.feed(), all);
    CHECK((at.heard(at.relay()) == all));
  }
}

TEST_CASE("consuming waits for no other node") {
  data_pair at;
  const auto game = at.produce(at.ann);
  at.nodes.table->connected = false;
  const auto consumed = at.consume(at.bob, game);
  CHECK(consumed.data_producer == game);
  // Members of one node share a relay.
  const auto before = at.log->producers.size();
  at.consume(at.bob, game);
  CHECK(at.log->producers.size() == before);
}

TEST_CASE("a closed data producer's last messages come before its end") {
  data_pair at;
  const auto game = at.produce(at.ann);
  at.consume(at.bob, game);
  at.nodes.settle();
  const auto feed = at.feed();
  const auto relay = at.relay();
  at.ann.get<reply::ok>(verb::close_data_producer{game});
  at.nodes.settle();
  CHECK_FALSE(at.removed(relay));
  at.say(feed, {{sctp_ppid::string, "last words"}});
  caf::anon_send(feed.events,
                 actors::data_consumer_ended{
                     feed.consumer, actors::data_end_reason::producer_gone});
  at.nodes.settle();
  CHECK((at.heard(relay)
         == std::vector<spoken>{{sctp_ppid::string, "last words"}}));
  CHECK(at.removed(relay));
  CHECK(at.bob.event<event::data_consumer_closed>());
  CHECK(std::ranges::count(at.log->removed_consumers, feed.consumer) == 1);
}

TEST_CASE("the data channels of a dead node close, and can be had again") {
  data_pair at;
  const auto game = at.produce(at.ann);
  at.consume(at.bob, game);
  at.nodes.settle();
  const auto feed = at.feed();
  const auto relay = at.relay();
  at.nodes.split();
  CHECK(at.removed(relay));
  CHECK(std::ranges::count(at.log->removed_consumers, feed.consumer) == 1);
  CHECK(at.bob.event<event::data_consumer_closed>());
  CHECK(at.bob.refusal([&] {
    verb::consume_data ask;
    ask.data_producer = game;
    return ask;
  }()) == error_code::data_producer_not_found);
  at.nodes.heal();
  at.consume(at.bob, game);
  at.nodes.settle();
  at.say(at.feed(), {{sctp_ppid::string, "again"}});
  CHECK(at.heard(at.relay()).size() == 1);
}

TEST_CASE("reliable messages wait for credit") {
  data_pair at;
  const auto game = at.produce(at.ann);
  at.consume(at.bob, game);
  at.nodes.settle();
  const auto feed = at.feed();
  const auto relay = at.relay();
  const spoken large{sctp_ppid::binary, std::string(200'000, 'x')};
  at.say(feed, std::vector<spoken>(8, large));
  // Five are less than 1 MB.
  CHECK(at.heard(relay).size() == 5);
  at.take(relay, 2);
  CHECK(at.heard(relay).size() == 7);
  at.take(relay, 5);
  CHECK(at.heard(relay).size() == 8);
}

TEST_CASE("unreliable messages beyond the credit are dropped and counted") {
  data_pair at;
  const auto dropped = [&] {
    return at.nodes.world.load->counters().data.sum().messages_dropped;
  };
  const auto before = dropped();
  const auto game = at.produce(at.ann, unreliable(0));
  at.consume(at.bob, game);
  at.nodes.settle();
  const auto relay = at.relay();
  const spoken large{sctp_ppid::binary, std::string(200'000, 'x')};
  at.say(at.feed(), std::vector<spoken>(8, large));
  CHECK(at.heard(relay).size() == 5);
  CHECK(dropped() - before == 3);
  at.take(relay, 5);
  CHECK(at.heard(relay).size() == 5);
  at.say(at.feed(), {{sctp_ppid::string, "now"}});
  CHECK(at.heard(relay).size() == 6);
}

TEST_CASE("a reliable relay that falls too far behind ends") {
  actors::config settings;
  settings.data.buffer_limit = 1024 * 1024;
  data_pair at{settings};
  const auto game = at.produce(at.ann);
  at.consume(at.bob, game);
  at.nodes.settle();
  const auto relay = at.relay();
  const spoken large{sctp_ppid::binary, std::string(200'000, 'x')};
  for (int i = 0; i < 11; ++i)
    at.say(at.feed(), {large});
  CHECK_FALSE(at.removed(relay));
  at.nodes.world.pass(6s);
  CHECK(at.removed(relay));
  CHECK(at.bob.event<event::data_consumer_closed>());
  // The data producer is still there.
  at.consume(at.bob, game);
}

TEST_CASE("a link that was lost loses and repeats no message") {
  data_pair at;
  const auto game = at.produce(at.ann);
  at.consume(at.bob, game);
  at.nodes.settle();
  const auto feed = at.feed();
  at.say(feed, {{sctp_ppid::string, "1"}});
  at.nodes.table->connected = false;
  at.say(feed, {{sctp_ppid::string, "2"}, {sctp_ppid::string, "3"}});
  at.nodes.heal();
  at.say(feed, {{sctp_ppid::string, "4"}});
  CHECK((at.heard(at.relay())
         == std::vector<spoken>{{sctp_ppid::string, "1"},
                                {sctp_ppid::string, "2"},
                                {sctp_ppid::string, "3"},
                                {sctp_ppid::string, "4"}}));
}

TEST_CASE("a new link is no credit, and loses none") {
  data_pair at;
  const auto game = at.produce(at.ann);
  at.consume(at.bob, game);
  at.nodes.settle();
  const auto relay = at.relay();
  const spoken large{sctp_ppid::binary, std::string(200'000, 'x')};
  at.say(at.feed(), std::vector<spoken>(8, large));
  at.nodes.heal();
  // The relay has passed on none of the five.
  CHECK(at.heard(relay).size() == 5);
  CHECK_FALSE(at.removed(relay));
  at.nodes.table->connected = false;
  at.take(relay, 5);
  at.nodes.heal();
  CHECK(at.heard(relay).size() == 8);
}

TEST_CASE("a relay that nobody consumes ends, and so does its feed") {
  data_pair at;
  const auto game = at.produce(at.ann);
  at.consume(at.bob, game);
  at.nodes.settle();
  const auto feed = at.feed();
  const auto relay = at.relay();
  at.nodes.world.pass(20s);
  CHECK_FALSE(at.removed(relay));
  at.log->consumers_each = 0;
  at.nodes.world.pass(20s);
  CHECK(at.removed(relay));
  CHECK(std::ranges::count(at.log->removed_consumers, feed.consumer) == 1);
}

TEST_CASE(
    "a node that breaks the rules of relays is reported, and harms none") {
  data_pair at;
  const auto game = at.produce(at.ann);
  at.consume(at.bob, game);
  at.nodes.settle();
  const auto relay = at.relay();
  auto& violators = at.nodes.table->violators;
  const auto number = latest_relay(at, game);
  const auto text = static_cast<uint32_t>(sctp_ppid::string);
  SUBCASE("data for a relay that never was") {
    at.forge(forged(at, game, number + 7, 0, {{text, "x"}}));
    CHECK_FALSE(at.removed(relay));
  }
  SUBCASE("data of a producer that the relay does not have") {
    at.forge(forged(at, data_producer_id{"other"}, number, 0, {{text, "x"}}));
    CHECK_FALSE(at.removed(relay));
  }
  SUBCASE("no messages") {
    at.forge(forged(at, game, number, 0, {}));
    CHECK(at.removed(relay));
  }
  SUBCASE("a message that is too large") {
    at.forge(
        forged(at, game, number, 0,
               {{text, std::string(net::sctp_max_message_octets + 1, 'x')}}));
    CHECK(at.removed(relay));
  }
  SUBCASE("a message that would open a channel") {
    at.forge(forged(at, game, number, 0, {{50, "x"}}));
    CHECK(at.removed(relay));
  }
  SUBCASE("too many messages at once") {
    at.forge(forged(at, game, number, 0,
                    std::vector<actors::relayed_message>(65, {text, "x"})));
    CHECK(at.removed(relay));
  }
  SUBCASE("more than the credit") {
    for (uint64_t i = 0; i < 6 && violators.empty(); ++i)
      at.forge(
          forged(at, game, number, i, {{text, std::string(200'000, 'x')}}));
    CHECK(at.heard(relay).size() == 5);
    CHECK(at.removed(relay));
  }
  REQUIRE_FALSE(violators.empty());
  CHECK(violators.front() == "a");
  violators.clear();
  // Others go on.
  const auto other = at.produce(at.bob);
  at.consume(at.ann, other);
  at.nodes.settle();
  at.say(at.feed(), {{sctp_ppid::string, "fine"}});
  CHECK(at.heard(at.relay()).size() == 1);
}

TEST_CASE("a flood of data for a relay that is gone is reported") {
  data_pair at;
  const auto game = at.produce(at.ann);
  at.consume(at.bob, game);
  at.nodes.settle();
  const auto relay = at.relay();
  const auto number = latest_relay(at, game);
  const auto text = static_cast<uint32_t>(sctp_ppid::string);
  at.log->consumers_each = 0;
  at.nodes.world.pass(20s);
  REQUIRE(at.removed(relay));
  for (uint64_t i = 0; i < 22; ++i)
    at.forge(forged(at, game, number, i, {{text, std::string(200'000, 'x')}}));
  CHECK(at.nodes.table->violators.size() == 2);
  at.nodes.table->violators.clear();
}

TEST_CASE("credit for messages that were never sent is a violation") {
  data_pair at;
  const auto game = at.produce(at.bob);
  at.consume(at.ann, game);
  at.nodes.settle();
  const auto feed = at.feed();
  auto& violators = at.nodes.table->violators;
  // Node a wants and credits what it likes; node b has the feed.
  for (uint64_t relay = 1; violators.empty() && relay < 10'000; ++relay)
    at.forge(actors::data_credit{"r", game.str(), relay, 5});
  CHECK(violators == std::vector<std::string>{"a"});
  CHECK(std::ranges::count(at.log->removed_consumers, feed.consumer) == 1);
  violators.clear();
}
