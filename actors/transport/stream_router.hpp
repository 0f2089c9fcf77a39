#pragma once

#include "actors/base/in_flight_gauge.hpp"
#include "actors/transport/transport_actor.hpp"
#include "rtp/receive/demuxer.hpp"
#include "rtp/receive/rtcp_dispatcher.hpp"

#include <unordered_map>

namespace troupe::actors {

/// The streams of one transport, WebRTC or plain: finds the producer of each
/// packet and the receiver of each item of RTCP, and sends it there. What a
/// receiver is too far behind for is dropped and counted.
class stream_router {
public:
  /// `estimates`: whether REMB and transport-wide feedback of the client count;
  /// otherwise they are ignored.
  explicit stream_router(bool estimates) : estimates_(estimates) {}

  /// Fails if its SSRC, MID or RID belongs to another producer.
  net::result<void> add(const add_transport_producer& x);

  /// What remains of a producer that was removed.
  struct removed_producer {
    std::vector<rtp::ssrc> sources; // signaled or learned
    rtp::ssrc reporter{};           // of our RTCP about it
  };

  /// Returns nothing if there is no such producer.
  std::optional<removed_producer> remove(const remove_transport_producer& x);

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

  /// Handles one RTP packet. send_media() sends it on.
  void take(rtp::packet x) {
    demuxer_.handle_packet(std::move(x));
  }

  /// Counts an authentic packet that is no RTP.
  void note_malformed() {
    ++malformed_;
  }

  /// Sends each producer its packets, as one message. Calls `note(packets,
  /// extension ids)` for each before.
  template <class F>
  void send_media(transport_actor::pointer self, F note) {
    while (auto x = demuxer_.poll_batch()) {
      const auto& to = producers_.at(x->producer);
      note(*x->packets, to.extensions);
      if (to.gauge->admit(x->packets->size()))
        self->send(to.actor, std::move(x->packets));
    }
  }

  /// Handles one compound RTCP packet that came at `arrival`: sends producers
  /// the items about what they receive, and the shard in one message those
  /// about what it sends.
  void take_rtcp(transport_actor::pointer self, const shard_actor& shard,
                 const net::buffer_ptr& compound, net::time_point arrival) {
    take_rtcp(self, shard, compound, arrival, [](rtp::rtcp_event&) {});
  }

  /// The same. Calls `note(event)` for each item before it is sent on; `note`
  /// may change the event.
  template <class F>
  void take_rtcp(transport_actor::pointer self, const shard_actor& shard,
                 const net::buffer_ptr& compound, net::time_point arrival,
                 F note) {
    dispatcher_.handle_rtcp(std::as_const(*compound).bytes(), demuxer_,
                            arrival);
    std::vector<feedback_item> for_shard;
    while (auto event = dispatcher_.poll_event()) {
      note(*event);
      pass_on(self, *event, for_shard);
    }
    send_feedback(self, shard, compound, std::move(for_shard));
  }

  /// The answer to the reference times that came since the last call, or
  /// nothing (see rtp::rtcp_dispatcher::poll_rtcp()).
  std::optional<std::vector<uint8_t>> poll_rtcp(net::time_point now) {
    return dispatcher_.poll_rtcp(now);
  }

  /// Requests a key frame for each consumer, as the client itself may.
  void request_key_frames(transport_actor::pointer self,
                          const shard_actor& shard);

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

  struct consumer {
    consumer_id id;
    consumer_key key{};
  };

  void pass_on(transport_actor::pointer self, rtp::rtcp_event& x,
               std::vector<feedback_item>& for_shard);

  // Sends them as one message, unless the shard is too far behind.
  void send_feedback(transport_actor::pointer self, const shard_actor& shard,
                     const net::buffer_ptr& compound,
                     std::vector<feedback_item> items);

  const bool estimates_;
  rtp::demuxer demuxer_;
  rtp::rtcp_dispatcher dispatcher_;
  uint32_t next_handle_ = 1;
  std::unordered_map<rtp::stream_handle, producer> producers_;
  std::unordered_map<rtp::stream_handle, consumer> consumers_;
  uint64_t malformed_ = 0;
  std::shared_ptr<in_flight_gauge> to_shard_ =
      std::make_shared<in_flight_gauge>(max_waiting_compounds);
};

} // namespace troupe::actors
