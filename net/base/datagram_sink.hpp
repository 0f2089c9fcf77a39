#pragma once

#include "net/base/datagram.hpp"

#include <span>

namespace troupe::net {

/// Sends datagrams.
class datagram_sink {
public:
  virtual ~datagram_sink() = default;

  /// Sends datagrams in order, from any thread. Adjacent datagrams to the same
  /// destination cost less than scattered ones. The octets need to stay valid
  /// only until it returns. Datagrams that cannot be sent are dropped and
  /// counted.
  virtual void send_batch(std::span<const outgoing_datagram> batch) = 0;
};

} // namespace troupe::net
