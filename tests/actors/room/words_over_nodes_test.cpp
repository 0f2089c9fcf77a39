// What the server says to a room over two nodes, and the history of its chat.

#include "tests/actors/support/two_nodes.hpp"

#include <algorithm>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using net::sctp_ppid;

namespace {

net::shared_octets octets_with(const std::string& text) {
  return std::make_shared<const std::vector<uint8_t>>(text.begin(), text.end());
}

// Ann is on node a. Bob joins on node b when told so.
struct word_pair {
  word_pair() {
    join(ann, "ann");
  }

  void join(probe_client& who, const std::string& name) {
    who.send(join_as(name));
    nodes.settle();
    verb::create_transport ask;
    ask.direction = protocol::direction::send;
    ask.sctp = protocol::num_sctp_streams{};
    who.get<reply::transport_created>(ask);
  }

  // A data producer, and the server's own consumer of it.
  actors::add_data_consumer produce(probe_client& who, const std::string& label,
                                    bool for_server = false) {
    verb::produce_data ask;
    ask.label = label;
    ask.for_server = for_server;
    who.get<reply::data_produced>(ask);
    nodes.settle();
    const auto found =
        std::find_if(log->consumers.rbegin(), log->consumers.rend(),
                     [](const auto& x) { return !x.transport; });
    REQUIRE(found != log->consumers.rend());
    return *found;
  }

  void say(const actors::add_data_consumer& to, const std::string& text) {
    auto messages = std::make_shared<std::vector<actors::data_message>>();
    messages->push_back({sctp_ppid::string, octets_with(text)});
    caf::anon_send(to.events, actors::data_arrived{to.consumer, messages});
    nodes.world.run();
  }

  // A message of the admin API of node a.
  void announce(const actors::send_to_room& what) {
    caf::scoped_actor self{*nodes.world.system};
    auto found = self->request(nodes.servers[0], caf::infinite,
                               actors::find_room{protocol::room_id{"r"}});
    nodes.world.run();
    found.receive(
        [&](const actors::room_found& x) {
          auto said = self->request(x.room, caf::infinite, what);
          nodes.world.run();
          said.receive([](const actors::sent_to_room&) {},
                       [](const caf::error&) { FAIL("refused"); });
        },
        [](const caf::error&) { FAIL("no room"); });
    nodes.settle();
  }

  // What each channel of the servers has said.
  std::map<actors::data_producer_key, std::vector<std::string>> said() const {
    std::map<actors::data_producer_key, std::vector<std::string>> out;
    for (const auto& x : log->direct_data)
      for (const auto& y : x.messages)
        out[x.producer].emplace_back(y.octets->begin(), y.octets->end());
    return out;
  }

  static std::vector<std::string> texts_of(const reply::chat_history& x) {
    std::vector<std::string> out;
    for (const auto& y : x.messages)
      out.push_back(y.text);
    return out;
  }

  std::vector<std::string> history(probe_client& who) {
    return texts_of(who.get<reply::chat_history>(verb::get_chat_history{}));
  }

  // Node a says this to node b.
  void forge_words(actors::room_message x) {
    for (const auto& [room, replica] : nodes.table->rooms[1])
      caf::anon_send(replica, actors::room_message_from{"a", 1, x});
    nodes.world.run();
  }

  std::shared_ptr<sctp_log> log = std::make_shared<sctp_log>();
  two_nodes nodes{{}, log};
  probe_client ann{nodes.node(0)};
  probe_client bob{nodes.node(1)};
};

using word_list = std::vector<std::string>;

} // namespace

TEST_CASE("what the server says to a room is said once on every node") {
  word_pair at;
  at.join(at.bob, "bob");
  at.announce({"news", {sctp_ppid::string, octets_with("one"), {7}, 9}});
  at.nodes.world.pass(2s);
  at.announce({"news", {sctp_ppid::string, octets_with("two")}});
  for (auto* who : {&at.ann, &at.bob}) {
    const auto added = who->event<event::data_producer_added>();
    REQUIRE(added);
    CHECK(added->data_producer.label == "news");
    CHECK(added->data_producer.peer.empty());
  }
  const auto all = at.said();
  CHECK(all.size() == 2);
  for (const auto& [channel, texts] : all)
    CHECK(texts == word_list{"one", "two"});
  const auto& last = at.log->direct_data.at(1).messages.front();
  CHECK(last.subchannels == std::vector<uint16_t>{7});
  CHECK(last.required_subchannel == 9);
}

TEST_CASE("a bot answers on every node") {
  word_pair at;
  at.join(at.bob, "bob");
  const auto bot = at.produce(at.bob, "bot", true);
  at.nodes.world.pass(2s);
  at.say(bot, "hi");
  at.nodes.world.pass(2s);
  const auto all = at.said();
  CHECK(all.size() == 2);
  for (const auto& [channel, texts] : all)
    CHECK(texts == word_list{"bob said: \"hi\""});
}

TEST_CASE("what no server says is a violation") {
  word_pair at;
  at.join(at.bob, "bob");
  auto& violators = at.nodes.table->violators;
  const actors::server_said good{"r", "news", {51, "x"}, {}, false, 0};
  auto bad = good;
  SUBCASE("no label") {
    bad.label.clear();
  }
  SUBCASE("too long a label") {
    bad.label = std::string(1025, 'x');
  }
  SUBCASE("too large") {
    bad.message.content = std::string(net::sctp_max_message_octets + 1, 'x');
  }
  SUBCASE("too many subchannels") {
    bad.subchannels.resize(65);
  }
  SUBCASE("a message that opens a channel") {
    bad.message.ppid = 50;
  }
  at.forge_words(bad);
  CHECK(violators == word_list{"a"});
  violators.clear();
  at.forge_words(good);
  at.nodes.world.pass(2s);
  CHECK(at.said().size() == 1);
}

TEST_CASE("the chat's history is the same for late joiners on every node") {
  word_pair at;
  const auto of_ann = at.produce(at.ann, "chat");
  at.say(of_ann, "before");
  at.join(at.bob, "bob");
  CHECK(at.history(at.bob) == word_list{"before"});
  const auto of_bob = at.produce(at.bob, "chat");
  at.say(of_bob, "answer");
  at.say(of_ann, "after");
  at.nodes.settle();
  const word_list all{"before", "answer", "after"};
  CHECK(at.history(at.ann) == all);
  CHECK(at.history(at.bob) == all);
  at.ann.hang_up();
  at.nodes.settle();
  CHECK(at.history(at.bob) == all);
  // Its last member has left node a, which asks again.
  probe_client cleo{at.nodes.node(0)};
  cleo.send(join_as("cleo"));
  at.nodes.settle();
  const auto got = cleo.get<reply::chat_history>(verb::get_chat_history{});
  CHECK(at.texts_of(got) == all);
  CHECK(got.messages.front().peer == protocol::peer_id{"ann"});
  CHECK(got.messages.front().name == "ann");
}

TEST_CASE("a question for the chat waits for other nodes, but not for long") {
  word_pair at;
  at.join(at.bob, "bob");
  for (const auto& [room, replica] : at.nodes.table->rooms[1])
    caf::anon_send(replica, actors::room_neighbour{
                                "mute", 3, actors::neighbour_state::reachable});
  const auto answers = [&] {
    return at.bob.script->outcomes.size();
  };
  const auto before = answers();
  at.bob.send(verb::get_chat_history{});
  at.nodes.world.pass(400ms);
  CHECK(answers() == before);
  at.nodes.world.pass(200ms);
  CHECK(answers() == before + 1);
}

TEST_CASE("after a split both nodes have the same history of the chat") {
  word_pair at;
  at.join(at.bob, "bob");
  const auto of_ann = at.produce(at.ann, "chat");
  const auto of_bob = at.produce(at.bob, "chat");
  at.say(of_ann, "1");
  at.nodes.settle();
  at.nodes.split();
  at.say(of_ann, "2");
  at.say(of_bob, "3");
  at.say(of_ann, "4");
  CHECK(at.history(at.bob) == word_list{"1", "3"});
  at.nodes.heal();
  const auto of_a = at.history(at.ann);
  CHECK(of_a.size() == 4);
  CHECK(at.history(at.bob) == of_a);
}

TEST_CASE("chat that no member could have said is a violation") {
  word_pair at;
  at.join(at.bob, "bob");
  auto& violators = at.nodes.table->violators;
  const actors::told_chat_message good{{1, 0, 1}, "eve", "Eve", "chat",
                                       "hello",   "m1",  0};
  actors::chat_told bad{"r", {good}, false};
  SUBCASE("another label") {
    bad.messages[0].label = "game";
  }
  SUBCASE("too long") {
    bad.messages[0].text = std::string(16 * 1024 + 1, 'x');
  }
  SUBCASE("not UTF-8") {
    bad.messages[0].text = "\xff";
  }
  SUBCASE("too many at once") {
    bad.messages.assign(65, good);
  }
  at.forge_words(bad);
  CHECK(violators == word_list{"a"});
  CHECK(at.history(at.bob).empty());
  violators.clear();
  at.forge_words(actors::chat_wanted{"r", std::vector<actors::stamp>(1025)});
  CHECK(violators == word_list{"a"});
  violators.clear();
}
