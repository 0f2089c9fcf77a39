#pragma once

#include "net/base/bytes.hpp"
#include "net/base/time.hpp"
#include "net/sctp/sctp_types.hpp"

#include <memory>
#include <optional>

namespace troupe::net {

/// SCTP for WebRTC data channels (RFC 4960, 8260, 6525, 3758, as profiled by
/// RFC 8831): many associations in one engine on usrsctp, which has no other
/// caller.
///
/// An association is passive: it answers when its peer begins, which browsers
/// do as soon as DTLS is connected. It uses hardly any memory before that.
///
/// There is one usrsctp per process, which stacks share. Each call of a stack
/// runs usrsctp on the caller's thread: it has no threads of its own, its clock
/// is `now`, and its only output is packets to poll (ADR 14). Stacks may live
/// on different threads; each stack belongs to one.
///
/// Protection (docs/threats.md): every packet is checked chunk by chunk before
/// usrsctp sees it, and anything that WebRTC does not use is refused.
class sctp_stack {
public:
  sctp_stack();

  ~sctp_stack();

  sctp_stack(const sctp_stack&) = delete;
  sctp_stack& operator=(const sctp_stack&) = delete;

  // -- associations ----------------------------------------------------------

  /// Makes an association that waits for its peer.
  sctp_association_id open();

  /// Begins as the active side, with an INIT. Does nothing unless it is new.
  void connect(sctp_association_id which, time_point now);

  /// Ends an association with an ABORT, if there is a peer, and removes it. No
  /// further events follow, but packets may be left to poll.
  void close(sctp_association_id which, time_point now);

  sctp_state state(sctp_association_id which) const;

  /// The number of associations.
  size_t size() const;

  // -- input -----------------------------------------------------------------

  /// Handles one packet of the association's peer: the application data of one
  /// DTLS record.
  void handle_record(sctp_association_id which, byte_span octets,
                     time_point now);

  void handle_timeout(time_point now);

  /// Sends a whole message or nothing. An empty message is sent as the single
  /// zero octet that the wire format requires.
  sctp_send_result send(sctp_association_id which, sctp_stream_id stream,
                        sctp_ppid ppid, const shared_octets& octets,
                        const sctp_reliability& reliability, time_point now);

  /// Closes the data channel of a stream: resets our direction (RFC 6525) after
  /// its queued messages. The peer then resets its own, and sctp_stream_closed
  /// follows. Does nothing if a reset is in progress.
  void reset_stream(sctp_association_id which, sctp_stream_id stream,
                    time_point now);

  // -- output ----------------------------------------------------------------

  /// The next packet to send: at most sctp_max_packet_octets.
  std::optional<sctp_packet> poll_packet();

  /// The next whole message; DCEP messages are not included.
  std::optional<sctp_message> poll_message();

  std::optional<sctp_event> poll_event();

  /// When handle_timeout() is next due: a common tick for all associations that
  /// have begun, or nullopt.
  std::optional<time_point> poll_timeout() const;

  // -- statistics ------------------------------------------------------------

  /// Octets of messages that wait for acknowledgement, over all streams.
  size_t buffered_octets(sctp_association_id which) const;

  /// Octets sent on this stream that may not be acknowledged yet. An upper
  /// bound, since usrsctp does not account by stream.
  size_t buffered_octets(sctp_association_id which,
                         sctp_stream_id stream) const;

  /// Whether a new channel may use the stream: no reset of either direction is
  /// in progress.
  bool is_free(sctp_association_id which, sctp_stream_id stream) const;

  const sctp_stats& stats() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::net
