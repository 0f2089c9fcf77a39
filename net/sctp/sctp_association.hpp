#pragma once

#include "net/base/bytes.hpp"
#include "net/base/time.hpp"
#include "net/sctp/sctp_gate.hpp"
#include "net/sctp/sctp_types.hpp"
#include "net/sctp/usrsctp_library.hpp"

#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

struct socket;
struct sctp_rcvinfo;
struct sctp_assoc_change;
struct sctp_stream_reset_event;

namespace troupe::net {

/// Packets, messages and events of a stack's associations, to be polled.
struct sctp_outbox {
  std::deque<sctp_packet> packets;
  std::deque<sctp_message> messages;
  std::deque<sctp_event> events;
  sctp_stats stats;
};

/// One association on a usrsctp socket, which exists from the peer's first INIT
/// to the end. Output of usrsctp goes to the outbox; work that would call
/// usrsctp again waits until it has returned. Use it only within a
/// usrsctp_call.
class sctp_association {
public:
  sctp_association(sctp_association_id id, sctp_outbox& out);

  ~sctp_association();

  sctp_association(const sctp_association&) = delete;
  sctp_association& operator=(const sctp_association&) = delete;

  void connect(usrsctp_library& library);

  void handle_packet(byte_span packet, usrsctp_library& library,
                     time_point now);

  sctp_send_result send(sctp_stream_id stream, sctp_ppid ppid, byte_span octets,
                        const sctp_reliability& how);

  void reset_stream(sctp_stream_id stream);

  /// Does the work that had to wait for usrsctp to return. Call it after each
  /// usrsctp call that may have affected this association.
  void finish(usrsctp_library& library);

  /// Ends the association with an ABORT if there is a peer.
  void abort(usrsctp_library& library);

  sctp_state state() const {
    return state_;
  }

  size_t buffered_octets() const {
    return buffered_;
  }

  size_t buffered_octets(sctp_stream_id stream) const;

  bool is_free(sctp_stream_id stream) const;

  /// Whether usrsctp may have timers for this association beyond those that any
  /// packet starts.
  bool busy() const {
    return socket_
           && (state_ == sctp_state::connecting || buffered_ > 0
               || resets_under_way_ > 0);
  }

  // -- called by usrsctp's callbacks ------------------------------------------

  void take_packet(byte_span packet);
  void take_data(byte_span data, const sctp_rcvinfo& info, bool whole);
  void take_notification(byte_span octets);
  void take_free_octets(size_t free_octets);

private:
  // The two directions of a data channel while either is being reset.
  struct closing_stream {
    bool outgoing_asked = false; // requested from usrsctp
    bool outgoing_done = false;
    bool incoming_done = false;
  };

  struct sent_message {
    sctp_stream_id stream;
    size_t octets;
  };

  bool make_socket(usrsctp_library& library);
  bool set_options();
  void release_socket(usrsctp_library& library);

  void set_state(sctp_state x);

  void emit(decltype(sctp_event::what) what) {
    out_.events.push_back({id_, std::move(what)});
  }

  void take_change(const sctp_assoc_change& x);
  void take_reset(const sctp_stream_reset_event& x, byte_span octets);
  void note_reset(sctp_stream_id stream, bool incoming);

  void take_dcep(sctp_stream_id stream, byte_span message);

  void ask_reset(sctp_stream_id stream);
  void settle(sctp_stream_id stream);

  void set_buffered(size_t octets);

  const sctp_association_id id_;
  sctp_outbox& out_;
  sctp_gate gate_;
  sctp_state state_ = sctp_state::fresh;
  struct socket* socket_ = nullptr;
  uint16_t port_ = 0;
  uint32_t usrsctp_id_ = 0;
  uint16_t outgoing_streams_ = 0;
  bool over_ = false;         // the socket must be released
  bool send_blocked_ = false; // a send would have blocked
  bool too_long_ = false;     // the peer sent a message over the limit
  size_t buffered_ = 0;
  std::deque<sent_message> sent_; // at least the last `buffered_` octets
  size_t sent_octets_ = 0;
  std::unordered_map<sctp_stream_id, size_t> sent_by_stream_;
  std::unordered_map<sctp_stream_id, closing_stream> closing_;
  size_t resets_under_way_ = 0;
  std::vector<sctp_stream_id> resets_due_;
  std::vector<sctp_stream_id> acks_due_; // DCEP acknowledgements to send
};

} // namespace troupe::net
