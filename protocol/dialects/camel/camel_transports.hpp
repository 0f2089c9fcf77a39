#pragma once

#include "protocol/verbs/verbs.hpp"

namespace troupe::protocol {

/// Tracks the transports that a client has requested in its room, to find the
/// one that a request without a transport id means.
class camel_transports {
public:
  /// A join creates a transport that may serve either direction.
  void handle_join();

  /// The transport of the join has been created.
  void handle_joined(const transport_id& made);

  /// Fills in the members of a request that the client may omit.
  /// `implies_direction` means that the request's name alone determines the
  /// transport's direction.
  void complete(request& what, bool implies_direction);

private:
  void complete(verb::create_transport& what, bool implies_direction);
  void complete(verb::connect_transport& what) const;

  // Consumes by the join's transport if there is no other to receive by.
  template <class Verb>
  void complete_receiving(Verb& what) const {
    if (!what.transport && !recv_ && !undirected_id_.empty())
      what.transport = undirected_id_;
  }

  bool undirected_ = false;
  transport_id undirected_id_;
  bool send_ = false;
  bool recv_ = false;
  // A receive transport was requested by the name that serves both directions.
  bool shared_name_recv_ = false;
};

} // namespace troupe::protocol
