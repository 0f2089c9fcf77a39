#include "protocol/dialects/common/reply_encoder.hpp"

namespace troupe::protocol {

namespace {

using rapidjson::Value;

// Writes the members of one reply or event into a JSON object.
class members {
public:
  members(Value& out, json_allocator& allocator)
      : out_(out)
      , allocator_(allocator) {
    out_.SetObject();
  }

  // The name must outlive the object, as a literal does.
  template <class T>
  members& add(std::string_view name, const T& value) {
    Value member;
    encode(value, member, allocator_);
    out_.AddMember(rapidjson::StringRef(name.data(), name.size()), member,
                   allocator_);
    return *this;
  }

private:
  Value& out_;
  json_allocator& allocator_;
};

struct reply_encoder {
  Value& out;
  json_allocator& allocator;

  void operator()(const reply::ok&) {
    out.SetObject();
  }

  void operator()(const reply::capabilities& in) {
    encode(in.router, out, allocator);
  }

  void operator()(const reply::joined& in) {
    members to(out, allocator);
    to.add("peerId", in.peer)
        .add("isHost", in.host)
        .add("locked", in.locked)
        .add("participants", in.participants)
        .add("producers", in.producers)
        .add("dataProducers", in.data_producers);
    if (in.lobby)
      to.add("lobby", true);
    if (in.recording)
      to.add("recording", *in.recording);
  }

  void operator()(const reply::transport_created& in) {
    members to(out, allocator);
    to.add("id", in.id)
        .add("iceParameters", in.ice)
        .add("iceCandidates", in.candidates)
        .add("dtlsParameters", in.dtls);
    if (in.sctp)
      to.add("sctpParameters", *in.sctp);
    if (!in.ice_servers.empty())
      to.add("iceServers", in.ice_servers);
  }

  void operator()(const reply::transport_connected& in) {
    members(out, allocator).add("transportId", in.id);
  }

  void operator()(const reply::ice_restarted& in) {
    members to(out, allocator);
    to.add("iceParameters", in.ice);
    if (!in.ice_servers.empty())
      to.add("iceServers", in.ice_servers);
  }

  void operator()(const reply::produced& in) {
    members(out, allocator).add("id", in.id);
  }

  void operator()(const reply::consumed& in) {
    members(out, allocator)
        .add("id", in.id)
        .add("producerId", in.producer)
        .add("peerId", in.peer)
        .add("kind", to_string(in.kind))
        .add("rtpParameters", in.parameters)
        .add("type", in.type)
        .add("paused", in.paused)
        .add("producerPaused", in.producer_paused)
        .add("appData", in.app_data);
  }

  void operator()(const reply::consumers& in) {
    members list(out, allocator);
    if (!in.ids.empty())
      list.add("consumerId", in.ids.front());
    list.add("consumerIds", in.ids);
  }

  void operator()(const reply::producers& in) {
    encode(in.list, out, allocator);
  }

  void operator()(const reply::stats& in) {
    encode(in.report, out, allocator);
  }

  void operator()(const reply::data_produced& in) {
    members(out, allocator).add("id", in.id);
  }

  void operator()(const reply::data_consumed& in) {
    members to(out, allocator);
    to.add("id", in.id).add("dataProducerId", in.data_producer);
    if (!in.peer.empty())
      to.add("peerId", in.peer);
    to.add("sctpStreamParameters", in.stream)
        .add("label", in.label)
        .add("protocol", in.protocol)
        .add("paused", in.paused)
        .add("dataProducerPaused", in.data_producer_paused)
        .add("appData", in.app_data);
  }

  void operator()(const reply::data_consumers& in) {
    members list(out, allocator);
    if (!in.ids.empty())
      list.add("dataConsumerId", in.ids.front());
    list.add("dataConsumerIds", in.ids);
  }

  void operator()(const reply::data_subchannels& in) {
    members(out, allocator)
        .add("dataConsumerId", in.data_consumer)
        .add("subchannels", in.subchannels);
  }

  void operator()(const reply::data_producers& in) {
    encode(in.list, out, allocator);
  }

  void operator()(const reply::data_buffered& in) {
    members(out, allocator)
        .add("dataConsumerId", in.data_consumer)
        .add("bufferedAmount", in.amount);
  }

  void operator()(const reply::chat_history& in) {
    members(out, allocator).add("limit", in.limit).add("messages", in.messages);
  }

  void operator()(const reply::recording& in) {
    members(out, allocator).add("recording", in.what);
  }

  void operator()(const reply::recordings& in) {
    members(out, allocator).add("recordings", in.list);
  }
};

struct event_encoder {
  Value& out;
  json_allocator& allocator;

  members object() {
    return {out, allocator};
  }

  void about(const participant& peer) {
    auto to = object();
    to.add("peerId", peer.id)
        .add("name", peer.name)
        .add("isAudioMuted", peer.audio_muted)
        .add("isVideoPaused", peer.video_paused);
    if (peer.host)
      to.add("isHost", true);
  }

  static void add_moderator(members& to, const std::optional<moderator>& by) {
    if (by)
      to.add("by", *by);
  }

  void operator()(const event::peer_joined& in) {
    about(in.peer);
  }

  void operator()(const event::peer_updated& in) {
    about(in.peer);
  }

  void operator()(const event::peer_left& in) {
    object().add("peerId", in.peer);
  }

  void operator()(const event::producer_added& in) {
    encode(in.producer, out, allocator);
  }

  void operator()(const event::producer_closed& in) {
    object().add("producerId", in.producer).add("peerId", in.peer);
  }

  void operator()(const event::producer_paused& in) {
    auto to = object();
    to.add("producerId", in.producer).add("peerId", in.peer);
    add_moderator(to, in.by);
  }

  void operator()(const event::producer_resumed& in) {
    object().add("producerId", in.producer).add("peerId", in.peer);
  }

  void operator()(const event::consumer_closed& in) {
    object().add("consumerId", in.consumer).add("producerId", in.producer);
  }

  // `byProducer` distinguishes it from the reply to the client's own pause.
  void operator()(const event::consumer_paused& in) {
    object().add("consumerId", in.consumer).add("byProducer", true);
  }

  void operator()(const event::consumer_resumed& in) {
    object().add("consumerId", in.consumer).add("byProducer", true);
  }

  void operator()(const event::consumer_score& in) {
    object()
        .add("consumerId", in.consumer)
        .add("score", in.scores.score)
        .add("producerScore", in.scores.producer_score)
        .add("producerScores", in.scores.producer_scores);
  }

  void operator()(const event::consumer_layers_changed& in) {
    auto to = object();
    to.add("consumerId", in.consumer);
    if (in.spatial_layer)
      to.add("spatialLayer", *in.spatial_layer);
    if (in.temporal_layer)
      to.add("temporalLayer", *in.temporal_layer);
  }

  void operator()(const event::producer_score& in) {
    object().add("producerId", in.producer).add("score", in.encodings);
  }

  void operator()(const event::producer_layers_wanted& in) {
    auto to = object();
    to.add("producerId", in.producer);
    if (in.spatial_layer)
      to.add("spatialLayer", *in.spatial_layer);
  }

  void operator()(const event::active_speaker& in) {
    auto to = object();
    if (in.peer)
      to.add("peerId", *in.peer).add("volume", in.volume);
  }

  void operator()(const event::speaking_peers& in) {
    object().add("peerVolumes", in.peers);
  }

  void operator()(const event::room_locked& in) {
    auto to = object();
    to.add("locked", in.locked);
    add_moderator(to, in.by);
  }

  void operator()(const event::host_changed& in) {
    auto to = object();
    to.add("isHost", in.host);
    add_moderator(to, in.by);
  }

  void operator()(const event::unmute_requested& in) {
    object().add("kind", to_string(in.kind)).add("by", in.by);
  }

  void operator()(const event::lobby_changed& in) {
    auto to = object();
    to.add("enabled", in.enabled);
    add_moderator(to, in.by);
  }

  void operator()(const event::lobby_list& in) {
    object().add("waiting", in.waiting);
  }

  void operator()(const event::lobby_entered& in) {
    auto to = object();
    to.add("waitingCount", in.waiting).add("hostPresent", in.host_present);
    if (in.place > 0)
      to.add("reason", std::string_view{"busy"}).add("place", in.place);
  }

  void operator()(const event::lobby_message& in) {
    auto to = object();
    to.add("message", in.message).add("by", in.by);
    if (!in.name.empty())
      to.add("name", in.name);
  }

  void operator()(const event::server_draining& in) {
    object().add("seconds", in.seconds);
  }

  void operator()(const event::kicked& in) {
    auto to = object();
    to.add("roomId", in.room);
    add_moderator(to, in.by);
  }

  void operator()(const event::room_closed& in) {
    auto to = object();
    to.add("roomId", in.room);
    add_moderator(to, in.by);
  }

  void operator()(const event::data_producer_added& in) {
    encode(in.data_producer, out, allocator);
  }

  void operator()(const event::data_producer_closed& in) {
    auto to = object();
    to.add("dataProducerId", in.data_producer);
    if (!in.peer.empty())
      to.add("peerId", in.peer);
  }

  void operator()(const event::data_consumer_closed& in) {
    auto to = object();
    to.add("dataConsumerId", in.data_consumer)
        .add("dataProducerId", in.data_producer);
    if (in.too_slow)
      to.add("reason", std::string_view{"too-slow"});
  }

  void operator()(const event::data_consumer_paused& in) {
    object().add("dataConsumerId", in.data_consumer).add("byProducer", true);
  }

  void operator()(const event::data_consumer_resumed& in) {
    object().add("dataConsumerId", in.data_consumer).add("byProducer", true);
  }

  void operator()(const event::data_consumer_buffered_low& in) {
    object()
        .add("dataConsumerId", in.data_consumer)
        .add("bufferedAmount", in.amount);
  }

  void operator()(const event::recording_started& in) {
    encode(in.what, out, allocator);
  }

  void operator()(const event::recording_stopped& in) {
    object()
        .add("recordingId", in.id)
        .add("reason", in.reason)
        .add("durationMs", in.duration.count());
  }

  void operator()(const event::recording_consent_asked& in) {
    encode(in.what, out, allocator);
  }
};

} // namespace

void encode(std::string_view in, Value& out, json_allocator& allocator) {
  out.SetString(in.data(), static_cast<rapidjson::SizeType>(in.size()),
                allocator);
}

void encode(const json_text& in, Value& out, json_allocator& allocator) {
  rapidjson::Document parsed(&allocator);
  parsed.Parse<rapidjson::kParseIterativeFlag>(in.text.data(), in.text.size());
  if (parsed.HasParseError())
    out.SetNull();
  else
    out = static_cast<Value&>(parsed);
}

void encode(const participant& in, Value& out, json_allocator& allocator) {
  members to(out, allocator);
  to.add("id", in.id)
      .add("name", in.name)
      .add("isAudioMuted", in.audio_muted)
      .add("isVideoPaused", in.video_paused);
  if (in.host)
    to.add("isHost", true);
}

void encode(const moderator& in, Value& out, json_allocator& allocator) {
  members to(out, allocator);
  if (!in.peer.empty())
    to.add("peerId", in.peer);
}

void encode(const producer_info& in, Value& out, json_allocator& allocator) {
  members(out, allocator)
      .add("producerId", in.id)
      .add("peerId", in.peer)
      .add("kind", to_string(in.kind))
      .add("paused", in.paused)
      .add("appData", in.app_data);
}

void encode(const data_producer_info& in, Value& out,
            json_allocator& allocator) {
  members to(out, allocator);
  to.add("dataProducerId", in.id);
  if (!in.peer.empty())
    to.add("peerId", in.peer);
  to.add("label", in.label)
      .add("protocol", in.protocol)
      .add("paused", in.paused)
      .add("appData", in.app_data);
}

void encode(const chat_message& in, Value& out, json_allocator& allocator) {
  members to(out, allocator);
  to.add("peerId", in.peer)
      .add("name", in.name)
      .add("label", in.label)
      .add("text", in.text);
  if (!in.id.empty())
    to.add("id", in.id);
  to.add("ageMs", in.age_ms);
}

void encode(const waiting_client& in, Value& out, json_allocator& allocator) {
  members(out, allocator)
      .add("knockId", in.id)
      .add("name", in.name)
      .add("seconds", in.seconds);
}

void encode(const recording_info& in, Value& out, json_allocator& allocator) {
  members to(out, allocator);
  to.add("recordingId", in.id);
  to.add("by", in.by.empty() ? std::nullopt : std::optional{in.by});
  to.add("byName", in.by_name)
      .add("startedAt", to_text(in.started_at))
      .add("title", in.title)
      .add("consent", std::string_view{in.asks ? "ask" : "notice"});
}

void encode(const recording_summary& in, Value& out,
            json_allocator& allocator) {
  members(out, allocator)
      .add("recordingId", in.id)
      .add("room", in.room)
      .add("title", in.title)
      .add("date", to_text(in.date))
      .add("url", in.url)
      .add("durationMs", in.duration.count());
}

void encode(const event::encoding_score& in, Value& out,
            json_allocator& allocator) {
  members list(out, allocator);
  list.add("encodingIdx", in.encoding).add("ssrc", in.ssrc);
  if (!in.rid.empty())
    list.add("rid", in.rid);
  list.add("score", in.score);
}

void encode(const event::peer_volume& in, Value& out,
            json_allocator& allocator) {
  members(out, allocator).add("peerId", in.peer).add("volume", in.volume);
}

void encode_reply(const success& in, Value& out, json_allocator& allocator) {
  std::visit(reply_encoder{out, allocator}, in);
}

void encode_event(const any_event& in, Value& out, json_allocator& allocator) {
  std::visit(event_encoder{out, allocator}, in);
}

} // namespace troupe::protocol
