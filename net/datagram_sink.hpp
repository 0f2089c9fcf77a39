#pragma once

#include "net/datagram.hpp"

#include <span>

namespace troupe::net {

/// Where datagrams to send go.
class datagram_sink {
public:
  virtual ~datagram_sink() = default;

  /// Sends datagrams in order, from any thread. Those of one destination that
  /// stand together are cheaper than scattered ones. The octets are not
  /// needed any more when it returns. Whatever cannot be sent is dropped and
  /// counted.
  virtual void send_batch(std::span<const outgoing_datagram> batch) = 0;
};

} // namespace troupe::net
