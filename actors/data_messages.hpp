#pragma once

#include "actors/media_shard.hpp"
#include "actors/messages.hpp"
#include "net/sctp/sctp_types.hpp"

#include <caf/typed_actor.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The messages of the way of data-channel messages. They share what they
/// carry by pointer and never leave this process.
namespace troupe::actors {

/// The names by which the data switch knows producers and consumers of data:
/// the ids of their actors, unique in this process.
enum class data_producer_key : uint64_t {};
enum class data_consumer_key : uint64_t {};

/// A number by which a message reaches some consumers only.
using subchannel = uint16_t;

/// One message of a data producer.
struct data_message {
  net::sctp_ppid ppid = net::sctp_ppid::string;
  net::shared_octets octets;
  /// Which consumers get it: those that have subscribed to one of these, or
  /// all, where there are none.
  std::vector<subchannel> subchannels = {};
  /// Of these, those only that have subscribed to this one.
  std::optional<subchannel> required_subchannel = {};
};

// -- what a transport and the sctp actor say to each other --------------------

/// Counts the octets of application data that are under way to the sctp
/// actor or wait there for their turn, since neither has a bound of its own.
class data_gauge {
public:
  /// More than twice what a client may send before it is acknowledged (the
  /// receive window of 768 KB). What is refused beyond is a lost packet to
  /// SCTP, which slows its sender down.
  static constexpr size_t limit = 2 * 1024 * 1024;

  /// What keeping a record costs besides its octets.
  static constexpr size_t record_overhead = 64;

  bool admit(size_t octets) {
    octets += record_overhead;
    if (in_flight_.load(std::memory_order_relaxed) + octets > limit)
      return false;
    in_flight_.fetch_add(octets, std::memory_order_relaxed);
    return true;
  }

  /// To be called once for each record that was admitted.
  void leave(size_t octets) {
    in_flight_.fetch_sub(octets + record_overhead, std::memory_order_relaxed);
  }

private:
  std::atomic<size_t> in_flight_{0};
};

/// What waits for all data consumers of one client, on whatever transport, in
/// octets. Only the sctp actor touches it.
struct data_backlog {
  size_t octets = 0;
};

/// The application data of several DTLS records, one each.
using data_records = std::vector<std::vector<uint8_t>>;

/// What one burst brought for a transport's association.
struct application_data_received {
  transport_key transport{};
  std::shared_ptr<data_records> records; // the receiver owns them
  std::shared_ptr<data_gauge> gauge;
};

/// Packets of SCTP to send as application data, one record each.
struct application_data_to_send {
  std::shared_ptr<data_records> records; // the receiver owns them
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::application_data_received)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::application_data_to_send)

namespace troupe::actors {

/// Where the SCTP packets of a client go.
using data_transport_actor =
    caf::typed_actor<caf::reacts_to<application_data_to_send>>;

// -- what the sctp actor tells ------------------------------------------------

/// The association of a transport has come further: sctpState.
struct sctp_state_changed {
  transport_id transport;
  net::sctp_state state{};
};

/// The client opened a channel in-band (DCEP, RFC 8832). What it sends there
/// goes nowhere until a data producer takes it.
struct data_channel_opened {
  transport_id transport;
  net::sctp_stream_id stream = 0;
  net::sctp_reliability reliability;
  std::string label;
  std::string protocol;
};

/// The client closed the producer's channel: nothing more comes. Whoever hears
/// it removes the producer.
struct data_producer_ended {
  data_producer_key producer{};
};

/// Why a consumer of data got no further.
enum class data_end_reason : uint8_t {
  /// The client closed the channel.
  closed_by_client,
  /// The association is over, or never had such a stream.
  association_closed,
  /// More waits for the client than the limit allows, for too long.
  too_slow
};

/// "closed-by-client", "association-closed" or "too-slow".
std::string_view to_string(data_end_reason x);

/// The consumer gets nothing more, and the switch has forgotten it.
struct data_consumer_ended {
  data_consumer_key consumer{};
  data_end_reason why{};
};

/// The producer of a consumer stopped or went on.
struct data_producer_paused {
  data_consumer_key consumer{};
  bool paused = false;
};

/// What waits for a consumer's client has come down to its threshold.
struct data_buffered_low {
  data_consumer_key consumer{};
  uint32_t octets = 0;
};

/// Messages for a direct consumer: one that no client receives, but the server
/// itself.
struct data_arrived {
  data_consumer_key consumer{};
  std::shared_ptr<const std::vector<data_message>> messages;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::sctp_state_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_channel_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_producer_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_consumer_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_producer_paused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_buffered_low)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_arrived)

namespace troupe::actors {

/// Who hears of a transport's association: its peer.
using sctp_listener_actor = caf::typed_actor<
    // sctpState.
    caf::reacts_to<sctp_state_changed>,
    // The client opened a channel by itself.
    caf::reacts_to<data_channel_opened>>;

/// What a data producer's actor hears from the switch.
using data_producer_events_actor = caf::typed_actor<
    // The client closed its channel.
    caf::reacts_to<data_producer_ended>>;

/// What a data consumer's actor hears from the switch.
using data_consumer_events_actor = caf::typed_actor<
    // It gets nothing more.
    caf::reacts_to<data_consumer_ended>,
    // Its producer was paused or resumed.
    caf::reacts_to<data_producer_paused>,
    // No more than its threshold waits.
    caf::reacts_to<data_buffered_low>,
    // What it is to get, where it is a direct one.
    caf::reacts_to<data_arrived>>;

} // namespace troupe::actors
