#pragma once

#include "two_nodes.hpp"

namespace troupe::test {

/// A client of node a ("ann") and one of node b ("bob") in room r.
struct ann_and_bob {
  explicit ann_and_bob(actors::config settings = {},
                       const join_options& bobs = {},
                       const two_nodes::addition& add = {})
      : nodes(settings, nullptr, add) {
    ann_joined = ann.get<protocol::reply::joined>(join_as("ann"));
    bob_joined = join_on(nodes, bob, join_as("bob", bobs));
  }

  /// Joins by the first request of a client, and lets the nodes agree.
  static protocol::reply::joined join_on(two_nodes& nodes, probe_client& who,
                                         protocol::verb::join x) {
    who.send(std::move(x));
    nodes.settle();
    const auto& outcome = who.script->outcomes.at(1);
    return std::get<protocol::reply::joined>(
        std::get<protocol::success>(outcome));
  }

  two_nodes nodes;
  probe_client ann{nodes.node(0)};
  probe_client bob{nodes.node(1)};
  protocol::reply::joined ann_joined;
  protocol::reply::joined bob_joined;
};

/// Opens a transport and produces audio. Returns the producer's id.
inline protocol::producer_id produce_audio(two_nodes& nodes,
                                           probe_client& who) {
  protocol::verb::create_transport open;
  open.direction = protocol::direction::send;
  who.get<protocol::reply::transport_created>(open);
  auto out = who.get<protocol::reply::produced>(opus_producer()).id;
  nodes.settle();
  return out;
}

} // namespace troupe::test
