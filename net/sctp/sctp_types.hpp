#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::net {

/// Identifies an association of a stack. Never 0 and never reused in a process.
/// usrsctp knows no other address of an association, so a cookie that it writes
/// cannot reveal a pointer (docs/threats.md).
enum class sctp_association_id : uint64_t {};

/// A stream of an association. A data channel consists of the two streams with
/// the same number, one per direction (RFC 8831, section 6.4).
using sctp_stream_id = uint16_t;

/// The number of streams per direction; ids are below it. Chromium and
/// mediasoup-client use the same number.
inline constexpr uint16_t sctp_max_streams = 1024;

/// The maximum octets of a message in either direction.
inline constexpr size_t sctp_max_message_octets = 262144;

/// The maximum octets of a packet that we send: it fits into a DTLS record in a
/// datagram of 1200 octets, which passes every network.
inline constexpr size_t sctp_max_packet_octets = 1160;

/// The SCTP port of WebRTC data channels, on both sides.
inline constexpr uint16_t sctp_port = 5000;

/// The states of mediasoup; `fresh` is its "new".
enum class sctp_state : uint8_t {
  fresh,
  connecting,
  connected,
  failed,
  closed
};

/// "new", "connecting", "connected", "failed" or "closed".
std::string_view to_string(sctp_state state);

/// The content of a message (RFC 8831, section 8). Other values are kept, too.
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

/// The reliability of a data channel (RFC 8831, section 6.1). At most one of
/// the two limits is set; with neither, every message arrives.
struct sctp_reliability {
  bool ordered = true;
  std::optional<uint16_t> max_packet_lifetime_ms = {};
  std::optional<uint16_t> max_retransmits = {};

  bool reliable() const {
    return !max_packet_lifetime_ms && !max_retransmits;
  }

  bool operator==(const sctp_reliability&) const = default;
};

/// A whole message from the peer. An empty message has no octets here, although
/// its wire format has one (RFC 8831, section 6.6).
struct sctp_message {
  sctp_association_id association{};
  sctp_stream_id stream = 0;
  sctp_ppid ppid{};
  shared_octets octets;
};

/// A packet for the association's peer, sent in one DTLS record.
struct sctp_packet {
  sctp_association_id association{};
  std::vector<uint8_t> octets;
};

struct sctp_state_change {
  sctp_state state{};
};

/// The peer has reset its direction of the stream, and we reset ours. The id
/// may be reused after sctp_stream_closed.
struct sctp_stream_reset {
  sctp_stream_id stream = 0;
};

/// Both directions of the stream have been reset: the id is free.
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

/// The send buffer has space again, after a send that would have blocked.
struct sctp_writable {};

/// An event of an association.
struct sctp_event {
  sctp_association_id association{};
  std::variant<sctp_state_change, sctp_stream_reset, sctp_stream_closed,
               sctp_channel_opened, sctp_writable>
      what;
};

/// The result of sending a message.
enum class sctp_send_result : uint8_t {
  /// The message is queued or sent.
  sent,
  /// The buffer is full. An sctp_writable follows.
  would_block,
  /// The association is not connected, the stream does not exist or is being
  /// reset, or the message is too long.
  refused
};

/// Counters of a stack. Monotonic.
struct sctp_stats {
  uint64_t packets_received = 0;
  uint64_t packets_sent = 0;
  uint64_t messages_received = 0;
  uint64_t messages_sent = 0;
  /// Packets that were not valid SCTP, or had contents that we never accept.
  uint64_t packets_refused = 0;
  /// Messages that exceeded the maximum length.
  uint64_t messages_refused = 0;
  /// Associations that were connected.
  uint64_t associations_connected = 0;
};

} // namespace troupe::net
