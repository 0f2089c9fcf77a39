#pragma once

#include "protocol/verbs.hpp"

namespace troupe::protocol {

/// Which transports a client has asked for in its room: by that it is known
/// which one it means when it does not say.
class camel_transports {
public:
  /// A join gives the client a transport that may serve either way.
  void handle_join();

  /// That transport has come into being.
  void handle_joined(const transport_id& made);

  /// Adds to a request what the client need not say. `one_way` tells that the
  /// request's name alone says which way its transport is for.
  void complete(request& what, bool one_way);

private:
  void complete(verb::create_transport& what, bool one_way);
  void complete(verb::connect_transport& what) const;

  // Consuming, by what shows that there is no other transport for it.
  template <class Verb>
  void complete_receiving(Verb& what) const {
    if (!what.transport && !recv_ && !undirected_id_.empty())
      what.transport = undirected_id_;
  }

  bool undirected_ = false;
  transport_id undirected_id_;
  bool send_ = false;
  bool recv_ = false;
  // One to receive by was asked for under the name that serves both ways.
  bool shared_name_recv_ = false;
};

} // namespace troupe::protocol
