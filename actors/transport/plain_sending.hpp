#pragma once

#include "actors/stats/counters.hpp"
#include "actors/transport/plain_destination.hpp"
#include "actors/transport/plain_sender.hpp"
#include "net/webrtc_transport.hpp"
#include "rtp/receive/rtcp_dispatcher.hpp"

#include <memory>
#include <optional>

namespace troupe::actors {

/// What a plain transport keeps of its sending: the sender that its shard uses,
/// its client's proof, and what was sent.
class plain_sending {
public:
  /// Makes the sender to these addresses, which replaces the former one. The
  /// proof of the first one's addresses, or whether they are `trusted`, counts
  /// for all.
  std::shared_ptr<plain_sender> begin(const std::shared_ptr<plain_ports>& ports,
                                      const plain_addresses& to, bool trusted);

  bool begun() const {
    return sender_ != nullptr;
  }

  /// Counts RTCP that the transport has sent itself.
  void note(size_t octets) {
    sent_.add(octets);
  }

  /// Handles an item of the client's RTCP. Returns true if it is the proof that
  /// the client wants what it is sent. May change the item.
  bool take(rtp::rtcp_event& x) const;

  /// Why nothing is sent to the client any more, once this is so; only once.
  std::optional<plain_refusal> poll_refusal(net::time_point now);

  /// Whether poll_refusal() has returned anything.
  bool refused() const {
    return refused_;
  }

  /// Whether its client needs no proof. False before there is a sender.
  bool trusted() const {
    return destination_ && destination_->trusted();
  }

  /// All that was sent.
  net::traffic sent() const;

private:
  std::shared_ptr<plain_sender> sender_;
  std::shared_ptr<plain_destination> destination_; // with the sender
  bool refused_ = false;
  net::traffic sent_; // by former senders, and by the transport
};

} // namespace troupe::actors
