#pragma once

#include "actors/base/in_flight_gauge.hpp"
#include "actors/transport/transport_actor.hpp"
#include "rtp/base/fifo.hpp"
#include "rtp/receive/demuxer.hpp"
#include "rtp/receive/rtcp_dispatcher.hpp"

#include <unordered_map>
#include <utility>
#include <variant>

namespace troupe::actors {

/// Packets of one producer.
struct routed_media {
  const rtp_sink_actor* to; // until the routes change
  rtp::rtp_batch packets;
};

/// An item of RTCP about what a producer receives.
struct routed_report {
  const rtp_sink_actor* to; // until the routes change
  std::variant<rtp::sender_report_received, rtp::dlrr_received,
               rtp::bye_received>
      what;
};

/// The streams of one transport, WebRTC or plain: finds the producer of each
/// packet and the receiver of each item of RTCP. What a receiver is too far
/// behind for is dropped and counted. An engine: the transport's actor sends
/// what the polls return (send_media() and send_rtcp_items()).
class rtp_routes {
public:
  /// `estimates`: whether REMB and transport-wide feedback of the client count;
  /// otherwise they are ignored.
  rtp_routes(transport_key of, bool estimates)
      : key_(of)
      , estimates_(estimates) {}

  // -- routes ----------------------------------------------------------------

  /// Fails if its SSRC, MID or RID belongs to another producer.
  net::result<void> add(const add_transport_producer& x);

  /// What remains of a producer that was removed.
  struct removed_producer {
    std::vector<rtp::ssrc> sources; // signaled or learned
    rtp::ssrc reporter{};           // of our RTCP about it
  };

  /// Returns nothing if there is no such producer.
  std::optional<removed_producer> remove(const remove_transport_producer& x);

  bool has_producer(const producer_id& which) const;

  void add(const add_transport_consumer& x);

  void remove(const remove_transport_consumer& x);

  bool has_consumers() const {
    return !consumers_.empty();
  }

  /// The producer whose media or RTX has this SSRC.
  std::optional<rtp::stream_handle> find(rtp::ssrc x) const {
    return demuxer_.find(x);
  }

  /// The next SSRC that was learned for a producer.
  std::optional<rtp::ssrc> poll_learned() {
    return demuxer_.poll_learned();
  }

  // -- RTP -------------------------------------------------------------------

  /// Handles one RTP packet, for poll_media().
  void handle_rtp(rtp::packet x) {
    demuxer_.handle_packet(std::move(x));
  }

  /// Counts an authentic packet that is no RTP.
  void note_malformed() {
    ++malformed_;
  }

  /// The packets of one producer since the last poll. Calls `note(packets,
  /// extension ids)` for each producer's, also if they are dropped then.
  template <class F>
  std::optional<routed_media> poll_media(F note) {
    while (auto x = demuxer_.poll_batch()) {
      const auto& to = producers_.at(x->producer);
      note(*x->packets, to.extensions);
      if (to.gauge->admit(x->packets->size()))
        return routed_media{&to.actor, std::move(x->packets)};
    }
    return std::nullopt;
  }

  // -- RTCP ------------------------------------------------------------------

  /// Handles one compound RTCP packet that came at `arrival`. Then call
  /// poll_report() and poll_feedback() until they are empty.
  void handle_rtcp(const net::buffer_ptr& compound, net::time_point arrival) {
    handle_rtcp(compound, arrival, [](rtp::rtcp_event&) {});
  }

  /// The same. Calls `note(event)` for each item; `note` may change it.
  template <class F>
  void handle_rtcp(const net::buffer_ptr& compound, net::time_point arrival,
                   F note) {
    dispatcher_.handle_rtcp(std::as_const(*compound).bytes(), demuxer_,
                            arrival);
    auto before = feedback_.size();
    while (auto event = dispatcher_.poll_event()) {
      note(*event);
      route(*event, compound);
    }
    admit_feedback(before);
  }

  /// Requests a key frame for each consumer, as the client itself may. Then
  /// call poll_feedback().
  void request_key_frames();

  /// The next item for a producer.
  std::optional<routed_report> poll_report() {
    return reports_.pop();
  }

  /// What the compounds since the last poll say about packets sent to the
  /// client: one message for the shard.
  std::optional<transport_feedback> poll_feedback() {
    if (feedback_.empty())
      return std::nullopt;
    return transport_feedback{key_, std::exchange(feedback_, {}), to_shard_,
                              std::exchange(compounds_, 0)};
  }

  /// The answer to the reference times that came since the last call, or
  /// nothing (see rtp::rtcp_dispatcher::poll_rtcp()).
  std::optional<std::vector<uint8_t>> poll_rtcp(net::time_point now) {
    return dispatcher_.poll_rtcp(now);
  }

  // -- statistics ------------------------------------------------------------

  /// Authentic packets that belong to no stream or are malformed.
  uint64_t unroutable() const {
    return malformed_ + demuxer_.drops().total() + dispatcher_.malformed();
  }

  /// Packets that belong to no stream.
  uint64_t unknown_packets() const {
    return demuxer_.drops().total();
  }

  /// Compounds that were dropped because the shard was too far behind.
  uint64_t refused_compounds() const {
    return to_shard_->refused();
  }

private:
  struct producer {
    producer_id id;
    rtp_sink_actor actor;
    rtp::extension_map extensions;
    rtp::ssrc reporter{};
    std::shared_ptr<in_flight_gauge> gauge;
  };

  // Queues an item for its producer or for the shard.
  void route(rtp::rtcp_event& x, const net::buffer_ptr& compound);

  void queue_feedback(feedback_item x);

  // Drops the items beyond the first `before`, which came with one compound, if
  // the shard is too far behind.
  void admit_feedback(size_t before);

  const transport_key key_;
  const bool estimates_;
  rtp::demuxer demuxer_;
  rtp::rtcp_dispatcher dispatcher_;
  uint32_t next_handle_ = 1;
  std::unordered_map<rtp::stream_handle, producer> producers_;
  std::unordered_map<rtp::stream_handle, consumer_key> consumers_;
  rtp::fifo<routed_report> reports_;
  std::vector<feedback_item> feedback_; // for the shard
  size_t compounds_ = 0;                // that these came with
  uint64_t malformed_ = 0;
  std::shared_ptr<in_flight_gauge> to_shard_ =
      std::make_shared<in_flight_gauge>(max_waiting_compounds);
};

/// Sends each producer its packets, as one message. For `note` see
/// rtp_routes::poll_media().
template <class Self, class F>
void send_media(Self* self, rtp_routes& from, F note) {
  while (auto x = from.poll_media(note))
    self->send(*x->to, std::move(x->packets));
}

/// Sends producers the items about what they receive, and the shard those about
/// what it sends.
template <class Self>
void send_rtcp_items(Self* self, const shard_actor& shard, rtp_routes& from) {
  while (auto x = from.poll_report())
    std::visit([&](auto& what) { self->send(*x->to, std::move(what)); },
               x->what);
  while (auto x = from.poll_feedback())
    self->send(shard, std::move(*x));
}

} // namespace troupe::actors
