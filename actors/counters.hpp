#pragma once

#include "actors/counter_board.hpp"
#include "actors/histogram.hpp"
#include "actors/live_objects.hpp"
#include "net/drop_reason.hpp"
#include "protocol/verbs.hpp"
#include "rtp/stats.hpp"

namespace troupe::actors {

/// How often actors publish what they have counted.
constexpr auto publish_interval = std::chrono::seconds{1};

/// What transports refused, or could not take in time.
struct transport_totals {
  std::array<uint64_t, net::drop_reason_count> drops{};
  /// Authentic, but for no producer or consumer, or no RTP at all.
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

/// Adds up what engines let go no further.
inline void add_drops(rtp_drop_totals& to, const rtp::drop_counters& x) {
  for (size_t i = 0; i < to.size(); ++i)
    to[i] += x.of(static_cast<rtp::drop_reason>(i));
}

/// What producers have received.
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

/// What has been sent for consumers.
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

/// What data channels have carried.
struct data_totals {
  uint64_t messages_received = 0;
  uint64_t octets_received = 0;
  uint64_t messages_sent = 0;
  uint64_t octets_sent = 0;
  /// Not sent, since there was no room for them.
  uint64_t messages_dropped = 0;
};

/// How far a transport has come.
enum class transport_phase : uint8_t {
  /// Its client has not been heard of.
  waiting,
  /// The way is found, the handshake is not done.
  connecting,
  connected,
  /// The way to its client is lost; it may come back.
  disconnected,
  /// The handshake has failed, or the client has said good-bye.
  closed
};

inline constexpr size_t transport_phase_count = 5;

std::string_view to_string(transport_phase x);

/// By what a transport's client is reached; none before it is.
enum class transport_kind : uint8_t { none, udp, tcp };

inline constexpr size_t transport_kind_count = 3;

std::string_view to_string(transport_kind x);

/// Why a plain transport does not send to an address.
enum class plain_refusal : uint8_t {
  /// `rtc.plain-destinations` does not name it.
  not_listed,
  /// Nobody there has echoed a sender report.
  unproven,
  /// Somebody there tried to guess what it had to echo.
  guessed
};

inline constexpr size_t plain_refusal_count = 3;

std::string_view to_string(plain_refusal x);

/// Codes begin with 1, and the last is `internal`.
inline constexpr size_t error_code_count =
    static_cast<size_t>(protocol::error_code::internal) + 1;

/// Whose mailboxes are looked at.
enum class mailbox_owner : uint8_t { server, room, session, shard };

inline constexpr size_t mailbox_owner_count = 4;

std::string_view to_string(mailbox_owner x);

/// The most that has been seen of something lately.
class peak_gauge {
public:
  /// Costs a load as long as nothing is more than what was seen already.
  void note(uint64_t x) {
    auto seen = current_.load(std::memory_order_relaxed);
    while (x > seen
           && !current_.compare_exchange_weak(seen, x,
                                              std::memory_order_relaxed)) {
    }
  }

  /// The most of the last ten seconds or more, but not of much more than the
  /// time since the last reading.
  uint64_t read(net::time_point now);

private:
  alignas(64) std::atomic<uint64_t> current_{0};
  std::atomic<uint64_t> previous_{0};
  std::atomic<net::time_point> turned_{net::time_point{}};
};

/// What is counted in a server, for whoever operates it. Shared by all actors
/// of a node; without locks. How many of them there are they count themselves:
/// see live_object.
class counters {
public:
  counter_board<transport_totals> transports;
  counter_board<receiver_totals> producers;
  counter_board<sender_totals> consumers;
  counter_board<data_totals> data;

  /// How many transports there are, by kind and phase.
  std::atomic<int64_t>& transports_in(transport_kind kind,
                                      transport_phase phase) {
    return transports_in_[static_cast<size_t>(kind)]
                         [static_cast<size_t>(phase)];
  }

  /// From a client's wish to join to the answer.
  histogram join_time;

  /// From a client's DTLS parameters to the end of the handshake.
  histogram connect_time;

  /// Batches of media that a shard was too far behind to be sent.
  std::atomic<uint64_t> batches_refused{0};

  /// Addresses to which plain transports were to send, and why they did not.
  std::array<std::atomic<uint64_t>, plain_refusal_count> plain_refused{};

  std::array<peak_gauge, mailbox_owner_count> mailboxes;

  /// Requests that were carried out, and those refused, by code.
  std::atomic<uint64_t> requests_done{0};
  std::array<std::atomic<uint64_t>, error_code_count> requests_refused{};

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

  /// The same for one that a dialect refused by itself.
  void note_refusal(protocol::error_code why) {
    requests_refused[static_cast<size_t>(why)].fetch_add(
        1, std::memory_order_relaxed);
  }

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
