#include "protocol/dialects/protoo/protoo_reply_encoder.hpp"

#include "protocol/dialects/common/rejoin_secret.hpp"
#include "protocol/dialects/common/request_decoder.hpp"

#include <utility>

namespace troupe::protocol {

namespace {

using rapidjson::Value;

// Clients display it but do not depend on it.
constexpr std::string_view mediasoup_version = "3.27.1-troupe";

// The device that the demo shows for a client that describes none.
constexpr std::string_view unknown_device =
    R"({"flag":"unknown","name":"Unknown device","version":""})";

// The name shown for a member without a display name.
const std::string& shown_name(const participant& peer) {
  return peer.name.empty() ? peer.id.str() : peer.name;
}

json_object peer_data(const participant& peer, protoo_generation generation) {
  json_object out;
  if (reads_legacy(generation))
    out.add("id", peer.id);
  if (reads_current(generation))
    out.add("peerId", peer.id);
  out.add("displayName", shown_name(peer));
  if (peer.device == json_text{})
    out.add("device", json_text{std::string{unknown_device}});
  else
    out.add("device", peer.device);
  return out;
}

void add(Value& out, std::string_view name, Value& value,
         json_allocator& allocator) {
  out.AddMember(rapidjson::StringRef(name.data(), name.size()), value,
                allocator);
}

// Encodes data that legacy gets bare and current as the only member of an
// object. An array cannot be both: it is sent bare.
template <class T>
void encode_wrapped(const T& in, std::string_view name,
                    protoo_generation generation, Value& out,
                    json_allocator& allocator) {
  if (reads_legacy(generation))
    encode(in, out, allocator);
  else
    out.SetObject();
  if (reads_current(generation) && out.IsObject()) {
    Value member;
    encode(in, member, allocator);
    add(out, name, member, allocator);
  }
}

struct reply_encoder {
  const protoo_reply& reply;
  Value& out;
  json_allocator& allocator;

  void operator()(const reply::capabilities& in) {
    encode_wrapped(in.router, "routerRtpCapabilities", reply.generation, out,
                   allocator);
  }

  void operator()(const reply::joined& in) {
    std::vector<json_object> peers;
    for (const auto& peer : in.participants)
      if (peer.id != reply.self)
        peers.push_back(peer_data(peer, reply.generation));
    json_object data;
    data.add("peers", peers);
    if (in.recording)
      data.add("recording", *in.recording);
    encode(add_rejoin_secret(data, in.rejoin_secret), out, allocator);
  }

  void operator()(const reply::transport_created& in) {
    auto data = named("transportId", in.id);
    data.add("iceParameters", in.ice)
        .add("iceCandidates", in.candidates)
        .add("dtlsParameters", in.dtls);
    if (in.sctp)
      data.add("sctpParameters", *in.sctp);
    if (!in.ice_servers.empty())
      data.add("iceServers", in.ice_servers);
    encode(data, out, allocator);
  }

  void operator()(const reply::ice_restarted& in) {
    encode_wrapped(in.ice, "iceParameters", reply.generation, out, allocator);
    if (in.ice_servers.empty())
      return;
    // Beside the bare parameters, too, where mediasoup-client ignores it.
    Value servers;
    encode(in.ice_servers, servers, allocator);
    add(out, "iceServers", servers, allocator);
  }

  void operator()(const reply::produced& in) {
    encode(named("producerId", in.id), out, allocator);
  }

  void operator()(const reply::data_produced& in) {
    encode(named("dataProducerId", in.id), out, allocator);
  }

  void operator()(const reply::data_buffered& in) {
    encode(json_object{}.add("bufferedAmount", in.amount), out, allocator);
  }

  void operator()(const reply::chat_history& in) {
    encode(json_object{}.add("limit", in.limit).add("messages", in.messages),
           out, allocator);
  }

  void operator()(const reply::recording& in) {
    encode(json_object{}.add("recording", in.what), out, allocator);
  }

  void operator()(const reply::recordings& in) {
    encode(json_object{}.add("recordings", in.list), out, allocator);
  }

  void operator()(const reply::stats& in) {
    encode_wrapped(in.report, "stats", reply.generation, out, allocator);
  }

  // Replies without data.
  void operator()(const auto&) {
    out.SetObject();
  }

private:
  template <class Id>
  json_object named(std::string_view current_name, const Id& id) {
    json_object data;
    if (reads_legacy(reply.generation))
      data.add("id", id);
    if (reads_current(reply.generation))
      data.add(current_name, id);
    return data;
  }
};

json_object score_data(const consumer_scores& in) {
  return std::move(json_object{}
                       .add("score", in.score)
                       .add("producerScore", in.producer_score)
                       .add("producerScores", in.producer_scores));
}

// A producer's app data, with the members that a client's generation expects.
class application_data {
public:
  application_data(const json_text& own, Value& out, json_allocator& allocator)
      : out_(out)
      , allocator_(allocator) {
    encode(own, out_, allocator_);
    if (!out_.IsObject())
      out_.SetObject();
  }

  template <class T>
  void put(std::string_view name, const T& value) {
    out_.RemoveMember(Value{rapidjson::StringRef(name.data(), name.size())});
    Value member;
    protocol::encode(value, member, allocator_);
    add(out_, name, member, allocator_);
  }

private:
  Value& out_;
  json_allocator& allocator_;
};

// The sender's id, and whether the stream is a shared screen.
struct consumer_app_data {
  const reply::consumed& of;
  protoo_generation generation;
};

void encode(const consumer_app_data& in, Value& out,
            json_allocator& allocator) {
  constexpr std::string_view screen = "screensharing";
  application_data data{in.of.app_data, out, allocator};
  data.put("peerId", in.of.peer);
  const auto source = find_text(out, "source");
  const auto shared = find_member(out, "share") != nullptr;
  if (reads_legacy(in.generation) && source == screen && !shared)
    data.put("share", true);
  if (reads_current(in.generation) && !source)
    data.put("source", shared ? screen : to_string(in.of.kind));
}

// The sender's id, and the channel's purpose: the older app uses its label.
struct data_consumer_app_data {
  const reply::data_consumed& of;
  protoo_generation generation;
};

void encode(const data_consumer_app_data& in, Value& out,
            json_allocator& allocator) {
  application_data data{in.of.app_data, out, allocator};
  if (!in.of.peer.empty())
    data.put("peerId", in.of.peer);
  if (reads_current(in.generation) && !find_member(out, "channel"))
    data.put("channel", std::string_view{in.of.label});
}

template <class T>
json_object about(std::string_view name, const T& id) {
  return std::move(json_object{}.add(name, id));
}

struct notice_encoder {
  using result = std::optional<protoo_notice>;

  protoo_generation generation;

  result operator()(const event::consumer_closed& in) {
    return protoo_notice{"consumerClosed", about("consumerId", in.consumer)};
  }

  result operator()(const event::consumer_paused& in) {
    return protoo_notice{"consumerPaused", about("consumerId", in.consumer)};
  }

  result operator()(const event::consumer_resumed& in) {
    return protoo_notice{"consumerResumed", about("consumerId", in.consumer)};
  }

  result operator()(const event::consumer_score& in) {
    auto data = about("consumerId", in.consumer);
    data.add("score", score_data(in.scores));
    return protoo_notice{"consumerScore", std::move(data)};
  }

  result operator()(const event::consumer_layers_changed& in) {
    auto data = about("consumerId", in.consumer);
    json_object layers;
    const auto add_layer = [&](std::string_view name, std::optional<int> x) {
      if (reads_legacy(generation) && x)
        data.add(name, *x);
      else if (reads_legacy(generation))
        data.add(name, json_text{"null"});
      if (x)
        layers.add(name, *x);
    };
    add_layer("spatialLayer", in.spatial_layer);
    add_layer("temporalLayer", in.temporal_layer);
    if (reads_current(generation) && in.spatial_layer)
      data.add("layers", layers);
    return protoo_notice{"consumerLayersChanged", std::move(data)};
  }

  result operator()(const event::data_consumer_closed& in) {
    auto data = about("dataConsumerId", in.data_consumer);
    if (in.too_slow)
      data.add("reason", std::string_view{"too-slow"});
    return protoo_notice{"dataConsumerClosed", std::move(data)};
  }

  result operator()(const event::data_consumer_paused& in) {
    return protoo_notice{"dataConsumerPaused",
                         about("dataConsumerId", in.data_consumer)};
  }

  result operator()(const event::data_consumer_resumed& in) {
    return protoo_notice{"dataConsumerResumed",
                         about("dataConsumerId", in.data_consumer)};
  }

  result operator()(const event::data_consumer_buffered_low& in) {
    auto data = about("dataConsumerId", in.data_consumer);
    data.add("bufferedAmount", in.amount);
    return protoo_notice{"dataConsumerBufferedAmountLow", std::move(data)};
  }

  result operator()(const event::producer_score& in) {
    auto data = about("producerId", in.producer);
    data.add("score", in.encodings);
    return protoo_notice{"producerScore", std::move(data)};
  }

  result operator()(const event::active_speaker& in) {
    json_object data;
    if (in.peer)
      data.add("peerId", *in.peer);
    else if (reads_legacy(generation))
      data.add("peerId", json_text{"null"});
    if (in.peer && reads_legacy(generation))
      data.add("volume", in.volume);
    return protoo_notice{"activeSpeaker", std::move(data)};
  }

  result operator()(const event::speaking_peers& in) {
    if (!reads_current(generation))
      return std::nullopt;
    return protoo_notice{"speakingPeers", about("peerVolumes", in.peers)};
  }

  // The demo has no such event, and ignores unknown ones.
  result operator()(const event::server_draining& in) {
    return protoo_notice{"serverDraining", about("seconds", in.seconds)};
  }

  // The demo knows none of recordings, either.
  result operator()(const event::recording_started& in) {
    return protoo_notice{"recordingStarted", json_object::from(in.what)};
  }

  result operator()(const event::recording_consent_asked& in) {
    return protoo_notice{"recordingConsentAsked", json_object::from(in.what)};
  }

  result operator()(const event::recording_stopped& in) {
    auto data = about("recordingId", in.id);
    data.add("reason", in.reason).add("durationMs", in.duration.count());
    return protoo_notice{"recordingStopped", std::move(data)};
  }

  result operator()(const auto&) {
    return std::nullopt;
  }
};

} // namespace

void encode(const protoo_reply& in, Value& out, json_allocator& allocator) {
  std::visit(reply_encoder{in, out, allocator}, in.result);
}

json_object new_consumer_data(const reply::consumed& of,
                              const transport_id& transport,
                              protoo_generation generation) {
  json_object out;
  out.add("peerId", of.peer).add("producerId", of.producer);
  if (reads_legacy(generation))
    out.add("id", of.id);
  if (reads_current(generation))
    out.add("transportId", transport)
        .add("consumerId", of.id)
        .add("consumerScore", score_data(of.scores));
  out.add("kind", to_string(of.kind))
      .add("rtpParameters", of.parameters)
      .add("type", of.type)
      .add("appData", consumer_app_data{of, generation})
      .add("producerPaused", of.producer_paused);
  return out;
}

json_object new_data_consumer_data(const reply::data_consumed& of,
                                   const transport_id& transport,
                                   protoo_generation generation) {
  json_object out;
  // Without a peer id the server itself is the sender.
  if (!of.peer.empty())
    out.add("peerId", of.peer);
  else if (reads_legacy(generation))
    out.add("peerId", json_text{"null"});
  out.add("dataProducerId", of.data_producer);
  if (reads_legacy(generation))
    out.add("id", of.id);
  if (reads_current(generation))
    out.add("transportId", transport).add("dataConsumerId", of.id);
  out.add("sctpStreamParameters", of.stream)
      .add("label", of.label)
      .add("protocol", of.protocol)
      .add("appData", data_consumer_app_data{of, generation});
  return out;
}

protoo_notice version_notice(protoo_generation generation) {
  return {reads_current(generation) ? "mediasoupVersion" : "mediasoup-version",
          about("version", mediasoup_version)};
}

void protoo_notices::reset(const std::vector<participant>& people) {
  names_.clear();
  for (const auto& peer : people)
    names_.emplace(peer.id, shown_name(peer));
}

std::optional<protoo_notice>
protoo_notices::notice(const any_event& event, protoo_generation generation) {
  if (const auto x = std::get_if<event::peer_joined>(&event))
    return joined(x->peer, generation);
  if (const auto x = std::get_if<event::peer_updated>(&event))
    return updated(x->peer);
  if (const auto x = std::get_if<event::peer_left>(&event)) {
    names_.erase(x->peer);
    return protoo_notice{"peerClosed", about("peerId", x->peer)};
  }
  return std::visit(notice_encoder{generation}, event);
}

std::optional<protoo_notice>
protoo_notices::joined(const participant& peer, protoo_generation generation) {
  if (peer.id == self_)
    return std::nullopt;
  names_.insert_or_assign(peer.id, shown_name(peer));
  // The current app unwraps `peer`; other clients may expect the members bare.
  auto data = peer_data(peer, generation);
  if (reads_current(generation))
    data.add("peer", peer_data(peer, protoo_generation::current));
  return protoo_notice{"newPeer", std::move(data)};
}

std::optional<protoo_notice> protoo_notices::updated(const participant& peer) {
  if (peer.id == self_)
    return std::nullopt;
  const auto& name = shown_name(peer);
  const auto [known, added] = names_.try_emplace(peer.id, name);
  if (added || known->second == name)
    return std::nullopt;
  const auto old = std::exchange(known->second, name);
  json_object data;
  data.add("peerId", peer.id)
      .add("displayName", name)
      .add("oldDisplayName", old);
  return protoo_notice{"peerDisplayNameChanged", std::move(data)};
}

} // namespace troupe::protocol
