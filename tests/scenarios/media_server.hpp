#pragma once

#include "rtp/receive/demuxer.hpp"
#include "rtp/receive/receiver.hpp"
#include "rtp/receive/rtcp_dispatcher.hpp"
#include "rtp/receive/transport_feedback_generator.hpp"
#include "rtp/send/egress.hpp"
#include "rtp/send/forwarder.hpp"
#include "tests/scenarios/media_sender.hpp"

namespace troupe::test {

inline rtp::receiver::config audio_source(const stream_numbers& x) {
  auto result = rtp::receiver::config{};
  result.kind = rtp::media_kind::audio;
  result.codec = rtp::codec::opus;
  result.clock_rate = 48000;
  result.payload = rtp::payload_type{audio_type};
  result.encodings = {{rtp::ssrc{x.audio}, {}, ""}};
  result.extensions = rtp::extension_map::defaults();
  result.keep = false;
  return result;
}

inline rtp::receiver::config video_source(const stream_numbers& x) {
  auto result = rtp::receiver::config{};
  result.codec = rtp::codec::vp8;
  result.payload = rtp::payload_type{video_type};
  result.rtx_payload = rtp::payload_type{rtx_type};
  result.encodings = {{rtp::ssrc{x.video}, rtp::ssrc{x.rtx}, ""}};
  result.extensions = rtp::extension_map::defaults();
  result.feedback = {true, true, true, true, false};
  return result;
}

inline rtp::forwarder::config sink(rtp::media_kind kind) {
  auto video = kind == rtp::media_kind::video;
  auto result = rtp::forwarder::config{};
  result.kind = kind;
  result.clock_rate = video ? 90000 : 48000;
  result.ssrc = rtp::ssrc{video ? downlink.video : downlink.audio};
  result.payload = rtp::payload_type{video ? video_type : audio_type};
  if (video) {
    result.rtx_ssrc = rtp::ssrc{downlink.rtx};
    result.rtx_payload = rtp::payload_type{rtx_type};
    result.feedback = {true, true, true, true, false};
  }
  result.mid = video ? "1" : "0";
  result.cname = "sender";
  result.source_extensions = rtp::extension_map::defaults();
  result.extensions = rtp::extension_map::defaults();
  return result;
}

/// The whole chain of engines between one sender and one receiver, connected as
/// in the actors.
class media_server {
public:
  explicit media_server(net::rng& random)
      : audio_in_(audio_source(uplink), random)
      , video_in_(video_source(uplink), random)
      , audio_out_(sink(rtp::media_kind::audio), random)
      , video_out_(sink(rtp::media_kind::video), random) {
    auto identity = rtp::producer_identity{};
    identity.extensions = rtp::extension_map::defaults();
    identity.mid = "a";
    (void)demuxer_.add_producer(audio_handle, identity);
    identity.mid = "v";
    identity.ssrcs = {rtp::ssrc{uplink.video}, rtp::ssrc{uplink.rtx}};
    (void)demuxer_.add_producer(video_handle, identity);
    dispatcher_.add_consumer(audio_handle, rtp::ssrc{downlink.audio}, {});
    dispatcher_.add_consumer(video_handle, rtp::ssrc{downlink.video},
                             rtp::ssrc{downlink.rtx});
  }

  void handle_uplink(const octet_vector& x, net::time_point now) {
    if (is_rtcp(x)) {
      dispatcher_.handle_rtcp(x, demuxer_, now);
      dispatch(now);
    } else if (auto p = parse_packet(x, now)) {
      auto ids = rtp::extension_map::defaults();
      if (auto n = rtp::read_transport_cc(*p, ids))
        feedback_.handle_packet(*n, p->ssrc(), now);
      demuxer_.handle_packet(std::move(*p));
    }
    while (auto batch = demuxer_.poll_batch())
      (batch->producer == audio_handle ? audio_in_ : video_in_)
          .handle_packets(batch->packets, now);
    drain(now);
  }

  void handle_downlink(const octet_vector& x, net::time_point now) {
    dispatcher_.handle_rtcp(x, demuxer_, now);
    dispatch(now);
    drain(now);
  }

  void handle_timeout(net::time_point now) {
    auto fire = [now](auto& x) {
      if (auto due = x.poll_timeout(); due && *due <= now)
        x.handle_timeout(now);
    };
    fire(audio_in_);
    fire(video_in_);
    fire(audio_out_);
    fire(video_out_);
    fire(feedback_);
    drain(now);
  }

  /// Datagrams for the sender and for the receiver.
  std::deque<octet_vector> to_sender;
  std::deque<octet_vector> to_receiver;

  rtp::receiver& video_in() {
    return video_in_;
  }

  rtp::forwarder& video_out() {
    return video_out_;
  }

  rtp::egress_stats egress_stats(net::time_point now) const {
    return egress_.stats(now);
  }

private:
  static constexpr auto audio_handle = rtp::stream_handle{1};
  static constexpr auto video_handle = rtp::stream_handle{2};

  void dispatch(net::time_point now) {
    while (auto event = dispatcher_.poll_event()) {
      if (auto* x = std::get_if<rtp::sender_report_received>(&*event))
        video_in_.handle_sender_report(x->info, now);
      else if (auto* nack = std::get_if<rtp::nack_received>(&*event))
        video_out_.handle_nack(nack->lost, now);
      else if (std::holds_alternative<rtp::keyframe_request_received>(*event))
        video_out_.handle_keyframe_request(now);
      else if (auto* block = std::get_if<rtp::report_block_received>(&*event))
        (block->consumer == video_handle ? video_out_ : audio_out_)
            .handle_report_block(block->block, now);
    }
  }

  void drain(net::time_point now) {
    drain_pair(audio_in_, audio_out_, now);
    drain_pair(video_in_, video_out_, now);
    while (auto x = feedback_.poll_rtcp())
      to_sender.push_back(std::move(*x));
    while (auto x = egress_.poll_packet()) {
      auto datagram = octet_vector(x->header.begin(), x->header.end());
      datagram.insert(datagram.end(), x->payload.begin(), x->payload.end());
      to_receiver.push_back(std::move(datagram));
    }
  }

  void drain_pair(rtp::receiver& in, rtp::forwarder& out, net::time_point now) {
    while (auto batch = in.poll_batch())
      out.handle_batch(*batch, now);
    while (auto event = in.poll_event())
      if (auto* report = std::get_if<rtp::source_report>(&*event))
        out.handle_source_report(*report);
    if (auto wanted = out.poll_retransmission_request())
      if (auto found = in.find_packets(*wanted))
        out.handle_retransmissions(found, now);
    while (auto event = out.poll_event())
      if (auto* x = std::get_if<rtp::keyframe_wanted>(&*event))
        grant(*x, in, out, now);
    while (auto batch = out.poll_batch())
      egress_.handle_batch(std::move(*batch), now);
    while (auto x = in.poll_rtcp())
      to_sender.push_back(std::move(*x));
    while (auto x = out.poll_rtcp())
      to_receiver.push_back(std::move(*x));
  }

  static void grant(const rtp::keyframe_wanted& x, rtp::receiver& in,
                    rtp::forwarder& out, net::time_point now) {
    auto replay =
        x.start ? in.find_replay(x.encoding, now, x.incomplete) : nullptr;
    if (replay)
      out.handle_replay(replay, now);
    else
      in.handle_keyframe_request(x.encoding, now);
  }

  rtp::demuxer demuxer_;
  rtp::rtcp_dispatcher dispatcher_;
  rtp::transport_feedback_generator feedback_{{}};
  rtp::receiver audio_in_;
  rtp::receiver video_in_;
  rtp::forwarder audio_out_;
  rtp::forwarder video_out_;
  rtp::egress egress_;
};

} // namespace troupe::test
