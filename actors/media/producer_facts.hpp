#pragma once

#include "actors/base/messages.hpp"
#include "protocol/verbs/data_verbs.hpp"

namespace troupe::actors {

/// What a room knows of a media producer as data: nothing here is a handle of
/// an actor or points to shared state, so all of it could go to another node.
struct producer_facts {
  /// Its id, its owner, and what other members are told of it.
  protocol::producer_info info;
  /// The parameters that its client sends.
  protocol::rtp_parameters sent = {};
  /// The parameters that consumers negotiate against.
  protocol::rtp_parameters consumable = {};
  /// "simple", "simulcast" or "svc".
  std::string type = {};
  /// Set by the room.
  producer_age age = 0;
};

/// The same of a data producer.
struct data_producer_facts {
  protocol::data_producer_info info;
  /// The parameters of its client's channel; its consumers' follow them.
  protocol::sctp_stream_parameters stream = {};
  /// Sent to the server itself, and never listed.
  bool for_server = false;
  /// Set by the room.
  producer_age age = 0;
};

} // namespace troupe::actors
