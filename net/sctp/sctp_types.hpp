#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::net {

/// Names an association of a stack. Never 0 and never used twice in a process;
/// it is all that usrsctp knows of where a packet goes, so nothing that it
/// writes into a cookie tells an address (THREATS, row 12).
enum class sctp_association_id : uint64_t {};

/// One of an association's streams. A data channel is the two of the same
/// number, one each way (RFC 8831, section 6.4).
using sctp_stream_id = uint16_t;

/// How many streams there may be each way: ids below that. As many as Chromium
/// and mediasoup-client use.
inline constexpr uint16_t sctp_max_streams = 1024;

/// The most octets of a message, each way.
inline constexpr size_t sctp_max_message_octets = 262144;

/// The port of WebRTC data channels on both sides.
inline constexpr uint16_t sctp_port = 5000;

/// As mediasoup names them: `fresh` is "new".
enum class sctp_state : uint8_t {
  fresh,
  connecting,
  connected,
  failed,
  closed
};

/// "new", "connecting", "connected", "failed" or "closed".
std::string_view to_string(sctp_state state);

/// What a message is (RFC 8831, section 8). Others than these are kept, too.
enum class sctp_ppid : uint32_t {
  dcep = 50,
  string = 51,
  binary_partial = 52, // deprecated
  binary = 53,
  string_partial = 54, // deprecated
  string_empty = 56,
  binary_empty = 57
};

/// A message's octets, shared by all its receivers.
using shared_octets = std::shared_ptr<const std::vector<uint8_t>>;

/// How a data channel sends (RFC 8831, section 6.1). At most one of the two
/// limits is set; with neither, every message arrives.
struct sctp_reliability {
  bool ordered = true;
  std::optional<uint16_t> max_packet_lifetime_ms = {};
  std::optional<uint16_t> max_retransmits = {};

  bool reliable() const {
    return !max_packet_lifetime_ms && !max_retransmits;
  }

  bool operator==(const sctp_reliability&) const = default;
};

/// A whole message from the peer. An empty one has no octets here, whatever
/// the wire needs for it (RFC 8831, section 6.6).
struct sctp_message {
  sctp_association_id association{};
  sctp_stream_id stream = 0;
  sctp_ppid ppid{};
  shared_octets octets;
};

/// A packet that goes to the association's peer, in one DTLS record.
struct sctp_packet {
  sctp_association_id association{};
  std::vector<uint8_t> octets;
};

struct sctp_state_change {
  sctp_state state{};
};

/// The peer sends no more on that stream; our half has been reset, too. Its id
/// may be used again once sctp_stream_closed came.
struct sctp_stream_reset {
  sctp_stream_id stream = 0;
};

/// Both halves of the stream have been reset: the id is free.
struct sctp_stream_closed {
  sctp_stream_id stream = 0;
};

/// The peer opened a channel in-band (RFC 8832); we have acknowledged it.
struct sctp_channel_opened {
  sctp_stream_id stream = 0;
  sctp_reliability reliability;
  std::string label;
  std::string protocol;
};

/// After a send that would have blocked: there is room again.
struct sctp_writable {};

/// What has happened to an association.
struct sctp_event {
  sctp_association_id association{};
  std::variant<sctp_state_change, sctp_stream_reset, sctp_stream_closed,
               sctp_channel_opened, sctp_writable>
      what;
};

/// What became of a message to be sent.
enum class sctp_send_result : uint8_t {
  /// It is under way.
  sent,
  /// There is no room for it now. An sctp_writable follows.
  would_block,
  /// The association is not connected, or it has no such stream, or the
  /// stream is being reset, or the message is too long.
  refused
};

/// What a stack has seen. Monotonic.
struct sctp_stats {
  uint64_t packets_received = 0;
  uint64_t packets_sent = 0;
  uint64_t messages_received = 0;
  uint64_t messages_sent = 0;
  /// Packets that were no SCTP, or held what we never take.
  uint64_t packets_refused = 0;
  /// Messages that were longer than we take.
  uint64_t messages_refused = 0;
  /// Associations that came to be connected.
  uint64_t associations_connected = 0;
};

} // namespace troupe::net
