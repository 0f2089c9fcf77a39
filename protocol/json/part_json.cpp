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
  out.add("madeHost", x.made_host).add("rank", x.rank).end_object();
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
