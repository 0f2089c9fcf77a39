#pragma once

#include "actors/base/live_objects.hpp"
#include "actors/stats/histogram.hpp"
#include "actors/stats/striped_counters.hpp"
#include "net/base/drop_reason.hpp"
#include "protocol/verbs/verbs.hpp"
#include "rtp/base/stats.hpp"

namespace troupe::actors {

/// How often actors publish what they have counted.
constexpr auto publish_interval = std::chrono::seconds{1};

/// Packets that transports rejected, or could not handle in time.
struct transport_totals {
  std::array<uint64_t, net::drop_reason_count> drops{};
  /// Authentic packets that match no producer or consumer, or are no RTP.
  uint64_t unroutable = 0;

  void add(const net::drop_counters& x) {
    for (size_t i = 0; i < drops.size(); ++i)
      drops[i] += x[static_cast<net::drop_reason>(i)];
  }

  void add(net::drop_reason reason, uint64_t n) {
    drops[static_cast<size_t>(reason)] += n;
  }
};

using rtp_drop_totals = std::array<uint64_t, rtp::drop_reason_count>;

/// Adds the drops of an engine.
inline void add_drops(rtp_drop_totals& to, const rtp::drop_counters& x) {
  for (size_t i = 0; i < to.size(); ++i)
    to[i] += x.of(static_cast<rtp::drop_reason>(i));
}

/// Totals of what producers have received.
struct receiver_totals {
  uint64_t packets = 0;
  uint64_t octets = 0;
  uint64_t rtx_packets = 0;
  uint64_t packets_repaired = 0;
  uint64_t nacks = 0;
  uint64_t packets_nacked = 0;
  uint64_t keyframe_requests = 0;
  uint64_t keyframes = 0;
  rtp_drop_totals drops{};

  void add(const rtp::receiver_stats& x);
};

/// Totals of what has been sent for consumers.
struct sender_totals {
  uint64_t packets = 0;
  uint64_t octets = 0;
  uint64_t rtx_packets = 0;
  uint64_t rtx_octets = 0;
  uint64_t nacks = 0;
  uint64_t packets_nacked = 0;
  uint64_t retransmissions_refused = 0;
  uint64_t keyframe_requests = 0;
  rtp_drop_totals drops{};

  void add(const rtp::forwarder_stats& x);
};

/// RTP between this node and others, retransmissions included, in protected
/// sizes.
struct trunk_totals {
  uint64_t packets_sent = 0;
  uint64_t octets_sent = 0;
  uint64_t packets_received = 0;
  uint64_t octets_received = 0;
};

/// Totals of data channels.
struct data_totals {
  uint64_t messages_received = 0;
  uint64_t octets_received = 0;
  uint64_t messages_sent = 0;
  uint64_t octets_sent = 0;
  /// Not sent: late, refused by the stack, or beyond a limit.
  uint64_t messages_dropped = 0;
};

/// The state of a transport.
enum class transport_phase : uint8_t {
  /// Nothing of its client has arrived.
  waiting,
  /// The network path is found, the handshake is not done.
  connecting,
  connected,
  /// The network path to its client is lost; it may recover.
  disconnected,
  /// The handshake has failed, or the client has closed.
  closed
};

inline constexpr size_t transport_phase_count = 5;

std::string_view to_string(transport_phase x);

/// How a transport reaches its client; `none` before it does.
enum class transport_kind : uint8_t { none, udp, tcp };

inline constexpr size_t transport_kind_count = 3;

std::string_view to_string(transport_kind x);

/// Why a plain transport does not send to an address.
enum class plain_refusal : uint8_t {
  /// `rtc.plain-destinations` does not list it.
  not_listed,
  /// No host there has echoed a sender report.
  unproven,
  /// A host there has tried to guess the value that it had to echo.
  guessed
};

inline constexpr size_t plain_refusal_count = 3;

std::string_view to_string(plain_refusal x);

/// Why media is not forwarded to an address.
enum class forward_refusal : uint8_t {
  /// `rtc.forward-allow` lists nothing.
  off,
  /// `rtc.forward-allow` does not list it.
  not_listed,
  /// There are too many forwards, or no port is left.
  limit
};

inline constexpr size_t forward_refusal_count = 3;

std::string_view to_string(forward_refusal x);

/// Why a chat message is not kept for members who join later.
enum class chat_refusal : uint8_t {
  /// It has more octets than chat_intake::max_octets.
  too_long,
  /// It is not UTF-8, or not the JSON that its channel carries.
  malformed,
  /// Its author sends more messages than chat_intake reads.
  too_many
};

inline constexpr size_t chat_refusal_count = 3;

std::string_view to_string(chat_refusal x);

/// How a newcomer's wait in line for a busy server has ended.
enum class wait_end : uint8_t {
  admitted,
  /// The server was busy for too long.
  refused,
  /// The client has left, or its connection was lost.
  left
};

inline constexpr size_t wait_end_count = 3;

std::string_view to_string(wait_end x);

/// The line in which newcomers wait while the server is busy.
struct line_figures {
  std::atomic<uint64_t> waiting{0}; // at present
  histogram time;                   // of the waits that have ended
  std::array<std::atomic<uint64_t>, wait_end_count> ended{};
};

/// Codes begin at 1, and the last is `internal`.
inline constexpr size_t error_code_count =
    static_cast<size_t>(protocol::error_code::internal) + 1;

/// The statuses by which dialects over HTTP refuse requests.
inline constexpr std::array<unsigned, 15> http_refusal_statuses{
    400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 500, 501, 503};

/// The owners of the mailboxes that are measured.
enum class mailbox_owner : uint8_t { server, room, session, shard };

inline constexpr size_t mailbox_owner_count = 4;

std::string_view to_string(mailbox_owner x);

/// The recent maximum of a value.
class peak_gauge {
public:
  /// Costs one load unless `x` is a new maximum.
  void note(uint64_t x) {
    auto seen = current_.load(std::memory_order_relaxed);
    while (x > seen
           && !current_.compare_exchange_weak(seen, x,
                                              std::memory_order_relaxed)) {
    }
  }

  /// The maximum of at least the last ten seconds, or since the last reading if
  /// that was longer ago.
  uint64_t read(net::time_point now);

private:
  alignas(64) std::atomic<uint64_t> current_{0};
  std::atomic<uint64_t> previous_{0};
  std::atomic<net::time_point> turned_{net::time_point{}};
};

/// The counters of a server, for its operator. All actors of a node share them,
/// without locks. The numbers of actors are counted elsewhere: see live_object.
class counters {
public:
  striped_counters<transport_totals> transports;
  striped_counters<receiver_totals> producers;
  striped_counters<sender_totals> consumers;
  striped_counters<data_totals> data;
  striped_counters<trunk_totals> trunks;

  /// The number of transports, by kind and phase.
  std::atomic<int64_t>& transports_in(transport_kind kind,
                                      transport_phase phase) {
    return transports_in_[static_cast<size_t>(kind)]
                         [static_cast<size_t>(phase)];
  }

  /// From a client's join request to the response.
  histogram join_time;

  /// From a client's DTLS parameters to the end of the handshake.
  histogram connect_time;

  line_figures line;

  /// Batches of media that were dropped because a shard was too far behind.
  std::atomic<uint64_t> batches_refused{0};

  /// Addresses to which plain transports refused to send, by reason.
  std::array<std::atomic<uint64_t>, plain_refusal_count> plain_refused{};

  /// Forwards of RTP: those that go on, those that began, and the refused ones
  /// by reason.
  std::atomic<int64_t> forwards{0};
  std::atomic<uint64_t> forwards_started{0};
  std::array<std::atomic<uint64_t>, forward_refusal_count> forwards_refused{};

  /// Chat messages that rooms do not keep, by reason.
  std::array<std::atomic<uint64_t>, chat_refusal_count> chat_refused{};

  std::array<peak_gauge, mailbox_owner_count> mailboxes;

  /// Requests carried out, and requests refused, by code.
  std::atomic<uint64_t> requests_done{0};
  std::array<std::atomic<uint64_t>, error_code_count> requests_refused{};

  /// Requests that dialects over HTTP refused, by status. Each request counts
  /// once here, though its verbs count above.
  std::array<std::atomic<uint64_t>, http_refusal_statuses.size()>
      http_refused{};

  void note_request(const protocol::outcome& x) {
    if (const auto* refusal = std::get_if<protocol::error>(&x))
      note_refusal(refusal->code);
    else
      requests_done.fetch_add(1, std::memory_order_relaxed);
  }

  void note(plain_refusal why) {
    plain_refused[static_cast<size_t>(why)].fetch_add(
        1, std::memory_order_relaxed);
  }

  void note(forward_refusal why) {
    forwards_refused[static_cast<size_t>(why)].fetch_add(
        1, std::memory_order_relaxed);
  }

  void note(chat_refusal why) {
    chat_refused[static_cast<size_t>(why)].fetch_add(1,
                                                     std::memory_order_relaxed);
  }

  /// Counts a request that a dialect refused by itself.
  void note_refusal(protocol::error_code why) {
    requests_refused[static_cast<size_t>(why)].fetch_add(
        1, std::memory_order_relaxed);
  }

  /// Counts a request over HTTP; a status that is not listed counts as 500.
  void note_http_refusal(unsigned status);

  /// Notes how many messages wait for an actor.
  void note_mailbox(mailbox_owner whose, size_t waiting) {
    mailboxes[static_cast<size_t>(whose)].note(waiting);
  }

private:
  std::array<std::array<std::atomic<int64_t>, transport_phase_count>,
             transport_kind_count>
      transports_in_{};
};

} // namespace troupe::actors
