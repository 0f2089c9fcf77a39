#include "protocol/dialects/camel/camel_transports.hpp"

namespace troupe::protocol {

void camel_transports::handle_join() {
  undirected_ = true;
}

void camel_transports::handle_joined(const transport_id& made) {
  if (undirected_id_.empty())
    undirected_id_ = made;
}

void camel_transports::complete(request& what, bool implies_direction) {
  if (const auto create = std::get_if<verb::create_transport>(&what))
    complete(*create, implies_direction);
  else if (const auto connect = std::get_if<verb::connect_transport>(&what))
    complete(*connect);
  else if (const auto consume = std::get_if<verb::consume>(&what))
    complete_receiving(*consume);
  else if (const auto data = std::get_if<verb::consume_data>(&what))
    complete_receiving(*data);
}

// Without direction, the first transport is for sending and the second for
// receiving, unless a join has created one for either direction.
void camel_transports::complete(verb::create_transport& what,
                                bool implies_direction) {
  if (!what.direction && !undirected_) {
    if (!send_)
      what.direction = direction::send;
    else if (!recv_)
      what.direction = direction::recv;
  }
  send_ |= what.direction == direction::send;
  recv_ |= what.direction == direction::recv;
  shared_name_recv_ |= !implies_direction && what.direction == direction::recv;
}

void camel_transports::complete(verb::connect_transport& what) const {
  if (what.transport)
    what.direction.reset();
  else if (!what.direction && send_ && !shared_name_recv_)
    what.direction = direction::send;
  // A join's transport serves a direction without a transport of its own.
  else if ((what.direction == direction::send && !send_)
           || (what.direction == direction::recv && !recv_))
    what.direction.reset();
}

} // namespace troupe::protocol
