#pragma once

#include "protocol/json/json_codec.hpp"
#include "protocol/json/json_limits.hpp"
#include "protocol/verbs/verbs.hpp"

#include <rapidjson/document.h>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Encodes canonical replies and events as the JSON that the dialects have in
/// common. Like json_codec.hpp, each encode() replaces `out`.
namespace troupe::protocol {

void encode(std::string_view in, rapidjson::Value& out,
            json_allocator& allocator);

void encode(std::same_as<bool> auto in, rapidjson::Value& out,
            json_allocator&) {
  out.SetBool(in);
}

void encode(std::same_as<int> auto in, rapidjson::Value& out, json_allocator&) {
  out.SetInt(in);
}

void encode(std::same_as<uint16_t> auto in, rapidjson::Value& out,
            json_allocator&) {
  out.SetUint(in);
}

void encode(std::same_as<int64_t> auto in, rapidjson::Value& out,
            json_allocator&) {
  out.SetInt64(in);
}

void encode(std::same_as<uint32_t> auto in, rapidjson::Value& out,
            json_allocator&) {
  out.SetUint(in);
}

template <class Tag>
void encode(const net::strong_id<Tag>& in, rapidjson::Value& out,
            json_allocator& allocator) {
  encode(std::string_view{in.str()}, out, allocator);
}

/// A text that is not JSON becomes null.
void encode(const json_text& in, rapidjson::Value& out,
            json_allocator& allocator);

/// {id, name, isAudioMuted, isVideoPaused, isHost?}; isHost only if true.
void encode(const participant& in, rapidjson::Value& out,
            json_allocator& allocator);

/// {peerId?}; no peerId if the server's operator did it.
void encode(const moderator& in, rapidjson::Value& out,
            json_allocator& allocator);

/// {knockId, name, seconds}
void encode(const waiting_client& in, rapidjson::Value& out,
            json_allocator& allocator);

/// {encodingIdx, ssrc, rid?, score}
void encode(const event::encoding_score& in, rapidjson::Value& out,
            json_allocator& allocator);

/// {peerId, volume}
void encode(const event::peer_volume& in, rapidjson::Value& out,
            json_allocator& allocator);

/// {producerId, peerId, kind, paused, appData}
void encode(const producer_info& in, rapidjson::Value& out,
            json_allocator& allocator);

/// {dataProducerId, peerId?, label, protocol, paused, appData}; no peerId if
/// the server itself is the sender.
void encode(const data_producer_info& in, rapidjson::Value& out,
            json_allocator& allocator);

/// {peerId, name, label, text, id?, ageMs}
void encode(const chat_message& in, rapidjson::Value& out,
            json_allocator& allocator);

/// {recordingId, by: peerId | null, byName, startedAt, title, consent: "notice"
/// | "ask"}; `by` is null if no member has started it.
void encode(const recording_info& in, rapidjson::Value& out,
            json_allocator& allocator);

/// {recordingId, room, title, date, url, durationMs}
void encode(const recording_summary& in, rapidjson::Value& out,
            json_allocator& allocator);

/// Null if there is no value.
template <class T>
void encode(const std::optional<T>& in, rapidjson::Value& out,
            json_allocator& allocator) {
  if (in)
    encode(*in, out, allocator);
  else
    out.SetNull();
}

template <class T>
void encode(const std::vector<T>& in, rapidjson::Value& out,
            json_allocator& allocator) {
  out.SetArray();
  for (const auto& x : in) {
    rapidjson::Value element;
    encode(x, element, allocator);
    out.PushBack(element, allocator);
  }
}

/// The bare reply, without the envelope of any dialect:
/// | reply | JSON |
/// |---|---|
/// | ok | {} |
/// | capabilities | the capabilities themselves |
/// | joined | {peerId, participants, producers, dataProducers, lobby?,
///   recording?} |
/// | transport_created | {id, iceParameters, iceCandidates, dtlsParameters,
///   sctpParameters?, iceServers?} |
/// | transport_connected | {transportId} |
/// | ice_restarted | {iceParameters, iceServers?} |
/// | produced, data_produced | {id} |
/// | consumed | {id, producerId, peerId, kind, rtpParameters, type, paused,
///   producerPaused, appData} |
/// | consumers | {consumerId: the first, if any, consumerIds} |
/// | producers, data_producers | [producer] |
/// | stats | the report itself |
/// | data_consumed | {id, dataProducerId, peerId?, sctpStreamParameters, label,
///   protocol, paused, dataProducerPaused, appData} |
/// | data_consumers | {dataConsumerId: the first, if any, dataConsumerIds} |
/// | data_subchannels | {dataConsumerId, subchannels} |
/// | data_buffered | {dataConsumerId, bufferedAmount} |
/// | chat_history | {limit, messages} |
/// | recording | {recording: recording | null} |
/// | recordings | {recordings} |
void encode_reply(const success& in, rapidjson::Value& out,
                  json_allocator& allocator);

// Constrained, because a std::variant of aggregates converts implicitly from
// many types, among them strings.
void encode(const std::same_as<success> auto& in, rapidjson::Value& out,
            json_allocator& allocator) {
  encode_reply(in, out, allocator);
}

/// The bare event: {producerId, peerId}, {consumerId} and so on.
void encode_event(const any_event& in, rapidjson::Value& out,
                  json_allocator& allocator);

void encode(const std::same_as<any_event> auto& in, rapidjson::Value& out,
            json_allocator& allocator) {
  encode_event(in, out, allocator);
}

/// The name of an event in kebab-case.
std::string_view kebab_name(const any_event& in);

/// Builds a JSON object member by member.
class json_object {
public:
  json_object() : document_(rapidjson::kObjectType) {}

  /// What is encoded as an object.
  template <class T>
  static json_object from(const T& in) {
    json_object out;
    encode(in, out.document_, out.document_.GetAllocator());
    return out;
  }

  /// Adds a member. Names must not repeat.
  template <class T>
  json_object& add(std::string_view name, const T& value) {
    auto& allocator = document_.GetAllocator();
    rapidjson::Value member;
    encode(value, member, allocator);
    rapidjson::Value key;
    encode(name, key, allocator);
    document_.AddMember(key, member, allocator);
    return *this;
  }

  const rapidjson::Value& value() const {
    return document_;
  }

  std::string text() const {
    return write_json(document_);
  }

private:
  rapidjson::Document document_;
};

inline void encode(const json_object& in, rapidjson::Value& out,
                   json_allocator& allocator) {
  out.CopyFrom(in.value(), allocator);
}

/// The JSON text of anything that can be encoded.
template <class T>
std::string to_json(const T& in) {
  rapidjson::Document document;
  encode(in, document, document.GetAllocator());
  return write_json(document);
}

} // namespace troupe::protocol
