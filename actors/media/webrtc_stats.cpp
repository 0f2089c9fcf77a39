#include "actors/media/webrtc_stats.hpp"

#include "protocol/json/json_writer.hpp"

#include <chrono>
#include <cmath>

namespace troupe::actors {

namespace {

using protocol::json_writer;

// The wall-clock time that was `ago` before now.
double timestamp(net::duration ago = {}) {
  auto at = std::chrono::system_clock::now().time_since_epoch() - ago;
  return std::round(std::chrono::duration<double, std::milli>(at).count());
}

// Begins a dictionary, which the caller ends.
void start(json_writer& out, std::string_view type, std::string_view id,
           net::duration ago = {}) {
  out.begin_object()
      .add("type", type)
      .add("id", id)
      .add("timestamp", timestamp(ago));
}

std::string_view to_text(rtp::media_kind x) {
  return x == rtp::media_kind::audio ? "audio" : "video";
}

void add_stream(json_writer& out, const producer_id& id, rtp::media_kind kind,
                const rtp::receive_stream_stats& x) {
  start(out, "inbound-rtp", id.str());
  out.add("kind", to_text(kind)).add("ssrc", rtp::value(x.ssrc));
  if (x.rtx_ssrc)
    out.add("rtxSsrc", rtp::value(*x.rtx_ssrc));
  if (!x.rid.empty())
    out.add("rid", x.rid);
  if (x.round_trip_time)
    out.add("roundTripTime", net::to_seconds(*x.round_trip_time));
  out.add("packetsReceived", x.packets)
      .add("bytesReceived", x.octets)
      .add("bitrate", x.bitrate_bps)
      .add("packetsLost", x.packets_lost)
      .add("fractionLost", x.fraction_lost / 256.0)
      .add("jitter", net::to_seconds(x.jitter))
      .add("retransmittedPacketsReceived", x.packets_repaired)
      .add("nackCount", x.nacks_sent)
      .add("pliCount", x.plis_sent)
      .add("firCount", x.firs_sent)
      .add("keyFramesReceived", x.keyframes)
      .add("packetsDiscarded", x.drops.total())
      .add("score", x.score)
      .end_object();
}

void add_layers(json_writer& to, const rtp::layers& x) {
  to.add("spatialLayer", x.spatial).add("temporalLayer", x.temporal);
}

void add_decision(json_writer& to, const rtp::decision& x, net::duration ago) {
  to.add("reason", rtp::to_string(x.reason)).add("age", net::to_seconds(ago));
  if (x.target)
    add_layers(to, *x.target);
  if (x.link_bps)
    to.add("availableOutgoingBitrate", *x.link_bps);
  to.add("fractionLost", static_cast<double>(x.loss));
}

// The members that both directions of a data channel have in common.
template <class Stats>
void start_channel(json_writer& out, std::string_view id,
                   std::string_view label, std::string_view protocol,
                   const Stats& in) {
  start(out, "data-channel", id);
  out.add("label", label).add("protocol", protocol);
  if (in.stream)
    out.add("dataChannelIdentifier", *in.stream);
  out.add("state", in.open ? "open" : "connecting");
}

} // namespace

protocol::json_text webrtc_stats(const producer_id& id, rtp::media_kind kind,
                                 const rtp::receiver_stats& in) {
  json_writer out;
  out.begin_array();
  for (const auto& x : in.streams)
    add_stream(out, id, kind, x);
  return {out.end_array().str()};
}

protocol::json_text webrtc_stats(const consumer_id& id, rtp::media_kind kind,
                                 const rtp::forwarder_stats& in,
                                 const rtp::decision_log& why,
                                 net::time_point now) {
  json_writer out;
  out.begin_array();
  start(out, "outbound-rtp", id.str());
  out.add("kind", to_text(kind)).add("ssrc", rtp::value(in.ssrc));
  if (in.rtx_ssrc)
    out.add("rtxSsrc", rtp::value(*in.rtx_ssrc));
  if (in.round_trip_time)
    out.add("roundTripTime", net::to_seconds(*in.round_trip_time));
  out.add("packetsSent", in.packets)
      .add("bytesSent", in.octets)
      .add("bitrate", in.bitrate_bps)
      .add("retransmittedPacketsSent", in.rtx_packets)
      .add("retransmittedBytesSent", in.rtx_octets)
      .add("packetsLost", in.packets_lost)
      .add("fractionLost", in.fraction_lost / 256.0)
      .add("nackCount", in.nacks_received)
      .add("keyFrameRequests", in.keyframe_requests_received)
      .add("freezeCount", in.freezes)
      .add("packetsDiscarded", in.drops.total())
      .add("score", in.score)
      .end_object();
  auto number = 0;
  why.for_each([&](const rtp::decision& x) {
    auto ago = now - x.at;
    start(out, "decision", id.str() + "-decision-" + std::to_string(number++),
          ago);
    add_decision(out, x, ago);
    out.end_object();
  });
  return {out.end_array().str()};
}

std::string explanation_json(const consumer_explanation& x) {
  json_writer out;
  auto add_named = [&](std::string_view name,
                       const std::optional<rtp::layers>& y) {
    if (!y)
      return;
    out.key(name).begin_object();
    add_layers(out, *y);
    out.end_object();
  };
  out.begin_object()
      .add("id", x.id.str())
      .add("producerId", x.producer.str())
      .add("timestamp", timestamp())
      .add("kind", to_text(x.kind))
      .add("paused", x.paused)
      .add("producerPaused", x.producer_paused)
      .add("priority", x.priority)
      .add("reason", rtp::to_string(x.reason));
  add_named("preferredLayers", x.preferred);
  add_named("targetLayers", x.target);
  add_named("currentLayers", x.current);
  if (x.link_bps)
    out.add("availableOutgoingBitrate", *x.link_bps);
  out.add("usedBitrate", x.used_bps)
      .add("wantedBitrate", x.wanted_bps)
      .add("fractionLost", x.loss);
  out.key("decisions").begin_array();
  for (const auto& y : x.decisions) {
    auto ago = x.at - y.at;
    out.begin_object().add("timestamp", timestamp(ago));
    add_decision(out, y, ago);
    out.end_object();
  }
  return out.end_array().end_object().str();
}

protocol::json_text webrtc_stats(const data_producer_id& id,
                                 std::string_view label,
                                 std::string_view protocol,
                                 const data_producer_stats& in) {
  json_writer out;
  out.begin_array();
  start_channel(out, id.str(), label, protocol, in);
  out.add("messagesReceived", in.messages_received)
      .add("bytesReceived", in.bytes_received);
  return {out.end_object().end_array().str()};
}

protocol::json_text webrtc_stats(const data_consumer_id& id,
                                 std::string_view label,
                                 std::string_view protocol,
                                 const data_consumer_stats& in) {
  json_writer out;
  out.begin_array();
  start_channel(out, id.str(), label, protocol, in);
  out.add("messagesSent", in.messages_sent)
      .add("bytesSent", in.bytes_sent)
      .add("messagesDropped", in.messages_dropped)
      .add("bufferedAmount", in.buffered_amount);
  return {out.end_object().end_array().str()};
}

protocol::json_text webrtc_stats(const transport_id& id,
                                 const net::webrtc_transport& transport,
                                 const sender_stats& sent,
                                 uint64_t refused_media,
                                 const sctp_transport_stats* sctp) {
  const auto& x = transport.stats();
  json_writer out;
  out.begin_array();
  start(out, "transport", id.str());
  out.add("iceState", net::to_string(transport.ice()))
      .add("dtlsState", net::to_string(transport.dtls()))
      .add("bytesReceived", x.received.bytes)
      .add("packetsReceived", x.received.packets)
      .add("bytesSent", x.sent.bytes + sent.sent.bytes)
      .add("packetsSent", x.sent.packets + sent.sent.packets)
      .add("rtpBytesReceived", x.rtp_received.bytes)
      .add("rtpBytesSent", sent.rtp_sent.bytes)
      .add("packetsDropped", x.drops.total() + refused_media)
      .add("availableOutgoingBitrate", sent.egress.available_bps.value_or(0));
  if (sctp)
    out.add("sctpState", net::to_string(sctp->state))
        .add("sctpBytesReceived", sctp->bytes_received)
        .add("sctpBytesSent", sctp->bytes_sent);
  if (auto profile = transport.profile())
    out.add("srtpCipher", net::to_string(*profile));
  out.end_object();
  if (const auto& tuple = transport.selected_tuple()) {
    start(out, "candidate-pair", id.str() + "-pair");
    bool udp = tuple->protocol == net::transport_protocol::udp;
    out.add("state", "succeeded")
        .add("nominated", transport.ice() == net::ice_state::completed)
        .add("protocol", udp ? "udp" : "tcp")
        .end_object();
  }
  return {out.end_array().str()};
}

} // namespace troupe::actors
