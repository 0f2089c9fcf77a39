#include "bench/load/signaling/dialect_wire.hpp"

#include "protocol/json/json_writer.hpp"

#include <array>
#include <map>

namespace troupe::load {

namespace {

using document = rapidjson::Document;

// Pushes that clients handle; the text of others is not parsed.
constexpr std::array known_pushes{
    std::string_view{"new-producer"}, std::string_view{"producer-closed"},
    std::string_view{"consumer-closed"}, std::string_view{"participant-left"}};

bool is_known_push(std::string_view name) {
  for (auto x : known_pushes)
    if (x == name)
      return true;
  return false;
}

// The method names that both dialects share.
std::string_view common_name(method x) {
  switch (x) {
    case method::get_capabilities:
      return "get-rtp-capabilities";
    case method::join:
      return "join-mediasoup-room";
    case method::list_producers:
      return "get-producers";
    case method::create_transport:
      return "create-transport";
    case method::connect_transport:
      return "connect-transport";
    case method::produce:
      return "produce";
    case method::consume:
      return "consume";
    case method::pause_consumer:
      return "pause-consumer";
    case method::resume_consumer:
      return "resume-consumer";
    case method::set_preferred_layers:
      return "set-preferred-layers";
    case method::request_key_frame:
      return "request-key-frame";
    case method::pause_producer:
      return "pause-producer";
    case method::resume_producer:
      return "resume-producer";
    case method::close_producer:
      return "close-producer";
    case method::leave:
      return "leave";
  }
  return {};
}

std::string text_of(const rapidjson::Value& object, const char* name) {
  if (!object.IsObject())
    return {};
  auto found = object.FindMember(name);
  return found != object.MemberEnd() && found->value.IsString()
             ? found->value.GetString()
             : std::string{};
}

// Copies a part of a document to a document of its own.
document copy_of(const rapidjson::Value& x) {
  document out;
  out.CopyFrom(x, out.GetAllocator());
  return out;
}

document parse(std::string_view text) {
  document out;
  out.Parse(text.data(), text.size());
  return out;
}

class ws_wire final : public dialect_wire {
public:
  explicit ws_wire(const join_target& x)
      : target_("/socket?auth=" + x.user + "&channelId=" + x.room) {}

  std::string target() const override {
    return target_;
  }

  bool ready_when_open() const override {
    return true;
  }

  std::string encode(uint64_t id, method what,
                     std::string_view payload) override {
    return protocol::json_writer{}
        .begin_object()
        .add("id", id)
        .add("type", common_name(what))
        .add_raw("data", payload)
        .end_object()
        .str();
  }

  received_frame decode(std::string_view text) override {
    auto frame = parse(text);
    if (!frame.IsObject())
      return received_end{"not a JSON object: " + std::string{text}, {}};
    auto type = text_of(frame, "type");
    document data;
    if (auto found = frame.FindMember("data"); found != frame.MemberEnd())
      data = copy_of(found->value);
    auto id = frame.FindMember("id");
    if (id != frame.MemberEnd() && id->value.IsUint64()) {
      received_answer answer;
      answer.id = id->value.GetUint64();
      if (type == "error") {
        answer.error = error_text(frame);
        answer.code = text_of(data, "code");
      }
      answer.data = std::move(data);
      return answer;
    }
    if (type == "error")
      return received_end{error_text(frame), text_of(data, "code")};
    if (!is_known_push(type))
      return received_nothing{};
    return received_push{std::move(type), std::move(data)};
  }

private:
  static std::string error_text(const rapidjson::Value& frame) {
    if (auto text = text_of(frame, "message"); !text.empty())
      return text;
    if (auto data = frame.FindMember("data"); data != frame.MemberEnd())
      if (auto text = text_of(data->value, "message"); !text.empty())
        return text;
    return "error";
  }

  std::string target_;
};

class events_wire final : public dialect_wire {
public:
  explicit events_wire(const join_target& x)
      : room_(protocol::quote_json(x.room))
      , name_(protocol::quote_json(x.user)) {}

  std::string target() const override {
    return "/socket.io/?EIO=4&transport=websocket";
  }

  bool ready_when_open() const override {
    return false;
  }

  std::string encode(uint64_t id, method what,
                     std::string_view payload) override {
    asked_[id] = what;
    auto rest = payload.substr(payload.find('{') + 1);
    auto out = "42" + std::to_string(id) + "[\"";
    out.append(event_name(what)).append("\",{\"roomId\":").append(room_);
    if (what == method::join)
      out.append(",\"name\":").append(name_);
    if (rest.find_first_not_of(' ') != rest.find('}'))
      out.append(",");
    out.append(rest).append("]");
    return out;
  }

  received_frame decode(std::string_view text) override {
    // Engine.IO's packet type, then Socket.IO's.
    if (text.empty())
      return received_end{"an empty frame", {}};
    switch (text[0]) {
      case '0':
        return received_ping{"40"};
      case '1':
        return received_end{"closed by the server", {}};
      case '2':
        return received_ping{"3" + std::string{text.substr(1)}};
      case '4':
        return decode_message(text.substr(1));
      default:
        return received_nothing{};
    }
  }

private:
  static std::string_view event_name(method x) {
    if (x == method::create_transport)
      return "create-webrtc-transport";
    if (x == method::leave)
      return "leave-room";
    return common_name(x);
  }

  received_frame decode_message(std::string_view text) {
    auto type = text.empty() ? '?' : text[0];
    if (type == '0')
      return received_ready{text_of(parse(text.substr(1)), "sid")};
    if (type == '1')
      return received_end{"disconnected by the server", {}};
    if (type == '2')
      return decode_event(text.substr(1));
    if (type == '3')
      return decode_answer(text.substr(1));
    return received_end{"refused: " + std::string{text}, {}};
  }

  // Reads the name first: most events are ignored, and the rosters of large
  // rooms are long to parse.
  static received_frame decode_event(std::string_view text) {
    auto first = text.find('"');
    auto last = text.find('"', first + 1);
    if (last == std::string_view::npos)
      return received_end{"not an event: " + std::string{text}, {}};
    std::string name{text.substr(first + 1, last - first - 1)};
    if (name == "request-error")
      return received_end{std::string{text}, {}};
    if (!is_known_push(name))
      return received_nothing{};
    auto all = parse(text.substr(text.find('[')));
    if (!all.IsArray() || all.Size() < 2)
      return received_push{std::move(name), {}};
    return received_push{std::move(name), copy_of(all[1])};
  }

  received_frame decode_answer(std::string_view text) {
    auto bracket = text.find('[');
    if (bracket == std::string_view::npos || bracket == 0)
      return received_end{"not an acknowledgement: " + std::string{text}, {}};
    received_answer out;
    for (auto c : text.substr(0, bracket)) {
      if (c < '0' || c > '9')
        return received_end{"not an acknowledgement: " + std::string{text}, {}};
      out.id = out.id * 10 + static_cast<uint64_t>(c - '0');
    }
    auto asked = asked_.extract(out.id);
    auto all = parse(text.substr(bracket));
    if (!all.IsArray() || asked.empty())
      return received_end{"not an acknowledgement: " + std::string{text}, {}};
    if (all.Empty())
      return out;
    out.error = text_of(all[0], "error");
    out.code = text_of(all[0], "code");
    out.data = copy_of(unwrap(asked.mapped(), all[0]));
    return out;
  }

  // The content of an acknowledgement's envelope, if it has one.
  static const rapidjson::Value& unwrap(method asked,
                                        const rapidjson::Value& x) {
    const char* name = nullptr;
    if (asked == method::get_capabilities)
      name = "rtpCapabilities";
    else if (asked == method::create_transport)
      name = "params";
    else if (asked == method::list_producers)
      name = "producers";
    if (!name || !x.IsObject())
      return x;
    auto found = x.FindMember(name);
    return found != x.MemberEnd() ? found->value : x;
  }

  // JSON strings, quotes included.
  std::string room_;
  std::string name_;
  std::map<uint64_t, method> asked_;
};

} // namespace

std::string_view to_string(dialect x) {
  return x == dialect::ws ? "a" : "b";
}

std::optional<dialect> dialect_from(std::string_view name) {
  if (name == "a" || name == "ws")
    return dialect::ws;
  if (name == "b" || name == "events")
    return dialect::events;
  return std::nullopt;
}

std::unique_ptr<dialect_wire> make_wire(dialect x, const join_target& where) {
  if (x == dialect::ws)
    return std::make_unique<ws_wire>(where);
  return std::make_unique<events_wire>(where);
}

} // namespace troupe::load
