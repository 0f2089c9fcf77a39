#include "protocol/dialects/common/entries.hpp"
#include "protocol/dialects/common/refusal_reason.hpp"
#include "protocol/dialects/common/rejoin_secret.hpp"
#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/dialects/common/request_decoder.hpp"
#include "protocol/verbs/request_limits.hpp"

#include <algorithm>
#include <array>

/// Dialect B: Socket.IO events with acknowledgements. tests/data/transcripts/
/// events.txt shows every request and push.
namespace troupe::protocol {

namespace {

constexpr std::string_view get_capabilities_event = "get-rtp-capabilities";
constexpr std::string_view join_event = "join-mediasoup-room";

struct method {
  std::string_view event;
  request_decoder read;
};

// The requests of a client that has joined.
constexpr std::array methods{
    method{"create-webrtc-transport", read_create_transport},
    method{"connect-transport", read_connect_transport},
    method{"restart-ice", read_restart_ice},
    method{"produce", read_produce},
    method{"pause-producer", read_pause_producer},
    method{"resume-producer", read_resume_producer},
    method{"close-producer", read_close_producer},
    method{"consume", read_consume_paused},
    method{"pause-consumer", read_pause_consumer},
    method{"resume-consumer", read_resume_consumer},
    method{"close-consumer", read_close_consumer},
    method{"set-preferred-layers", read_set_preferred_layers},
    method{"request-key-frame", read_request_key_frame},
    method{"set-consumer-priority", read_set_priority},
    method{"set-priority", read_set_priority},
    method{"change-display-name", read_set_display_name},
    method{"kick", read_kick},
    method{"mute", read_mute},
    method{"mute-all", read_mute_all},
    method{"ask-to-unmute", read_ask_to_unmute},
    method{"make-host", read_make_host},
    method{"lock-room", read_lock_room},
    method{"set-lobby", read_set_lobby},
    method{"let-in", read_let_in},
    method{"turn-away", read_turn_away},
    method{"message-lobby", read_message_lobby},
    method{"end-room", read_end_room},
    method{"start-recording", read_start_recording},
    method{"stop-recording", read_stop_recording},
    method{"get-recording", read_get_recording},
    method{"list-recordings", read_list_recordings},
    method{"consent-to-recording", read_consent_to_recording},
    method{"get-producers", read_list_producers},
    method{"get-stats", read_get_stats},
    method{"leave-room", read_leave},
    method{"produce-data", read_produce_data},
    method{"pause-data-producer", read_pause_data_producer},
    method{"resume-data-producer", read_resume_data_producer},
    method{"close-data-producer", read_close_data_producer},
    method{"consume-data", read_consume_data},
    method{"pause-data-consumer", read_pause_data_consumer},
    method{"resume-data-consumer", read_resume_data_consumer},
    method{"close-data-consumer", read_close_data_consumer},
    method{"set-subchannels", read_set_subchannels},
    method{"add-subchannel", read_add_subchannel},
    method{"remove-subchannel", read_remove_subchannel},
    method{"set-buffered-amount-low-threshold", read_set_low_threshold},
    method{"get-buffered-amount", read_get_buffered_amount},
    method{"get-data-producers", read_list_data_producers},
    method{"get-chat-history", read_get_chat_history},
};

const method* find_method(std::string_view name) {
  const auto found =
      std::find_if(methods.begin(), methods.end(),
                   [&](const auto& x) { return x.event == name; });
  return found == methods.end() ? nullptr : &*found;
}

// Why a request is refused that names a room which this client has left.
constexpr std::string_view left_room_text = "This client has left that room";

// The error texts that the document fixes, in place of the server's message.
std::string error_text(const error& why) {
  switch (why.code) {
    case error_code::room_not_found:
    case error_code::not_joined:
    case error_code::transport_not_found:
    case error_code::producer_not_found:
    case error_code::consumer_not_found:
    case error_code::data_producer_not_found:
    case error_code::data_consumer_not_found:
    case error_code::recording_not_found:
    case error_code::cannot_consume:
      return make_error(why.code).message;
    default:
      return why.message;
  }
}

std::vector<producer_id> ids_of(const std::vector<producer_info>& producers) {
  std::vector<producer_id> ids;
  for (const auto& x : producers)
    ids.push_back(x.id);
  return ids;
}

// Puts a bare reply into the document's acknowledgement format.
std::string acknowledgement(const socketio_call& call, const success& result) {
  json_object out;
  if (const auto caps = std::get_if<reply::capabilities>(&result))
    return out.add("rtpCapabilities", caps->router).text();
  if (std::holds_alternative<reply::transport_created>(result))
    return out.add("params", result).text();
  if (std::holds_alternative<reply::transport_connected>(result))
    return out.text();
  if (const auto joined = std::get_if<reply::joined>(&result)) {
    out.add("existingProducers", ids_of(joined->producers))
        .add("peerId", joined->peer)
        .add("isHost", joined->host)
        .add("locked", joined->locked)
        .add("participants", joined->participants)
        .add("producers", joined->producers)
        .add("dataProducers", joined->data_producers);
    if (joined->lobby)
      out.add("lobby", true);
    if (joined->recording)
      out.add("recording", *joined->recording);
    return add_rejoin_secret(out, joined->rejoin_secret).text();
  }
  if (const auto producers = std::get_if<reply::producers>(&result)) {
    if (call.event == join_event)
      out.add("existingProducers", ids_of(producers->list));
    return out.add("producers", producers->list).text();
  }
  if (const auto data = std::get_if<reply::data_producers>(&result))
    return out.add("dataProducers", data->list).text();
  if (const auto stats = std::get_if<reply::stats>(&result))
    return out.add("stats", stats->report).text();
  return to_json(result);
}

class events_vocabulary final : public socketio_vocabulary {
public:
  void handle_call(const socketio_call& call, const rapidjson::Value& arguments,
                   socketio_link& link) override {
    static const rapidjson::Value nothing{rapidjson::kObjectType};
    const auto given = arguments.Size() > 1 && !arguments[1].IsNull();
    const auto& payload = given ? arguments[1] : nothing;
    if (!payload.IsObject())
      return reject(call, bad_member("payload", "must be an object"), link);
    auto room = read_room(payload);
    if (!room)
      return reject(call, to_error(room.error()), link);
    if (call.event == get_capabilities_event)
      return get_capabilities(call, *room, link);
    if (call.event == join_event)
      return join(call, payload, *room, link);
    const auto method = find_method(call.event);
    if (!method)
      return reject(call, make_error(error_code::unknown_method), link);
    if (room_.empty())
      return reject(call, make_error(error_code::not_joined), link);
    if (!room->empty() && *room != room_)
      return reject_elsewhere(call, *room, link);
    auto verb = method->read(payload);
    if (!verb)
      return reject(call, to_error(verb.error()), link);
    if (std::holds_alternative<verb::leave>(*verb))
      room_ = room_id{};
    link.ask(std::move(*verb), call);
  }

  void handle_outcome(const socketio_call& call, const outcome& result,
                      socketio_link& link) override {
    if (const auto refused = std::get_if<error>(&result)) {
      if (call.event == join_event)
        room_ = room_id{};
      return refuse(call, *refused, link);
    }
    link.answer(call, acknowledgement(call, std::get<success>(result)));
  }

  void handle_event(const any_event& event, socketio_link& link) override {
    if (!is_covered_by_list(event))
      link.emit(kebab_name(event), to_json(event));
  }

  void handle_shared_event(const shared_event_encoding& event,
                           socketio_link& link) override {
    static constexpr char encoding_key{};
    const auto& what = event.what();
    if (!is_covered_by_list(what))
      link.emit(event.text(&encoding_key, [&] {
        return socketio_link::event_packet(kebab_name(what), to_json(what));
      }));
  }

  void handle_participants(const shared_participants_encoding& all,
                           socketio_link& link) override {
    static constexpr char encoding_key{};
    link.emit(all.text(&encoding_key, [&] {
      return socketio_link::event_packet("participant-list-update",
                                         to_json(all.what()));
    }));
  }

private:
  static bool is_covered_by_list(const any_event& event) {
    return std::holds_alternative<event::peer_joined>(event)
           || std::holds_alternative<event::peer_updated>(event);
  }

  // Refuses a call without asking the server.
  static void reject(const socketio_call& call, const error& why,
                     socketio_link& link) {
    link.note_refusal(why.code);
    refuse(call, why, link);
  }

  // Every request names its room. This refuses one for a room that the client
  // is not in: it cannot be in two.
  void reject_elsewhere(const socketio_call& call, const room_id& named,
                        socketio_link& link) {
    const auto why = make_error(error_code::room_not_found);
    const auto left = std::find(left_.begin(), left_.end(), named);
    link.note_refusal(why.code);
    refuse(call, why, left == left_.end() ? why.message : left_room_text, link);
  }

  // A failure without a callback is reported by the event `request-error`,
  // which every client can ignore.
  static void refuse(const socketio_call& call, const error& why,
                     socketio_link& link) {
    refuse(call, why, error_text(why), link);
  }

  static void refuse(const socketio_call& call, const error& why,
                     std::string_view text, socketio_link& link) {
    json_object out;
    out.add("error", text).add("code", to_string(why.code));
    add_reason(out, why, link.login_url());
    if (call.id)
      link.answer(call, out.text());
    else
      link.emit("request-error", out.add("event", call.event).text());
  }

  // The named room, else the client's room, else the room of its handshake.
  room_id room_or_default(const room_id& named, const socketio_link& link) {
    if (!named.empty())
      return named;
    if (!room_.empty())
      return room_;
    return room_id{link.handshake_value("roomId").value_or("")};
  }

  void get_capabilities(const socketio_call& call, const room_id& named,
                        socketio_link& link) {
    auto room = room_or_default(named, link);
    if (room.empty())
      return reject(call, bad_member("roomId", "missing"), link);
    link.ask(verb::get_capabilities{std::move(room)}, call);
  }

  void join(const socketio_call& call, const rapidjson::Value& payload,
            const room_id& named, socketio_link& link) {
    auto room = room_or_default(named, link);
    if (room.empty())
      return reject(call, bad_member("roomId", "missing"), link);
    auto capabilities = read_capabilities(payload);
    if (!capabilities)
      return reject(call, to_error(capabilities.error()), link);
    // A frontend that joins twice, as a React effect that runs twice does,
    // needs the answer and no second peer. One that joins another room moves.
    if (room == room_)
      return link.ask(verb::list_producers{}, call);
    auto secret = read_rejoin_secret(payload);
    if (!secret)
      return reject(call, to_error(secret.error()), link);
    verb::join verb{room, peer_id{link.sid()},
                    link.name_of(payload).value_or(""),
                    std::move(*capabilities)};
    verb.rejoin_secret = std::move(*secret);
    request entry = std::move(verb);
    if (const auto excess = find_excess(entry))
      return reject(call, *excess, link);
    if (!room_.empty()) {
      link.ask(verb::leave{}, std::nullopt);
      note_left();
    }
    room_ = std::move(room);
    link.ask(std::move(entry), call);
  }

  void note_left() {
    static constexpr size_t most = 8;
    std::erase(left_, room_);
    if (left_.size() == most)
      left_.erase(left_.begin());
    left_.push_back(room_);
  }

  // The room that the client is in or is joining; empty before.
  room_id room_;
  // The rooms that the client has left, the latest last.
  std::vector<room_id> left_;
};

} // namespace

std::vector<named_decoder> events_requests() {
  std::vector<named_decoder> out;
  for (const auto& x : methods)
    out.push_back({x.event, x.read});
  return out;
}

socketio_vocabulary_entry events_entry() {
  return {
      "events",
      [](std::string_view event) {
        return event == get_capabilities_event || event == join_event;
      },
      []() -> std::unique_ptr<socketio_vocabulary> {
        return std::make_unique<events_vocabulary>();
      },
  };
}

} // namespace troupe::protocol
