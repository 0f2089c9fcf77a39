#pragma once

#include "actors/io/skipped_packets.hpp"
#include "rtp/packet/header_extensions.hpp"
#include "rtp/packet/media_packet.hpp"
#include "rtp/receive/transport_feedback_generator.hpp"

#include <optional>
#include <vector>

namespace troupe::actors {

/// Reports to a transport's client how the packets of its producers arrive, on
/// which its bandwidth estimate depends.
class arrival_feedback {
public:
  /// How long due feedback waits for a packet to arrive: timers cost more.
  static constexpr auto patience = std::chrono::milliseconds{400};

  /// How far the number of a packet that is not authentic may be from the
  /// latest authentic one.
  static constexpr int farthest = 1024;

  /// A producer was added, whose codec negotiated this feedback. REMB is sent
  /// from the first producer on that knows no transport-wide feedback.
  void add(const rtp::feedback_kinds& producer);

  /// Notes the arrival of a producer's packets, with its ids of extensions.
  void handle_packets(const std::vector<rtp::packet>& packets,
                      const rtp::extension_map& ids);

  /// Notes the arrival of a packet that was not decrypted, and so is not
  /// authentic. Ignores a number that is far from those of authentic packets:
  /// forged packets must not make the feedback begin anew.
  void handle_skipped(const skipped_packet& x);

  void handle_timeout(net::time_point now) {
    generator_.handle_timeout(now);
  }

  /// The next RTCP packet to send.
  std::optional<std::vector<uint8_t>> poll_rtcp() {
    return generator_.poll_rtcp();
  }

  /// When handle_timeout() is next wanted, if no packet arrives until then.
  std::optional<net::time_point> poll_timeout() const {
    auto due = generator_.poll_timeout();
    if (due)
      *due += patience;
    return due;
  }

private:
  rtp::transport_feedback_generator generator_{{}};
  bool remb_ = false;
  std::optional<uint16_t> authentic_; // the number of the latest such packet
};

} // namespace troupe::actors
