#include "protocol/dialects/broadcaster/broadcaster_decoder.hpp"
#include "protocol/dialects/common/close_codes.hpp"
#include "protocol/dialects/common/connections.hpp"
#include "protocol/dialects/common/dialect_outbox.hpp"
#include "protocol/dialects/common/entries.hpp"
#include "protocol/dialects/common/outstanding_requests.hpp"
#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/dialects/common/request_decoder.hpp"
#include "protocol/dialects/common/request_decoder_members.hpp"
#include "protocol/ortc/supported_capabilities.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <utility>

/// The broadcasters of mediasoup-demo: programs such as ffmpeg that send into a
/// room, by HTTP requests below /rooms/ROOM/broadcasters. See
/// tests/protocol/dialects/broadcaster/broadcaster_test.cpp for the exchanges.
namespace troupe::protocol {

namespace {

using rapidjson::Value;

// A broadcaster leaves after the last other member has, as in the demo, but
// this delay allows for a page reload.
constexpr auto leave_delay = std::chrono::seconds{10};

constexpr size_t max_outstanding = 64;

// -- replies -----------------------------------------------------------------

std::string joined_text(const success& done) {
  std::vector<json_object> peers;
  const auto& room = std::get<reply::joined>(done);
  for (const auto& peer : room.participants) {
    if (peer.id == room.peer)
      continue;
    std::vector<json_object> producers;
    for (const auto& x : room.producers)
      if (x.peer == peer.id)
        producers.push_back(std::move(
            json_object{}.add("id", x.id).add("kind", to_string(x.kind))));
    json_object described;
    described.add("id", peer.id)
        .add("displayName", peer.name)
        .add("device", peer.device)
        .add("producers", producers);
    peers.push_back(std::move(described));
  }
  return json_object{}.add("peers", peers).text();
}

std::string transport_text(const success& done) {
  const auto& made = std::get<reply::transport_created>(done);
  if (!made.plain)
    return to_json(done);
  json_object out;
  out.add("id", made.id)
      .add("ip", made.plain->ip)
      .add("port", made.plain->port);
  if (made.plain->rtcp_port)
    out.add("rtcpPort", *made.plain->rtcp_port);
  return out.text();
}

std::string consumed_text(const success& done) {
  const auto& made = std::get<reply::consumed>(done);
  return json_object{}
      .add("id", made.id)
      .add("producerId", made.producer)
      .add("kind", to_string(made.kind))
      .add("rtpParameters", made.parameters)
      .add("type", made.type)
      .text();
}

std::string data_consumed_text(const success& done) {
  const auto& made = std::get<reply::data_consumed>(done);
  return json_object{}
      .add("id", made.id)
      .add("streamId", made.stream.stream_id)
      .text();
}

std::string whole_text(const success& done) {
  return to_json(done);
}

std::string empty_text(const success&) {
  return "{}";
}

// One kind of request. In `path`, the part after the broadcaster's id, `*`
// stands for a transport's id.
struct http_method {
  std::string_view verb;
  std::array<std::string_view, 4> path; // after the broadcaster's id
  std::string_view name;
  request_decoder read;
  std::string (*answer)(const success&);
};

constexpr std::string_view any = "*";

constexpr std::array methods{
    http_method{"DELETE", {}, "leave", read_leave, empty_text},
    http_method{"POST",
                {"transports"},
                "transport",
                read_broadcaster_transport,
                transport_text},
    http_method{"POST",
                {"transports", any, "connect"},
                "connect",
                read_broadcaster_connect,
                empty_text},
    http_method{"POST",
                {"transports", any, "producers"},
                "produce",
                read_produce,
                whole_text},
    http_method{"POST",
                {"transports", any, "consume"},
                "consume",
                read_broadcaster_consume,
                consumed_text},
    http_method{"POST",
                {"transports", any, "consumers"},
                "consume",
                read_broadcaster_consume,
                consumed_text},
    http_method{"POST",
                {"transports", any, "produce", "data"},
                "produceData",
                read_produce_data,
                whole_text},
    http_method{"POST",
                {"transports", any, "consume", "data"},
                "consumeData",
                read_broadcaster_consume_data,
                data_consumed_text},
};

// POST /rooms/ROOM/broadcasters, whose id is in the body.
constexpr http_method joining{
    "POST", {}, "join", read_broadcaster, joined_text};

const http_method* find_method(std::string_view name) {
  if (name == joining.name)
    return &joining;
  for (const auto& x : methods)
    if (x.name == name)
      return &x;
  return nullptr;
}

// -- from HTTP to frames -----------------------------------------------------

bool fits(const http_method& x, std::span<const std::string> path) {
  const auto end = std::find(x.path.begin(), x.path.end(), "");
  const auto length = static_cast<size_t>(end - x.path.begin());
  if (path.size() != length)
    return false;
  for (size_t i = 0; i < length; ++i)
    if (x.path[i] != any && x.path[i] != path[i])
      return false;
  return true;
}

http_plan refused(http_plan plan, unsigned status, std::string_view code,
                  std::string_view why) {
  plan.answer = http_error(status, code, why);
  return plan;
}

void put(rapidjson::Document& body, std::string_view name,
         std::string_view value) {
  auto& allocator = body.GetAllocator();
  Value key{name.data(), static_cast<rapidjson::SizeType>(name.size()),
            allocator};
  body.RemoveMember(key);
  body.AddMember(key,
                 Value{value.data(),
                       static_cast<rapidjson::SizeType>(value.size()),
                       allocator},
                 allocator);
}

http_plan plan_for(const http_method& method, const http_call& call,
                   std::span<const std::string> path, http_plan plan) {
  rapidjson::Document body{rapidjson::kObjectType};
  if (!call.body.empty()) {
    // A page of another site can send other types without a CORS preflight.
    if (!call.content_type.starts_with("application/json"))
      return refused(std::move(plan), 415, "bad-request",
                     "body: must be application/json");
    auto parsed = parse_json(call.body);
    if (!parsed || !parsed->IsObject())
      return refused(std::move(plan), 400, "bad-request",
                     "body: must be a JSON object");
    body = std::move(*parsed);
  }
  if (path.size() > 1)
    put(body, "transportId", path[1]);
  if (const auto named = call.query.find("producerId");
      named != call.query.end())
    put(body, "producerId", named->second);
  if (method.read == read_broadcaster) {
    plan.creates_client = true;
    plan.client = peer_id{find_text(body, "id").value_or("")};
    if (plan.client.empty())
      return refused(std::move(plan), 400, "bad-request", "id: missing");
  }
  plan.frame = std::string{method.name}.append(" ").append(write_json(body));
  return plan;
}

std::optional<http_plan> read_call(const http_call& call) {
  const auto& path = call.path;
  if (path.size() < 2 || path[0] != "rooms" || path[1].empty())
    return std::nullopt;
  http_plan plan{room_id{path[1]}};
  const auto method = call.method == "HEAD" ? "GET" : call.method;
  if (path.size() == 2 && method == "GET") {
    plan.answer = http_answer{200, to_json(success{reply::capabilities{
                                       default_router_rtp_capabilities()}})};
    return plan;
  }
  if (path.size() == 2)
    return refused(std::move(plan), 405, "bad-request", "Allowed: GET");
  if (path[2] != "broadcasters")
    return std::nullopt;
  if (path.size() == 3 && method == "POST")
    return plan_for(joining, call, {}, std::move(plan));
  if (path.size() == 3)
    return refused(std::move(plan), 405, "bad-request", "Allowed: POST");
  plan.client = peer_id{path[3]};
  const auto rest = std::span{path}.subspan(4);
  for (const auto& x : methods) {
    if (!fits(x, rest))
      continue;
    if (x.verb != method)
      return refused(std::move(plan), 405, "bad-request",
                     std::string{"Allowed: "}.append(x.verb));
    return plan_for(x, call, rest, std::move(plan));
  }
  return std::nullopt;
}

// -- the client --------------------------------------------------------------

bool is_person(const participant& x) {
  const auto device = parse_json(x.device.text);
  return !device || !device->IsObject()
         || find_text(*device, "flag") != broadcaster_flag;
}

class broadcaster_dialect final : public outbox_dialect {
public:
  explicit broadcaster_dialect(const handshake& hello)
      : room_(hello.query.at("roomId"))
      , self_(hello.query.at("peerId")) {}

  void handle_frame(const frame& in, net::time_point) override {
    auto text = std::string_view{in.payload};
    const auto number = take_number(text);
    if (!number || out_.closing())
      return;
    const auto name = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), name.size() + 1));
    const auto method = find_method(name);
    const auto data = parse_json(text);
    if (!method || !data || !data->IsObject())
      return refuse(*number, make_error(error_code::bad_request));
    auto verb = method->read(*data);
    if (!verb)
      return refuse(*number, to_error(verb.error()));
    if (outstanding_.size() >= max_outstanding)
      return close({close_codes::policy_violation, "too many requests"});
    if (const auto join = std::get_if<verb::join>(&*verb)) {
      join->room = room_;
      join->peer = self_;
      receives_ = join->capabilities.has_value();
    }
    out_.ask(outstanding_.add({*number, method}), std::move(*verb));
  }

  void handle_outcome(request_token token, const outcome& result) override {
    if (out_.closing())
      return;
    const auto who = outstanding_.take(token);
    if (!who)
      return;
    if (const auto why = std::get_if<error>(&result)) {
      answer(who->number, http_error(*why));
      if (who->method == &joining)
        close({close_codes::policy_violation, "cannot join"});
      return;
    }
    const auto& done = std::get<success>(result);
    if (const auto joined = std::get_if<reply::joined>(&done))
      for (const auto& x : joined->participants)
        note(x);
    // A client that cannot consume gets no list of producers.
    const auto silent = who->method == &joining && !receives_;
    answer(who->number,
           {200, silent ? R"({"peers":[]})" : who->method->answer(done)});
    if (who->method->read == read_leave)
      close({close_codes::normal, "deleted"});
  }

  void handle_event(const any_event& event) override {
    if (const auto joined = std::get_if<event::peer_joined>(&event))
      note(joined->peer);
    else if (const auto left = std::get_if<event::peer_left>(&event);
             left && people_.erase(left->peer) > 0)
      others_left_ = people_.empty();
  }

  void handle_timeout(net::time_point now) override {
    if (!others_left_)
      leaves_at_.reset();
    else if (!leaves_at_)
      leaves_at_ = now + leave_delay;
    else if (now >= *leaves_at_)
      close({close_codes::normal, "all other members have left"});
  }

  // Events carry no time, so this requests an immediate handle_timeout(), which
  // sets the deadline.
  std::optional<net::time_point> poll_timeout() const override {
    if (out_.closing() || !others_left_)
      return std::nullopt;
    return leaves_at_.value_or(net::time_point{});
  }

private:
  struct caller {
    uint64_t number = 0;
    const http_method* method = nullptr;
  };

  void note(const participant& x) {
    if (x.id == self_ || !is_person(x))
      return;
    people_.insert(x.id);
    others_left_ = false;
    leaves_at_.reset();
  }

  void refuse(uint64_t number, const error& why) {
    note_refusal(why.code);
    answer(number, http_error(why));
  }

  void answer(uint64_t number, const http_answer& x) {
    out_.send({answer_frame(number, x), false});
  }

  void close(close_connection how) {
    out_.drop_requests();
    out_.close(std::move(how));
  }

  const room_id room_;
  const peer_id self_;
  bool receives_ = false;
  outstanding_requests<caller> outstanding_;
  std::set<peer_id> people_;
  bool others_left_ = false; // the last other member has left
  std::optional<net::time_point> leaves_at_;
};

// A request about the room alone names no client.
std::optional<handshake_refusal> refuse_handshake(const handshake& in) {
  return refuse_long(in, {"roomId", "peerId"});
}

} // namespace

dialect_entry broadcaster_entry() {
  dialect_entry entry{
      "broadcaster",
      carrier::http,
      [](const handshake&) { return true; },
      refuse_handshake,
      [](const handshake& hello, net::rng&,
         net::time_point) -> std::unique_ptr<dialect> {
        return std::make_unique<broadcaster_dialect>(hello);
      },
  };
  entry.names = {"", "peerId", "roomId"};
  entry.read_call = read_call;
  entry.patience = {}; // an HTTP request
  return entry;
}

} // namespace troupe::protocol
