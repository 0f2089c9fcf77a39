#pragma once

#include "net/base/bytes.hpp"
#include "net/base/time.hpp"
#include "net/sctp/sctp_types.hpp"

#include <memory>
#include <optional>

namespace troupe::net {

/// SCTP for WebRTC data channels (RFC 4960, 8260, 6525, 3758, as RFC 8831
/// profiles them), many associations in one engine, on usrsctp, of which this
/// is the only caller.
///
/// An association is passive: it answers when its peer begins, which browsers
/// do by themselves as soon as DTLS is connected. Only then does it cost
/// memory to speak of.
///
/// usrsctp is one per process. Stacks share it, and each call of one takes
/// usrsctp's time on the caller's thread: it has no threads of its own, its
/// clock is `now`, and all it writes are packets to poll (ADR 14). Stacks may
/// live on different threads; one stack belongs to one.
///
/// What protects it (THREATS, row 12): every packet is checked chunk by chunk
/// before usrsctp sees it; what WebRTC does not use is refused.
class sctp_stack {
public:
  sctp_stack();

  ~sctp_stack();

  sctp_stack(const sctp_stack&) = delete;
  sctp_stack& operator=(const sctp_stack&) = delete;

  // -- associations ----------------------------------------------------------

  /// Makes an association that waits for its peer.
  sctp_association_id open();

  /// Begins from our side, by an INIT. Does nothing unless it is new.
  void connect(sctp_association_id which, time_point now);

  /// Ends it with an ABORT, where there is somebody to tell, and forgets it;
  /// nothing more is told of it, but packets may be left to poll.
  void close(sctp_association_id which, time_point now);

  sctp_state state(sctp_association_id which) const;

  /// How many there are.
  size_t size() const;

  // -- input -----------------------------------------------------------------

  /// Takes one packet of the association's peer: the application data of one
  /// DTLS record.
  void handle_record(sctp_association_id which, byte_span octets,
                     time_point now);

  void handle_timeout(time_point now);

  /// Sends a message: all of it or nothing. An empty one goes out as the one
  /// zero octet that the wire needs for it.
  sctp_send_result send(sctp_association_id which, sctp_stream_id stream,
                        sctp_ppid ppid, const shared_octets& octets,
                        const sctp_reliability& reliability, time_point now);

  /// Closes the data channel of that stream: resets what we send on it (RFC
  /// 6525), after what is under way. The peer does likewise; then comes
  /// sctp_stream_closed. Does nothing where it is under way already.
  void reset_stream(sctp_association_id which, sctp_stream_id stream,
                    time_point now);

  // -- output ----------------------------------------------------------------

  /// The next packet to send: at most sctp_mtu octets.
  std::optional<sctp_packet> poll_packet();

  /// The next whole message, without those of DCEP.
  std::optional<sctp_message> poll_message();

  std::optional<sctp_event> poll_event();

  /// When handle_timeout() is next wanted: a tick for all associations that
  /// have begun, or nothing.
  std::optional<time_point> poll_timeout() const;

  // -- figures ---------------------------------------------------------------

  /// How many octets of messages wait to be acknowledged (all streams).
  size_t buffered_octets(sctp_association_id which) const;

  /// How many octets that were sent on this stream the peer has not been shown
  /// to have: no more than a bound, as usrsctp keeps no account by stream.
  size_t buffered_octets(sctp_association_id which,
                         sctp_stream_id stream) const;

  /// Whether the stream may be used for a new channel: neither half of it is
  /// about to be reset.
  bool is_free(sctp_association_id which, sctp_stream_id stream) const;

  const sctp_stats& stats() const;

  /// The most octets of a packet: what fits into a DTLS record in a datagram
  /// of 1200 octets, which goes through everywhere.
  static constexpr size_t sctp_mtu = 1163;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::net
