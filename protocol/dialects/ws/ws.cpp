#include "protocol/dialects/common/close_codes.hpp"
#include "protocol/dialects/common/connections.hpp"
#include "protocol/dialects/common/dialect_outbox.hpp"
#include "protocol/dialects/common/entries.hpp"
#include "protocol/dialects/common/refusal_reason.hpp"
#include "protocol/dialects/common/rejoin_secret.hpp"
#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/dialects/common/request_decoder.hpp"
#include "protocol/json/json_scan.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

/// Dialect A: a WebSocket at /socket?auth=USER_ID&channelId=CHANNEL_ID that
/// carries `{type, data}`, with an optional `id` that the reply repeats.
/// tests/data/transcripts/ws.txt shows every request and push.
namespace troupe::protocol {

namespace {

// Requests that the server has not answered yet; see socketio_dialect.cpp.
constexpr size_t max_outstanding = 256;

struct method {
  std::string_view request;
  std::string_view reply;
  request_decoder read;
};

// The room of get-rtp-capabilities is the connection's; see room_of().
checked<request> read_get_capabilities(const rapidjson::Value&) {
  return request{verb::get_capabilities{}};
}

constexpr std::array methods{
    method{"get-rtp-capabilities", "rtp-capabilities", read_get_capabilities},
    method{"create-transport", "transport-params", read_create_transport},
    method{"connect-transport", "transport-connected", read_connect_transport},
    method{"restart-ice", "ice-restarted", read_restart_ice},
    method{"produce", "producer-id", read_produce},
    method{"pause-producer", "producer-paused", read_pause_producer},
    method{"resume-producer", "producer-resumed", read_resume_producer},
    method{"close-producer", "producer-closed", read_close_producer},
    method{"consume", "consumer-params", read_consume_running},
    method{"pause-consumer", "consumer-paused", read_pause_consumer},
    method{"resume-consumer", "consumer-resumed", read_resume_consumer},
    method{"close-consumer", "consumer-closed", read_close_consumer},
    method{"set-preferred-layers", "preferred-layers-set",
           read_set_preferred_layers},
    method{"request-key-frame", "key-frame-requested", read_request_key_frame},
    method{"set-consumer-priority", "consumer-priority-set", read_set_priority},
    method{"set-priority", "priority-set", read_set_priority},
    method{"change-display-name", "display-name-changed",
           read_set_display_name},
    method{"kick", "peer-kicked", read_kick},
    method{"mute", "peer-muted", read_mute},
    method{"mute-all", "all-muted", read_mute_all},
    method{"ask-to-unmute", "unmute-asked", read_ask_to_unmute},
    method{"make-host", "host-made", read_make_host},
    method{"lock-room", "lock-set", read_lock_room},
    method{"set-lobby", "lobby-set", read_set_lobby},
    method{"let-in", "clients-let-in", read_let_in},
    method{"turn-away", "clients-turned-away", read_turn_away},
    method{"message-lobby", "lobby-messaged", read_message_lobby},
    method{"end-room", "room-ended", read_end_room},
    method{"start-recording", "recording", read_start_recording},
    method{"stop-recording", "recording-ended", read_stop_recording},
    method{"get-recording", "recording", read_get_recording},
    method{"list-recordings", "recordings", read_list_recordings},
    method{"consent-to-recording", "consent-set", read_consent_to_recording},
    method{"get-producers", "producers", read_list_producers},
    method{"get-stats", "stats", read_get_stats},
    method{"leave", "left", read_leave},
    method{"produce-data", "data-producer-id", read_produce_data},
    method{"pause-data-producer", "data-producer-paused",
           read_pause_data_producer},
    method{"resume-data-producer", "data-producer-resumed",
           read_resume_data_producer},
    method{"close-data-producer", "data-producer-closed",
           read_close_data_producer},
    method{"consume-data", "data-consumer-params", read_consume_data},
    method{"pause-data-consumer", "data-consumer-paused",
           read_pause_data_consumer},
    method{"resume-data-consumer", "data-consumer-resumed",
           read_resume_data_consumer},
    method{"close-data-consumer", "data-consumer-closed",
           read_close_data_consumer},
    method{"set-subchannels", "subchannels-set", read_set_subchannels},
    method{"add-subchannel", "subchannel-added", read_add_subchannel},
    method{"remove-subchannel", "subchannel-removed", read_remove_subchannel},
    method{"set-buffered-amount-low-threshold",
           "buffered-amount-low-threshold-set", read_set_low_threshold},
    method{"get-buffered-amount", "buffered-amount", read_get_buffered_amount},
    method{"get-data-producers", "data-producers", read_list_data_producers},
    method{"get-chat-history", "chat-history", read_get_chat_history},
};

const method* find_method(std::string_view name) {
  const auto found =
      std::find_if(methods.begin(), methods.end(),
                   [&](const auto& x) { return x.request == name; });
  return found == methods.end() ? nullptr : &*found;
}

// The data of a reply to a verb without a result: the producer or consumer that
// the request named.
json_object subject_of(const request& what) {
  json_object out;
  std::visit(
      [&]<class Verb>(const Verb& x) {
        if constexpr (requires { x.producer.str(); })
          out.add("producerId", x.producer);
        else if constexpr (requires { x.consumer.str(); })
          out.add("consumerId", x.consumer);
        else if constexpr (requires { x.data_producer.str(); })
          out.add("dataProducerId", x.data_producer);
        else if constexpr (requires { x.data_consumer.str(); })
          out.add("dataConsumerId", x.data_consumer);
      },
      what);
  return out;
}

class ws_dialect final : public outbox_dialect {
public:
  explicit ws_dialect(const handshake& hello)
      : room_(query_value(hello, "channelId")) {
    auto user = query_value(hello, "auth");
    auto name = query_value(hello, "name");
    if (name.empty())
      name = user;
    // Connecting joins: the slot sends no reply unless the join fails.
    slot join;
    join.asked = true;
    join.type = "join";
    slots_.push_back(std::move(join));
    verb::join verb{room_, peer_id{std::move(user)}, std::move(name),
                    std::nullopt, true};
    verb.rejoin_secret = query_value(hello, rejoin_secret_name);
    out_.ask(first_token_, std::move(verb));
  }

  void handle_frame(const frame& in, net::time_point) override {
    if (out_.closing())
      return;
    if (slots_.size() == max_outstanding)
      return close(close_codes::policy_violation, "too many requests");
    auto message = parse_json(in.payload);
    if (message)
      handle_message(*message);
    else if (message.error() == json_errc::too_large)
      close(close_codes::message_too_big, message.error().message());
    else
      refuse(slot_of(in.payload),
             {error_code::bad_request, message.error().message()});
    flush();
  }

  void handle_outcome(request_token token, const outcome& result) override {
    const auto index = token - first_token_;
    if (token < first_token_ || index >= slots_.size())
      return;
    auto& answered = slots_[index];
    if (!answered.asked || answered.reply)
      return;
    if (const auto refused = std::get_if<error>(&result)) {
      answered.reply = error_text(answered, *refused);
      answered.fatal = answered.method ? 0 : close_code(refused->code);
    } else {
      answered.reply = success_text(answered, std::get<success>(result));
    }
    flush();
  }

  void handle_event(const any_event& event) override {
    push(event_text(event));
  }

  void handle_shared_event(const shared_event_encoding& event) override {
    static constexpr char encoding_key{};
    if (!out_.closing())
      out_.send({{}, false, event.text(&encoding_key, [&] {
                   return event_text(event.what());
                 })});
  }

  void handle_timeout(net::time_point) override {}

  std::optional<net::time_point> poll_timeout() const override {
    return std::nullopt;
  }

private:
  // One request until its reply is sent. Replies are sent in the order of the
  // requests, including those that are refused at once.
  struct slot {
    // The server was asked; the token is first_token_ plus the slot's index.
    bool asked = false;
    const protocol::method* method = nullptr;
    std::string type;
    std::optional<json_text> id;
    json_object subject;
    // The frame, once there is one; empty if there is nothing to send.
    std::optional<std::string> reply;
    // The code to close with after the reply, or 0.
    uint16_t fatal = 0;
  };

  // For a message that could not be parsed: the error repeats its id, so that
  // the client can match it to its request.
  static slot slot_of(std::string_view text) {
    slot out;
    if (const auto id = find_plain_member(text, "id"))
      out.id = json_text{std::string{*id}};
    return out;
  }

  void handle_message(const rapidjson::Value& message) {
    slot next;
    if (message.IsObject() && message.HasMember("id"))
      next.id = json_text{write_json(message["id"])};
    const auto type = find_text(message, "type");
    if (!type)
      return refuse(std::move(next), bad_member("type", "must be a string"));
    next.type = *type;
    next.method = find_method(*type);
    if (!next.method)
      return refuse(std::move(next), make_error(error_code::unknown_method));
    static const rapidjson::Value nothing{rapidjson::kObjectType};
    const auto data = find_member(message, "data");
    if (data && !data->IsObject())
      return refuse(std::move(next), bad_member("data", "must be an object"));
    auto verb = next.method->read(data ? *data : nothing);
    if (!verb)
      return refuse(std::move(next), to_error(verb.error()));
    if (const auto get = std::get_if<verb::get_capabilities>(&*verb))
      get->room = room_;
    next.asked = true;
    next.subject = subject_of(*verb);
    out_.ask(first_token_ + slots_.size(), std::move(*verb));
    slots_.push_back(std::move(next));
  }

  void refuse(slot next, const error& why) {
    note_refusal(why.code);
    next.reply = error_text(next, why);
    slots_.push_back(std::move(next));
  }

  static std::string event_text(const any_event& event) {
    return json_object{}
        .add("type", kebab_name(event))
        .add("data", event)
        .text();
  }

  static json_object envelope(std::string_view type, const slot& of) {
    json_object out;
    out.add("type", type);
    if (of.id)
      out.add("id", *of.id);
    return out;
  }

  // `message` appears outside of `data` as well, for clients that only know
  // that error messages exist.
  static std::string error_text(const slot& of, const error& why) {
    json_object data;
    data.add("message", why.message).add("code", to_string(why.code));
    add_reason(data, why);
    if (!of.type.empty())
      data.add("request", of.type);
    return envelope("error", of)
        .add("data", data)
        .add("message", why.message)
        .text();
  }

  std::string success_text(const slot& of, const success& result) {
    if (const auto joined = std::get_if<reply::joined>(&result))
      rejoin_secret_ = joined->rejoin_secret;
    // The join itself has no reply: who joins while the room is recorded is
    // told like those who were there before.
    if (!of.method) {
      const auto joined = std::get_if<reply::joined>(&result);
      return joined && joined->recording
                 ? event_text(event::recording_started{*joined->recording})
                 : std::string{};
    }
    auto out = envelope(of.method->reply, of);
    // Every client requests the capabilities.
    // Clients ignore an unknown member beside `data`.
    if (std::holds_alternative<reply::capabilities>(result))
      add_rejoin_secret(out, rejoin_secret_);
    if (std::holds_alternative<reply::ok>(result))
      out.add("data", of.subject);
    else
      out.add("data", result);
    return out.text();
  }

  static uint16_t close_code(error_code code) {
    switch (code) {
      case error_code::internal:
        return close_codes::internal_error;
      case error_code::limit_reached:
      case error_code::overloaded:
        return close_codes::try_again_later;
      default:
        return close_codes::policy_violation;
    }
  }

  void flush() {
    while (!slots_.empty() && slots_.front().reply) {
      auto done = std::move(slots_.front());
      slots_.pop_front();
      ++first_token_;
      if (!done.reply->empty())
        push(std::move(*done.reply));
      if (done.fatal != 0)
        close(done.fatal, "cannot join");
    }
  }

  void push(std::string text) {
    out_.send({std::move(text), false});
  }

  void close(uint16_t code, std::string reason) {
    out_.close({code, std::move(reason)});
  }

  const room_id room_;
  std::string rejoin_secret_;
  std::deque<slot> slots_;
  request_token first_token_ = 1;
};

std::optional<handshake_refusal> refuse_handshake(const handshake& in) {
  if (auto refused = refuse_missing(in, "auth", 401))
    return refused;
  if (auto refused = refuse_missing(in, "channelId"))
    return refused;
  return refuse_long(in, {"auth", "channelId", "name", rejoin_secret_name});
}

} // namespace

std::vector<named_decoder> ws_requests() {
  std::vector<named_decoder> out;
  for (const auto& x : methods)
    out.push_back({x.request, x.read});
  return out;
}

dialect_entry ws_entry() {
  dialect_entry entry{
      "ws",
      carrier::websocket,
      [](const handshake& in) {
        return in.path == "/socket" || in.path == "/socket/";
      },
      refuse_handshake,
      [](const handshake& hello, net::rng&,
         net::time_point) -> std::unique_ptr<dialect> {
        return std::make_unique<ws_dialect>(hello);
      },
  };
  entry.names = {"auth", "auth", "channelId"};
  return entry;
}

} // namespace troupe::protocol
