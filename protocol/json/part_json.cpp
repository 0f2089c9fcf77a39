#include "protocol/json/part_json.hpp"

#include "protocol/json/json_codec.hpp"
#include "protocol/json/json_cursor.hpp"
#include "protocol/json/json_limits.hpp"
#include "protocol/json/json_writer.hpp"

namespace troupe::protocol {

namespace {

// Appends a member that a function of json_codec.hpp encodes.
template <class T>
void add_encoded(json_writer& out, std::string_view name, const T& x) {
  rapidjson::Document document;
  encode(x, document, document.GetAllocator());
  out.add(name, static_cast<const rapidjson::Value&>(document));
}

// The compact text of a member of at most `limit` octets; "{}" if it is absent.
json_text json_member(const json_cursor& in, size_t limit) {
  if (!in.value())
    return {};
  json_text out{write_json(*in.value())};
  if (out.text.size() <= limit)
    return out;
  in.fail(decode_errc::bad_value, limits::at_most(limit));
  return {};
}

// A member that one of the functions of json_codec.hpp decodes.
template <class T>
T decoded(const json_cursor& in,
          checked<T> (*decode)(const rapidjson::Value&)) {
  if (!in.value()) {
    in.fail(decode_errc::missing, "is missing");
    return {};
  }
  auto out = decode(*in.value());
  if (out)
    return std::move(*out);
  in.fail(decode_errc::bad_value, out.error().what);
  return {};
}

template <class T>
checked<T> read(std::string_view json, std::string_view name,
                T (*decode)(const json_cursor&)) {
  const auto parsed = parse_json(json);
  if (!parsed)
    return refusal{parsed.error(), parsed.error().message()};
  return decode_root(*parsed, name, decode);
}

// The end of the year 9999.
constexpr uint64_t last_ms = 253'402'300'799'999;

recording_info decode_recording(const json_cursor& in) {
  in.require_object();
  recording_info out;
  out.id = recording_id{in.member("id").required_string(limits::id)};
  out.by = peer_id{in.member("by").optional_string(limits::id)};
  out.by_name = in.member("byName").optional_string(limits::display_name);
  out.started_at = wall_time{std::chrono::milliseconds{static_cast<int64_t>(
      in.member("startedAtMs").required_integer<uint64_t>(0, last_ms))}};
  out.title = in.member("title").optional_string(limits::text);
  out.asks = in.member("asks").optional_flag();
  return out;
}

void add_recording(json_writer& out, const recording_info& x) {
  out.key("recording")
      .begin_object()
      .add("id", x.id.str())
      .add("by", x.by.str())
      .add("byName", x.by_name)
      .add("startedAtMs", x.started_at.time_since_epoch().count())
      .add("title", x.title)
      .add("asks", x.asks)
      .end_object();
}

described_member decode_member(const json_cursor& in) {
  in.require_object();
  described_member out;
  out.name = in.member("name").optional_string(limits::display_name);
  out.device = json_member(in.member("device"), limits::device);
  out.named_by_client = in.member("namedByClient").optional_flag();
  out.derived = in.member("derived").optional_flag();
  if (const auto moderates = in.member("moderates"); moderates.value())
    out.moderates = moderates.optional_flag();
  out.made_host = in.member("madeHost").optional_flag();
  out.rank = in.member("rank").required_integer<uint64_t>();
  out.is_told_of_recordings = in.member("isToldOfRecordings").optional_flag();
  out.accepts = recording_id{in.member("accepts").optional_string(limits::id)};
  if (const auto recording = in.member("recording"); recording.value())
    out.recording = decode_recording(recording);
  return out;
}

described_producer decode_producer(const json_cursor& in) {
  in.require_object();
  described_producer out;
  out.kind = decoded(in.member("kind"), &decode_media_kind);
  out.paused = in.member("paused").optional_flag();
  out.app_data = json_member(in.member("appData"), limits::app_data);
  const auto type = in.member("type");
  out.type = type.required_string();
  if (out.type != "simple" && out.type != "simulcast" && out.type != "svc")
    type.fail(decode_errc::bad_value, "must be simple, simulcast or svc");
  out.consumable =
      decoded(in.member("consumableRtpParameters"), &decode_rtp_parameters);
  return out;
}

described_data_producer decode_data_producer(const json_cursor& in) {
  in.require_object();
  described_data_producer out;
  out.label = in.member("label").optional_string();
  out.protocol = in.member("protocol").optional_string();
  out.paused = in.member("paused").optional_flag();
  out.app_data = json_member(in.member("appData"), limits::app_data);
  out.stream = decoded(in.member("sctpStreamParameters"),
                       &decode_sctp_stream_parameters);
  return out;
}

} // namespace

std::string to_json(const described_member& x) {
  json_writer out;
  out.begin_object()
      .add("name", x.name)
      .add_raw("device", x.device.text)
      .add("namedByClient", x.named_by_client)
      .add("derived", x.derived);
  if (x.moderates)
    out.add("moderates", *x.moderates);
  out.add("madeHost", x.made_host)
      .add("rank", x.rank)
      .add("isToldOfRecordings", x.is_told_of_recordings);
  if (!x.accepts.empty())
    out.add("accepts", x.accepts.str());
  if (x.recording)
    add_recording(out, *x.recording);
  out.end_object();
  return out.str();
}

std::string to_json(const described_producer& x) {
  json_writer out;
  out.begin_object()
      .add("kind", to_string(x.kind))
      .add("paused", x.paused)
      .add_raw("appData", x.app_data.text)
      .add("type", x.type);
  add_encoded(out, "consumableRtpParameters", x.consumable);
  out.end_object();
  return out.str();
}

std::string to_json(const described_data_producer& x) {
  json_writer out;
  out.begin_object()
      .add("label", x.label)
      .add("protocol", x.protocol)
      .add("paused", x.paused)
      .add_raw("appData", x.app_data.text);
  add_encoded(out, "sctpStreamParameters", x.stream);
  out.end_object();
  return out.str();
}

checked<described_member> read_described_member(std::string_view json) {
  return read(json, "member", &decode_member);
}

checked<described_producer> read_described_producer(std::string_view json) {
  return read(json, "producer", &decode_producer);
}

checked<described_data_producer>
read_described_data_producer(std::string_view json) {
  return read(json, "dataProducer", &decode_data_producer);
}

} // namespace troupe::protocol
