#include "actors/http/admin_routes.hpp"

#include "net/base/utf8.hpp"
#include "protocol/dialects/common/http_call.hpp"
#include "protocol/dialects/common/request_decoder.hpp"
#include "protocol/json/json_limits.hpp"

#include <array>
#include <charconv>
#include <vector>

namespace troupe::actors {

namespace {

constexpr size_t max_page = 1000;

// Longest label of a channel in octets, the same as for members.
constexpr size_t max_label = 1024;

// Subchannels of one message.
constexpr size_t max_message_subchannels = 64;

constexpr std::array routes{
    admin_route{"GET", "/stats", admin_action::get_server_stats},
    admin_route{"GET", "/cluster", admin_action::get_cluster},
    admin_route{"GET", "/rooms", admin_action::list_rooms},
    admin_route{"GET", "/rooms/{room}", admin_action::get_room},
    admin_route{"DELETE", "/rooms/{room}", admin_action::close_room},
    admin_route{"POST", "/rooms/{room}/lock", admin_action::lock_room},
    admin_route{"DELETE", "/rooms/{room}/lock", admin_action::lock_room},
    admin_route{"POST", "/rooms/{room}/messages", admin_action::send_to_room},
    admin_route{"GET", "/rooms/{room}/stats", admin_action::get_room_stats},
    admin_route{"GET", "/rooms/{room}/peers", admin_action::list_peers},
    admin_route{"GET", "/rooms/{room}/peers/{peer}", admin_action::get_peer},
    admin_route{"DELETE", "/rooms/{room}/peers/{peer}",
                admin_action::kick_peer},
    admin_route{"POST", "/rooms/{room}/peers/{peer}/mute",
                admin_action::mute_peer},
    admin_route{"GET", "/rooms/{room}/peers/{peer}/stats",
                admin_action::get_peer_stats},
    admin_route{"GET",
                "/rooms/{room}/peers/{peer}/consumers/{consumer}/explain",
                admin_action::explain_consumer},
    admin_route{"POST", "/rooms/{room}/recordings",
                admin_action::start_recording},
    admin_route{"POST", "/recordings/{id}/stop", admin_action::stop_recording},
    admin_route{"GET", "/rooms/{room}/recordings",
                admin_action::list_room_recordings},
    admin_route{"GET", "/recordings", admin_action::list_recordings},
    admin_route{"GET", "/recordings/{id}", admin_action::get_recording},
    admin_route{"DELETE", "/recordings/{id}", admin_action::remove_recording},
    admin_route{"GET", "/recordings/{id}/files/{name}",
                admin_action::get_recording_file},
    admin_route{"POST", "/rooms/{room}/forwards", admin_action::start_forward},
    admin_route{"GET", "/rooms/{room}/forwards", admin_action::list_forwards},
    admin_route{"GET", "/rooms/{room}/forwards/{forward}",
                admin_action::get_forward},
    admin_route{"GET", "/rooms/{room}/forwards/{forward}/sdp",
                admin_action::get_forward_sdp},
    admin_route{"POST", "/rooms/{room}/forwards/{forward}/key-frame",
                admin_action::refresh_forward},
    admin_route{"DELETE", "/rooms/{room}/forwards/{forward}",
                admin_action::stop_forward},
};

size_t body_limit(admin_action what) {
  return what == admin_action::send_to_room ? max_admin_message
                                            : max_admin_body;
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    path.remove_prefix(1); // the slash
    out.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(out.back().size());
  }
  return out;
}

bool is_name(std::string_view part) {
  return part.starts_with('{');
}

// Copies the path parameters into `out`; false if the path does not match.
bool match(std::string_view path, const admin_route& route, admin_call& out) {
  auto wanted = split(route.path);
  auto given = split(path);
  if (given.size() != wanted.size())
    return false;
  for (size_t i = 0; i < wanted.size(); ++i) {
    auto part = net::percent_decode(given[i], false);
    if (!part || part->empty())
      return false;
    if (!is_name(wanted[i]) && *part != wanted[i])
      return false;
    if (wanted[i] == "{room}")
      out.room = room_id{std::move(*part)};
    else if (wanted[i] == "{peer}")
      out.peer = peer_id{std::move(*part)};
    else if (wanted[i] == "{consumer}")
      out.consumer = consumer_id{std::move(*part)};
    else if (wanted[i] == "{forward}")
      out.which_forward = forward_id{std::move(*part)};
    else if (wanted[i] == "{id}")
      out.recording = recording_id{std::move(*part)};
    else if (wanted[i] == "{name}")
      out.file = std::move(*part);
  }
  return true;
}

std::optional<std::string> read_page(const net::http_request& request,
                                     admin_call& out) {
  out.after = request.query_value("after").value_or("");
  auto text = request.query_value("limit");
  if (!text)
    return std::nullopt;
  auto end = text->data() + text->size();
  auto [stopped, failure] = std::from_chars(text->data(), end, out.limit);
  if (failure != std::errc{} || stopped != end || out.limit < 1
      || out.limit > max_page)
    return "limit must be a number from 1 to 1000";
  return std::nullopt;
}

std::optional<std::string> read_mute(const net::http_request& request,
                                     admin_call& out) {
  auto kind = request.query_value("kind");
  if (!kind)
    return std::nullopt;
  if (*kind == "audio")
    out.kind = protocol::media_kind::audio;
  else if (*kind == "video")
    out.kind = protocol::media_kind::video;
  else
    return "kind must be audio or video";
  return std::nullopt;
}

// The numbers of "1,2,3", or nothing if the text is malformed or too long.
std::optional<std::vector<uint16_t>> read_subchannels(std::string_view text) {
  std::vector<uint16_t> out;
  for (;;) {
    const auto one = text.substr(0, text.find(','));
    const auto* end = one.data() + one.size();
    auto [stopped, failure] =
        std::from_chars(one.data(), end, out.emplace_back());
    if (failure != std::errc{} || stopped != end
        || out.size() > max_message_subchannels)
      return std::nullopt;
    if (one.size() == text.size())
      return out;
    text.remove_prefix(one.size() + 1);
  }
}

std::optional<std::string> read_subchannels(const net::http_request& request,
                                            admin_message& out) {
  constexpr auto bad = "must be numbers from 0 to 65535";
  if (auto text = request.query_value("subchannels")) {
    auto all = read_subchannels(*text);
    if (!all)
      return std::string{"subchannels "} + bad;
    out.subchannels = std::move(*all);
  }
  if (auto text = request.query_value("requiredSubchannel")) {
    auto one = read_subchannels(*text);
    if (!one || one->size() != 1)
      return std::string{"requiredSubchannel "} + bad;
    out.required_subchannel = one->front();
  }
  return std::nullopt;
}

std::optional<std::string> read_message(const net::http_request& request,
                                        admin_message& out) {
  if (auto label = request.query_value("label"))
    out.label = std::move(*label);
  if (out.label.empty() || out.label.size() > max_label)
    return "label must have 1 to 1024 octets";
  auto kind = request.query_value("kind").value_or("text");
  out.binary = kind == "binary";
  if (!out.binary && kind != "text")
    return "kind must be text or binary";
  if (!out.binary && !net::is_utf8(request.body))
    return "the body must be UTF-8, unless kind is binary";
  out.content = request.body;
  return read_subchannels(request, out);
}

// The title of a recording; without a body it has none.
std::optional<std::string> read_title(const net::http_request& request,
                                      std::string& out) {
  if (request.body.empty())
    return std::nullopt;
  const auto body = protocol::parse_json(request.body);
  if (!body || !body->IsObject())
    return "the body must be a JSON object";
  auto read = protocol::read_start_recording(*body);
  if (!read)
    return read.error().what;
  out = std::move(std::get<protocol::verb::start_recording>(*read).title);
  return std::nullopt;
}

std::optional<std::string> read_forward(const net::http_request& request,
                                        protocol::forward_request& out) {
  auto read = protocol::read_forward_request(request.body);
  if (!read)
    return read.error().what;
  out = std::move(*read);
  return std::nullopt;
}

// Why the arguments of the request are invalid, or nothing.
std::optional<std::string> read_arguments(const net::http_request& request,
                                          admin_call& out) {
  if (!request.is_query_readable())
    return "the query must be percent-encoded UTF-8";
  switch (out.action) {
    case admin_action::list_rooms:
    case admin_action::list_recordings:
    case admin_action::list_room_recordings:
      return read_page(request, out);
    case admin_action::mute_peer:
      return read_mute(request, out);
    case admin_action::send_to_room:
      return read_message(request, out.message);
    case admin_action::start_recording:
      return read_title(request, out.title);
    case admin_action::start_forward:
      return read_forward(request, out.forward);
    case admin_action::lock_room:
      out.locked = request.method == "POST";
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

} // namespace

std::span<const admin_route> admin_routes() {
  return routes;
}

net::http_response admin_error(unsigned status, std::string_view code,
                               std::string_view message) {
  return net::json_response(status,
                            protocol::http_error(status, code, message).body);
}

net::http_response admin_error(const protocol::error& x) {
  using protocol::error_code;
  switch (x.code) {
    case error_code::room_not_found:
      return admin_error(404, "room-not-found", x.message);
    case error_code::bad_request:
      return admin_error(400, "bad-request", x.message);
    case error_code::forbidden:
      return admin_error(403, "forbidden", x.message);
    case error_code::unsupported:
      return admin_error(409, "unsupported", x.message);
    case error_code::wrong_state:
      return admin_error(409, "wrong-state", x.message);
    case error_code::recording_not_found:
      return admin_error(404, "recording-not-found", x.message);
    case error_code::consumer_not_found:
      return admin_error(404, "consumer-not-found", x.message);
    case error_code::peer_not_found:
      return admin_error(404, "peer-not-found", x.message);
    default:
      return admin_error(503, to_string(x.code), x.message);
  }
}

std::variant<admin_call, net::http_response>
read_admin_call(const net::http_request& request) {
  auto path = std::string_view{request.path}.substr(admin_prefix.size());
  auto method = request.method == "HEAD" ? "GET" : request.method;
  std::string others;
  for (const auto& route : routes) {
    admin_call out;
    if (!match(path, route, out))
      continue;
    if (method != route.method) {
      others.append(others.empty() ? "" : ", ").append(route.method);
      continue;
    }
    out.action = route.action;
    if (request.body.size() > body_limit(out.action))
      return admin_error(413, "too-large", "The body is too large");
    if (auto why = read_arguments(request, out))
      return admin_error(400, "bad-request", *why);
    return out;
  }
  if (others.empty())
    return admin_error(404, "not-found", "Path not found");
  auto refusal = admin_error(405, "method-not-allowed", "Allowed: " + others);
  refusal.headers.emplace_back("Allow", others);
  return refusal;
}

} // namespace troupe::actors
