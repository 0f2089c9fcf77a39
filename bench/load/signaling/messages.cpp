#include "bench/load/signaling/messages.hpp"

#include "protocol/json/json_codec.hpp"
#include "protocol/json/json_limits.hpp"
#include "protocol/json/json_writer.hpp"

namespace troupe::load {

namespace {

using value = rapidjson::Value;

std::string text_of(const value& in, const char* name) {
  if (!in.IsObject())
    return {};
  auto x = in.FindMember(name);
  return x != in.MemberEnd() && x->value.IsString() ? x->value.GetString()
                                                    : std::string{};
}

std::string needed_text(const value& in, const char* name) {
  auto x = text_of(in, name);
  if (x.empty())
    throw signaling_error{"the answer has no " + std::string{name}};
  return x;
}

const value& needed(const value& in, const char* name) {
  if (in.IsObject())
    if (auto x = in.FindMember(name); x != in.MemberEnd())
      return x->value;
  throw signaling_error{"the answer has no " + std::string{name}};
}

const value* find(const value& in, const char* name) {
  if (!in.IsObject())
    return nullptr;
  auto x = in.FindMember(name);
  return x == in.MemberEnd() ? nullptr : &x->value;
}

template <class T>
T unless_refused(protocol::checked<T> x) {
  if (!x)
    throw signaling_error{x.error().what};
  return std::move(*x);
}

template <class T>
std::string json_of(const T& x) {
  rapidjson::Document out;
  protocol::encode(x, out, out.GetAllocator());
  return protocol::write_json(out);
}

} // namespace

const protocol::ice_candidate& transport_offer::udp() const {
  for (const auto& x : candidates)
    if (x.protocol == protocol::ice_protocol::udp)
      return x;
  throw signaling_error{"the server offers no UDP candidate"};
}

protocol::rtp_capabilities decode_capabilities(const value& in) {
  return unless_refused(protocol::decode_rtp_capabilities(in));
}

transport_offer decode_transport(const value& in) {
  transport_offer out;
  out.id = needed_text(in, "id");
  out.ice = unless_refused(
      protocol::decode_ice_parameters(needed(in, "iceParameters")));
  const auto& candidates = needed(in, "iceCandidates");
  if (candidates.IsArray())
    for (const auto& x : candidates.GetArray())
      out.candidates.push_back(
          unless_refused(protocol::decode_ice_candidate(x)));
  out.dtls = unless_refused(
      protocol::decode_dtls_parameters(needed(in, "dtlsParameters")));
  return out;
}

consumer_offer decode_consumer(const value& in) {
  consumer_offer out;
  out.id = needed_text(in, "id");
  out.producer = needed_text(in, "producerId");
  out.kind = unless_refused(protocol::decode_media_kind(needed(in, "kind")));
  out.parameters = unless_refused(
      protocol::decode_rtp_parameters(needed(in, "rtpParameters")));
  return out;
}

std::string decode_produced(const value& in) {
  return needed_text(in, "id");
}

producer_notice decode_producer(const value& in) {
  producer_notice out;
  out.id = text_of(in, "producerId");
  if (out.id.empty())
    out.id = needed_text(in, "id");
  out.peer = text_of(in, "peerId");
  out.kind = protocol::parse_media_kind(text_of(in, "kind"));
  return out;
}

std::vector<producer_notice> decode_producers(const value& in) {
  std::vector<producer_notice> out;
  const auto* list = in.IsArray() ? &in : find(in, "producers");
  if (list && list->IsArray()) {
    for (const auto& x : list->GetArray())
      out.push_back(decode_producer(x));
    return out;
  }
  if (const auto* ids = find(in, "existingProducers"); ids && ids->IsArray())
    for (const auto& x : ids->GetArray())
      if (x.IsString())
        out.push_back({x.GetString(), {}, {}});
  return out;
}

std::string encode_join(std::string_view capabilities) {
  return protocol::json_writer{}
      .begin_object()
      .add_raw("rtpCapabilities", capabilities)
      .end_object()
      .str();
}

std::string encode_create_transport(bool send) {
  return protocol::json_writer{}
      .begin_object()
      .add("direction", send ? "send" : "recv")
      .end_object()
      .str();
}

std::string encode_connect(std::string_view transport,
                           const protocol::dtls_parameters& dtls) {
  return protocol::json_writer{}
      .begin_object()
      .add("transportId", transport)
      .add_raw("dtlsParameters", json_of(dtls))
      .end_object()
      .str();
}

std::string encode_produce(std::string_view transport,
                           protocol::media_kind kind,
                           const protocol::rtp_parameters& parameters) {
  return protocol::json_writer{}
      .begin_object()
      .add("transportId", transport)
      .add("kind", protocol::to_string(kind))
      .add_raw("rtpParameters", json_of(parameters))
      .end_object()
      .str();
}

std::string encode_consume(std::string_view transport,
                           std::string_view producer,
                           std::string_view capabilities, bool paused) {
  return protocol::json_writer{}
      .begin_object()
      .add("transportId", transport)
      .add("producerId", producer)
      .add_raw("rtpCapabilities", capabilities)
      .add("paused", paused)
      .end_object()
      .str();
}

std::string encode_consumer(std::string_view consumer) {
  return protocol::json_writer{}
      .begin_object()
      .add("consumerId", consumer)
      .end_object()
      .str();
}

std::string encode_producer(std::string_view producer) {
  return protocol::json_writer{}
      .begin_object()
      .add("producerId", producer)
      .end_object()
      .str();
}

std::string encode_layers(std::string_view consumer, int spatial) {
  return protocol::json_writer{}
      .begin_object()
      .add("consumerId", consumer)
      .add("spatialLayer", spatial)
      .end_object()
      .str();
}

std::string to_json(const protocol::rtp_capabilities& x) {
  return json_of(x);
}

} // namespace troupe::load
