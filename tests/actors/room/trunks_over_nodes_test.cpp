// The trunks of a room over two nodes, when links and shards fail.

#include "protocol/ortc/supported_capabilities.hpp"
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
