#include "actors/recording/manifest.hpp"

#include "protocol/json/json_cursor.hpp"
#include "protocol/json/json_limits.hpp"
#include "protocol/json/json_writer.hpp"
#include "protocol/verbs/wall_time.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::actors {

namespace {

using protocol::json_cursor;
using protocol::json_writer;
using sys_milliseconds = std::chrono::sys_time<std::chrono::milliseconds>;

constexpr uint64_t manifest_version = 1;

constexpr size_t max_slug = 64;

// What a double of other readers holds as a whole number.
constexpr uint64_t max_time = uint64_t{1} << 53;

constexpr std::array<std::string_view, 4> state_names{"recording", "finished",
                                                      "recovered", "failed"};

constexpr std::array<std::string_view, 2> source_names{"camera", "screen"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_slug_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || c == '.' || c == '_' || c == '-';
}

// -- writing ------------------------------------------------------------------

void add_time(json_writer& out, std::string_view name, int64_t x) {
  out.add(name, std::max<int64_t>(x, 0));
}

void add_or_null(json_writer& out, std::string_view name,
                 std::string_view text) {
  if (text.empty())
    out.add_raw(name, "null");
  else
    out.add(name, text);
}

void add_spans(json_writer& out, std::string_view name,
               const std::vector<recorded_span>& spans) {
  out.key(name).begin_array();
  for (const auto& x : spans)
    out.begin_array()
        .value(std::max<int64_t>(x.from, 0))
        .value(std::max<int64_t>(x.to, 0))
        .end_array();
  out.end_array();
}

void write_part(json_writer& out, const recorded_part& x) {
  out.begin_object();
  out.add("file", x.file).add("peerId", x.peer.str());
  out.add("source", to_string(x.source));
  add_or_null(out, "audio", x.audio);
  add_or_null(out, "video", x.video);
  out.add("size", x.size);
  add_time(out, "startOffsetMs", x.start_offset);
  add_time(out, "durationMs", x.duration);
  add_spans(out, "pauses", x.pauses);
  add_spans(out, "gaps", x.gaps);
  out.add("degraded", x.degraded).end_object();
}

void write_member(json_writer& out, const recorded_member& x) {
  out.begin_object();
  out.add("peerId", x.peer.str()).add("displayName", x.name);
  add_time(out, "joinedMs", x.joined);
  if (x.left)
    add_time(out, "leftMs", *x.left);
  else
    out.add_raw("leftMs", "null");
  out.end_object();
}

void write_moment(json_writer& out, const recorded_moment& x) {
  out.begin_object();
  add_time(out, "atMs", x.at);
  out.add("what", x.what);
  add_or_null(out, "peerId", x.peer.str());
  out.end_object();
}

// -- reading ------------------------------------------------------------------

void refuse(const json_cursor& in) {
  in.fail(protocol::decode_errc::bad_value, "has no such value");
}

int64_t read_time(const json_cursor& in) {
  return static_cast<int64_t>(in.required_integer<uint64_t>(0, max_time));
}

protocol::peer_id read_peer(const json_cursor& in) {
  return protocol::peer_id{in.required_string(protocol::limits::id)};
}

// The value whose name it is.
template <class T, size_t N>
T read_choice(const json_cursor& in,
              const std::array<std::string_view, N>& names) {
  const auto found =
      std::find(names.begin(), names.end(), in.required_string());
  if (found == names.end()) {
    refuse(in);
    return {};
  }
  return static_cast<T>(found - names.begin());
}

// The number of `length` digits at `offset`, if they are digits.
std::optional<unsigned> read_digits(std::string_view text, size_t offset,
                                    size_t length) {
  unsigned out = 0;
  for (const char c : text.substr(offset, length)) {
    if (!is_digit(c))
      return std::nullopt;
    out = out * 10 + static_cast<unsigned>(c - '0');
  }
  return out;
}

// A text of protocol::to_text().
std::optional<sys_milliseconds> read_iso_time(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
  if (text.size() != shape.size())
    return std::nullopt;
  for (size_t i = 0; i < shape.size(); ++i)
    if (shape[i] != '0' && text[i] != shape[i])
      return std::nullopt;
  const auto y = read_digits(text, 0, 4), mo = read_digits(text, 5, 2),
             d = read_digits(text, 8, 2), h = read_digits(text, 11, 2),
             mi = read_digits(text, 14, 2), s = read_digits(text, 17, 2),
             ms = read_digits(text, 20, 3);
  if (!y || !mo || !d || !h || !mi || !s || !ms)
    return std::nullopt;
  const year_month_day date{year{static_cast<int>(*y)}, month{*mo}, day{*d}};
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 59)
    return std::nullopt;
  return sys_days{date} + hours{*h} + minutes{*mi} + seconds{*s}
         + milliseconds{*ms};
}

std::vector<recorded_span> read_spans(const json_cursor& in) {
  std::vector<recorded_span> out;
  in.each_element(max_manifest_entries, [&](const json_cursor& x) {
    std::vector<int64_t> ends;
    x.each_element(
        2, [&](const json_cursor& end) { ends.push_back(read_time(end)); });
    if (ends.size() == 2 && ends[0] <= ends[1])
      out.push_back({ends[0], ends[1]});
    else
      refuse(x);
  });
  return out;
}

recorded_part read_part(const json_cursor& in) {
  recorded_part out;
  in.require_object();
  const auto file = in.member("file");
  out.file = file.required_string(max_slug);
  if (!is_slug(out.file) || out.file == manifest_name)
    refuse(file);
  out.peer = read_peer(in.member("peerId"));
  out.source = read_choice<recording_source>(in.member("source"), source_names);
  out.audio = in.member("audio").optional_string(protocol::limits::mime_type);
  out.video = in.member("video").optional_string(protocol::limits::mime_type);
  out.size = in.member("size").required_integer<uint64_t>(0, max_time);
  out.start_offset = read_time(in.member("startOffsetMs"));
  out.duration = read_time(in.member("durationMs"));
  out.pauses = read_spans(in.member("pauses"));
  out.gaps = read_spans(in.member("gaps"));
  out.degraded = in.member("degraded").optional_flag();
  return out;
}

recorded_member read_member(const json_cursor& in) {
  recorded_member out;
  in.require_object();
  out.peer = read_peer(in.member("peerId"));
  out.name =
      in.member("displayName").optional_string(protocol::limits::display_name);
  out.joined = read_time(in.member("joinedMs"));
  if (const auto left =
          in.member("leftMs").optional_integer<uint64_t>(0, max_time))
    out.left = static_cast<int64_t>(*left);
  return out;
}

recorded_moment read_moment(const json_cursor& in) {
  recorded_moment out;
  in.require_object();
  out.at = read_time(in.member("atMs"));
  out.what = in.member("what").required_string();
  out.peer = protocol::peer_id{
      in.member("peerId").optional_string(protocol::limits::id)};
  return out;
}

// The elements of an array, each by `read`.
template <class T>
std::vector<T> read_all(const json_cursor& in, T (*read)(const json_cursor&)) {
  std::vector<T> out;
  in.each_element(max_manifest_entries,
                  [&](const json_cursor& x) { out.push_back(read(x)); });
  return out;
}

void read_author(const json_cursor& in, manifest& out) {
  if (!in.truthy())
    return;
  in.require_object();
  out.by = read_peer(in.member("peerId"));
  out.by_name =
      in.member("displayName").optional_string(protocol::limits::display_name);
}

manifest read_manifest(const json_cursor& in) {
  manifest out;
  in.require_object();
  in.member("version").required_integer<uint64_t>(1, manifest_version);
  const auto id = in.member("id");
  out.id = recording_id{id.required_string(max_slug)};
  if (!is_recording_id(out.id.str()))
    refuse(id);
  out.room = protocol::room_id{
      in.member("room").required_string(protocol::limits::id)};
  out.room_sid = in.member("roomSid").optional_string(max_slug);
  out.title = in.member("title").optional_string();
  read_author(in.member("by"), out);
  const auto started = in.member("startedAt");
  if (const auto at = read_iso_time(started.required_string()))
    out.started_at = *at;
  else
    refuse(started);
  out.duration = read_time(in.member("durationMs"));
  out.state = read_choice<recording_state>(in.member("state"), state_names);
  out.reason = in.member("reason").optional_string();
  out.members = read_all(in.member("members"), read_member);
  out.parts = read_all(in.member("parts"), read_part);
  out.timeline = read_all(in.member("timeline"), read_moment);
  return out;
}

} // namespace

// -- names --------------------------------------------------------------------

std::string_view to_string(recording_state x) {
  return state_names.at(static_cast<size_t>(x));
}

std::string_view to_string(recording_source x) {
  return source_names.at(static_cast<size_t>(x));
}

std::string to_slug(std::string_view name) {
  std::string out;
  bool replaced = false; // the last octet was
  for (const char c : name) {
    if (out.size() == max_slug)
      break;
    const bool kept = is_slug_character(c) && (c != '.' || !out.empty());
    if (kept || !replaced)
      out += kept ? c : '_';
    replaced = !kept;
  }
  return out.empty() ? "_" : out;
}

bool is_slug(std::string_view name) {
  return !name.empty() && name.size() <= max_slug && name.front() != '.'
         && std::all_of(name.begin(), name.end(), is_slug_character);
}

bool is_recording_id(std::string_view text) {
  return !text.empty() && text.size() <= max_slug
         && std::all_of(text.begin(), text.end(), [](char c) {
              return is_digit(c) || (c >= 'a' && c <= 'z');
            });
}

// -- the file -----------------------------------------------------------------

std::string to_json(const manifest& x) {
  json_writer out;
  out.begin_object().add("version", manifest_version);
  out.add("id", x.id.str()).add("room", x.room.str());
  if (!x.room_sid.empty())
    out.add("roomSid", x.room_sid);
  out.add("title", x.title);
  if (x.by.empty())
    out.add_raw("by", "null");
  else
    out.key("by")
        .begin_object()
        .add("peerId", x.by.str())
        .add("displayName", x.by_name)
        .end_object();
  out.add("startedAt", protocol::to_text(x.started_at));
  add_time(out, "durationMs", x.duration);
  out.add("state", to_string(x.state));
  add_or_null(out, "reason", x.reason);
  out.key("members").begin_array();
  for (const auto& member : x.members)
    write_member(out, member);
  out.end_array().key("parts").begin_array();
  for (const auto& part : x.parts)
    write_part(out, part);
  out.end_array().key("timeline").begin_array();
  for (const auto& moment : x.timeline)
    write_moment(out, moment);
  return out.end_array().end_object().str();
}

net::result<manifest> parse_manifest(std::string_view json) {
  const auto bad = std::make_error_code(std::errc::bad_message);
  const auto document =
      protocol::parse_json(json, {.max_bytes = max_manifest_octets,
                                  .max_depth = 8,
                                  .max_tokens = max_manifest_octets});
  if (!document)
    return bad;
  auto out = protocol::decode_root(*document, "manifest", read_manifest);
  if (!out)
    return bad;
  return *std::move(out);
}

} // namespace troupe::actors
