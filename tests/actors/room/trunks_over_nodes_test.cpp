// The trunks of a room over two nodes, when links and shards fail.

#include "protocol/ortc/supported_capabilities.hpp"
#include "tests/actors/support/bare_join.hpp"
#include "tests/actors/support/two_nodes_call.hpp"

#include <algorithm>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using actors::open_trunk;
using actors::stream_refused;
using actors::want_stream;
using protocol::producer_id;

namespace {

// A client of each node, which can receive media of the other.
struct trunk_call : ann_and_bob {
  trunk_call() {
    for (auto* x : {&ann, &bob}) {
      verb::create_transport open;
      open.direction = protocol::direction::recv;
      x->get<reply::transport_created>(open);
    }
  }

  static verb::consume want(const producer_id& which) {
    verb::consume out;
    out.producer = which;
    out.capabilities = protocol::default_router_rtp_capabilities();
    out.paused = false;
    return out;
  }

  reply::consumed consume(probe_client& who, const producer_id& which) {
    auto out = who.get<reply::consumed>(want(which));
    nodes.settle();
    return out;
  }

  // How often a node has wanted media of a producer.
  size_t wants(size_t node, const producer_id& which) const {
    const auto all = nodes.said<want_stream>(node);
    return static_cast<size_t>(std::ranges::count_if(all, [&](const auto& x) {
      return x.producer == which.str() && x.highest >= 0;
    }));
  }
};

// A member without a client, which leaves when its shard fails.
actors::peer_handle spawn_bare_peer(caf::actor_system& system) {
  using namespace actors;
  return system.spawn(
      [](peer_handle::pointer self) -> peer_handle::behavior_type {
        return {[self](const close_peer&) { self->quit(); },
                [self](const dismiss_peer&) { self->quit(); },
                [](const adopt_session&) {},
                [](const mute_peer&) {},
                [](const notify_peer&) {},
                [](const get_peer_stats&) { return reply::stats{}; },
                [](const explain_consumer&) {
                  return consumer_explanation{};
                }};
      });
}

actors::session_listener_actor spawn_bare_session(caf::actor_system& system) {
  using type = actors::session_listener_actor;
  return system.spawn([](type::pointer) -> type::behavior_type {
    return {
        [](const actors::session_event&) {}, [](const actors::room_events&) {},
        [](const actors::session_ended&) {}, [](const actors::knock_ended&) {},
        [](const actors::peer_resumed&) {
        }};
  });
}

// The trunk of node b is in another shard than bob.
struct two_shards : trunk_call {
  two_shards() {
    mic = produce_audio(nodes, ann);
    bobs = produce_audio(nodes, bob);
    for (size_t i = 1; i < 32; ++i)
      join();
    consume(bob, mic);
    consume(ann, bobs);
    shard = join();
  }

  ~two_shards() {
    for (const auto& x : peers)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    nodes.settle();
    caf::anon_send_exit(session, caf::exit_reason::user_shutdown);
    nodes.settle();
  }

  actors::shard_actor join() {
    auto& world = nodes.node(1);
    peers.push_back(spawn_bare_peer(*world.system));
    return join_bare(world, "m" + std::to_string(peers.size()), peers.back(),
                     session)
        .shard;
  }

  void fail_shard() {
    caf::anon_send_exit(shard, caf::exit_reason::unhandled_exception);
    shard = nullptr;
  }

  producer_id mic;  // ann's
  producer_id bobs; // bob's
  actors::session_listener_actor session =
      spawn_bare_session(*nodes.world.system);
  std::vector<actors::peer_handle> peers;
  actors::shard_actor shard; // of the trunk
};

} // namespace

TEST_CASE("a trunk that was opened while the link was lost works on the next") {
  trunk_call at;
  const auto mic = produce_audio(at.nodes, at.ann);
  at.nodes.table->connected = false;
  at.consume(at.bob, mic);
  CHECK(at.nodes.said<open_trunk>(0).empty());
  at.nodes.heal();
  CHECK(at.nodes.said<open_trunk>(0).size() == 1);
  CHECK(at.wants(1, mic) == 2);
  CHECK(at.nodes.said<stream_refused>(0).empty());
}

TEST_CASE("a producer that is paused while its relay begins is paused there") {
  trunk_call at;
  const auto mic = produce_audio(at.nodes, at.ann);
  at.nodes.table->holds = true;
  at.ann.get<reply::ok>(verb::pause_producer{mic});
  at.nodes.settle();
  at.bob.script->events.clear();
  const auto before = at.nodes.world.live();
  at.bob.send(trunk_call::want(mic));
  // The room hears of the pause after it has asked for the relay.
  while (at.nodes.world.live() == before)
    REQUIRE(at.nodes.world.scheduler().try_run_once());
  at.nodes.release();
  at.nodes.settle();
  const auto& outcome = at.bob.script->outcomes.rbegin()->second;
  const auto* done = std::get_if<protocol::success>(&outcome);
  REQUIRE(done);
  CHECK(std::get<reply::consumed>(*done).producer_paused);
  CHECK(at.bob.event<event::consumer_paused>());
}

TEST_CASE("a trunk whose shard fails begins again at once") {
  two_shards at;
  const auto before = at.nodes.said<open_trunk>(1).size();
  const auto wanted = at.wants(0, at.bobs);
  at.bob.script->events.clear();
  at.fail_shard();
  at.nodes.settle();
  const auto opened = at.nodes.said<open_trunk>(1);
  REQUIRE(opened.size() == before + 1);
  CHECK(opened.front().epoch != opened.back().epoch);
  // Node a has said again what it wants, and gets it.
  CHECK(at.wants(0, at.bobs) == wanted + 1);
  CHECK(at.nodes.said<stream_refused>(1).empty());
  // Bob's consumer has ended with its relay. It can have another one.
  CHECK(at.bob.event<event::consumer_closed>());
  at.consume(at.bob, at.mic);
  CHECK_FALSE(at.bob.event<event::consumer_closed>());
  CHECK(at.wants(1, at.mic) == 2);
}

TEST_CASE("what a trunk says after its end is not passed on") {
  two_shards at;
  at.fail_shard();
  at.nodes.settle();
  // Its relays have ended, but its successor may have one of that producer.
  for (const auto& x : at.nodes.said<want_stream>(1))
    CHECK_FALSE(x.ssrcs.empty());
}

TEST_CASE("a relay of a trunk that has ended is not given to consumers") {
  for (int jobs = 0; jobs < 16; ++jobs) {
    CAPTURE(jobs);
    two_shards at;
    auto again = opus_producer();
    again.parameters.mid = "again";
    again.parameters.encodings.front().ssrc = 2;
    const auto other = at.ann.get<reply::produced>(again).id;
    at.nodes.settle();
    at.bob.send(trunk_call::want(other));
    for (int i = 0; i < jobs; ++i)
      at.nodes.world.scheduler().try_run_once();
    at.fail_shard();
    at.nodes.settle();
    at.bob.script->events.clear();
    at.consume(at.bob, other);
    CHECK_FALSE(at.bob.event<event::consumer_closed>());
  }
}
