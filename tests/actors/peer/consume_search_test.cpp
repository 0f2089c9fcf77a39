#include "actors/peer/consume_cursor.hpp"
#include "net/base/rng.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "tests/actors/support/held_back.hpp"
#include "tests/actors/support/probe_client.hpp"

#include <set>

/// Consume requests that name no producer: a search for the next one.
using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
using actors::consume_cursor;
using actors::producer_age;
using protocol::error_code;

namespace {

protocol::rtp_capabilities only(const std::string& mime_type) {
  auto out = protocol::default_router_rtp_capabilities();
  std::erase_if(out.codecs,
                [&](const auto& x) { return x.mime_type != mime_type; });
  return out;
}

/// Producers of others. Entry `kind` says which capability each one requires.
struct listing {
  struct entry {
    int kind = 0;
    bool consumed = false;
  };

  std::map<producer_age, entry> all;

  std::optional<producer_age> first(int fit_for) const {
    for (const auto& [age, x] : all)
      if (!x.consumed && x.kind == fit_for)
        return age;
    return std::nullopt;
  }
};

/// Searches as a peer does: asks the room for the producer after the cursor
/// until a producer fits. Counts the requests in `asked`.
std::optional<producer_age> search(consume_cursor& cursor, const listing& from,
                                   int fit_for, int& asked) {
  static const std::array capabilities{only("audio/opus"), only("video/VP8")};
  const auto& mine = capabilities[static_cast<size_t>(fit_for)];
  auto by = cursor.begin(mine);
  auto after = by.after;
  for (;;) {
    ++asked;
    auto i = std::find_if(from.all.upper_bound(after), from.all.end(),
                          [](const auto& x) { return !x.second.consumed; });
    if (i == from.all.end())
      return std::nullopt;
    if (i->second.kind == fit_for) {
      cursor.pass(by, i->first);
      return i->first;
    }
    cursor.pass_unfit(by, i->first, mine);
    after = i->first;
  }
}

verb::consume consume_any() {
  verb::consume out;
  out.capabilities = protocol::default_router_rtp_capabilities();
  return out;
}

} // namespace

TEST_CASE("a search from the cursor finds the same as one from the beginning") {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    auto random = net::make_seeded_rng(seed);
    consume_cursor cursor;
    listing list;
    producer_age next = 1;
    int asked = 0;
    for (int step = 0; step < 100; ++step) {
      auto any = [&]() -> std::pair<const producer_age, listing::entry>* {
        if (list.all.empty())
          return nullptr;
        auto i = list.all.begin();
        std::advance(i, random->below(static_cast<uint32_t>(list.all.size())));
        return &*i;
      };
      switch (random->below(8)) {
        case 0:
        case 1:
          list.all[next++].kind = random->below(4) == 0;
          break;
        case 2: // withdrawn
          if (auto* x = any())
            list.all.erase(x->first);
          break;
        case 3: // no longer consumed
          if (auto* x = any(); x && x->second.consumed) {
            x->second.consumed = false;
            cursor.reopen(x->first);
          }
          break;
        case 4: // consumed by its id
          if (auto* x = any())
            x->second.consumed = true;
          break;
        default: {
          auto fit_for = static_cast<int>(random->below(8) == 0);
          auto expected = list.first(fit_for);
          REQUIRE(search(cursor, list, fit_for, asked) == expected);
          if (expected)
            list.all[*expected].consumed = true;
        }
      }
    }
  }
}

TEST_CASE("a producer reopened during a search is found by the next search") {
  consume_cursor cursor;
  auto all = protocol::default_router_rtp_capabilities();
  cursor.pass(cursor.begin(all), 5);
  auto by = cursor.begin(all);
  CHECK(by.after == 5);
  cursor.reopen(7);
  cursor.pass(by, 9);
  CHECK(cursor.begin(all).after == 5);
  cursor.reopen(3);
  CHECK(cursor.begin(all).after == 2);
}

TEST_CASE("consuming everything asks for each producer once") {
  listing list;
  for (producer_age age = 1; age <= 1000; ++age)
    list.all[age].kind = age % 2 == 0;
  consume_cursor cursor;
  int asked = 0;
  for (int i = 0; i < 500; ++i) {
    auto found = search(cursor, list, 0, asked);
    REQUIRE(found);
    list.all[*found].consumed = true;
  }
  CHECK_FALSE(search(cursor, list, 0, asked));
  // A producer that the client cannot receive is skipped once as well, and one
  // more request finds that nothing is left.
  CHECK(asked == 1001);
}

TEST_CASE("a request for the next producer does not list the consumed ones") {
  actor_world world;
  std::vector<std::unique_ptr<probe_client>> senders;
  std::set<std::string> sent;
  for (int i = 0; i < 4; ++i) {
    auto& who = *senders.emplace_back(std::make_unique<probe_client>(world));
    who.get<reply::joined>(join_as("sender" + std::to_string(i)));
    who.get<reply::transport_created>(verb::create_transport{});
    for (uint32_t j = 0; j < 10; ++j) {
      auto produce = opus_producer();
      produce.parameters.encodings.front().ssrc = 100 * (j + 1);
      produce.parameters.mid = std::to_string(j);
      sent.insert(who.get<reply::produced>(produce).id.str());
    }
  }
  world.run();
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  ann.get<reply::transport_created>(verb::create_transport{});
  // The exclusions and the producers that the room has to step over.
  size_t named = 0;
  size_t steps = 0;
  std::set<std::string> consumed;
  producer_age last = 0;
  for (size_t i = 0; i < sent.size(); ++i) {
    ann.send(consume_any());
    run_without(world, test::named("room"));
    const auto& asked = world.scheduler().peek<actors::find_producer>();
    named += asked.except.size();
    steps += asked.after >= last ? 1 : 1000;
    last = asked.after;
    world.run();
    const auto& answer = ann.script->outcomes.rbegin()->second;
    const auto* done = std::get_if<protocol::success>(&answer);
    REQUIRE(done);
    consumed.insert(std::get<reply::consumed>(*done).producer.str());
  }
  CHECK(consumed == sent);
  CHECK(named == 0);
  CHECK(steps == sent.size());
  CHECK(ann.refusal(consume_any()) == error_code::no_producer);
}

TEST_CASE(
    "a producer whose consumer was closed is found again before all others") {
  actor_world world;
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  bob.get<reply::transport_created>(verb::create_transport{});
  for (uint32_t j = 0; j < 3; ++j) {
    auto produce = opus_producer();
    produce.parameters.encodings.front().ssrc = 100 * (j + 1);
    produce.parameters.mid = std::to_string(j);
    bob.get<reply::produced>(produce);
  }
  world.run();
  probe_client ann{world};
  ann.get<reply::joined>(join_as("ann"));
  ann.get<reply::transport_created>(verb::create_transport{});
  auto first = ann.get<reply::consumed>(consume_any());
  auto second = ann.get<reply::consumed>(consume_any());
  ann.get<reply::ok>(verb::close_consumer{first.id});
  CHECK(ann.get<reply::consumed>(consume_any()).producer == first.producer);
  auto third = ann.get<reply::consumed>(consume_any());
  CHECK(third.producer != first.producer);
  CHECK(third.producer != second.producer);
  CHECK(ann.refusal(consume_any()) == error_code::no_producer);
  // Other capabilities make a skipped producer eligible again.
  probe_client eve{world};
  eve.get<reply::joined>(join_as("eve"));
  eve.get<reply::transport_created>(verb::create_transport{});
  auto blind = consume_any();
  blind.capabilities = only("video/VP8");
  CHECK(eve.refusal(blind) == error_code::cannot_consume);
  CHECK(eve.refusal(blind) == error_code::cannot_consume);
  CHECK(eve.get<reply::consumed>(consume_any()).producer == first.producer);
}
