#pragma once

#include "net/io/http/connection.hpp"
#include "protocol/dialects/common/dialect.hpp"

#include <utility>
#include <vector>

namespace troupe::actors {

/// Sends a dialect's frames to its client, and delays requests while the client
/// has much to read: a client that requests many long lists waits for them,
/// instead of being closed as a slow reader.
class frame_sender {
public:
  /// Once this many octets were sent, the client must have read most of them
  /// before its next request is served.
  static constexpr size_t most_unread = 256 << 10;

  /// Calls `step`, which serves one request or returns false, until it returns
  /// false or the client has much to read. Sends the frames in batches.
  template <class Step>
  void run(protocol::dialect& from, net::connection& to, Step step) {
    for (bool more = true; more;) {
      while (ready() && (more = step()))
        gather(from);
      gather(from);
      flush(to);
      more = more && ready();
    }
  }

  /// Call this when the client has read most of what was sent.
  void handle_drained() {
    awaiting_ = false;
  }

private:
  bool ready() const {
    return !awaiting_ && octets_ < most_unread;
  }

  void gather(protocol::dialect& from) {
    while (auto out = from.poll_frame()) {
      if (!out->shared)
        out->shared =
            std::make_shared<const std::string>(std::move(out->payload));
      octets_ += out->shared->size();
      batch_.push_back({std::move(out->shared), out->binary});
    }
  }

  void flush(net::connection& to) {
    if (!batch_.empty())
      to.send(std::exchange(batch_, {}));
    if (awaiting_ || octets_ < most_unread)
      return;
    octets_ = 0;
    awaiting_ = to.await_drain();
  }

  std::vector<net::outgoing_message> batch_;
  size_t octets_ = 0; // since the last wait for the client
  bool awaiting_ = false;
};

} // namespace troupe::actors
