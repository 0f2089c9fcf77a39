// Feeds any octets to the JSON parser and what it accepts to every decoder. A
// decoded value must encode, and decode to the same value again.
#include "protocol/json/admin_answers.hpp"
#include "protocol/json/json_codec.hpp"
#include "protocol/json/json_limits.hpp"
#include "protocol/json/part_json.hpp"

#include <cstdlib>

using namespace troupe::protocol;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

// Decoding, encoding and decoding again must give the decoded value.
template <class T>
void round_trip(const rapidjson::Value& in,
                checked<T> (*decode)(const rapidjson::Value&)) {
  auto first = decode(in);
  if (!first) {
    require(!first.error().what.empty() && first.error().code);
    return;
  }
  rapidjson::Document out;
  encode(*first, out, out.GetAllocator());
  auto second = decode(out);
  require(second.has_value() && *second == *first);
}

// The same of what the nodes of a cluster describe to each other.
template <class T>
void round_trip(std::string_view text, checked<T> (*read)(std::string_view)) {
  auto first = read(text);
  if (!first)
    return require(!first.error().what.empty() && first.error().code);
  auto second = read(to_json(*first));
  require(second.has_value() && *second == *first);
}

// What another node answers to a request of an operator goes into an answer of
// this node, which must stay JSON.
void pass_on_answer(std::string_view text) {
  room_stats_union stats;
  if (stats.add(R"({"producers":[]})") && stats.add(text))
    require(is_admin_answer(stats.str({"node"})));
  if (auto rooms = read_room_list(text))
    for (const auto& x : *rooms)
      require(is_admin_answer(x.json));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  pass_on_answer(text);
  auto document = parse_json(text);
  if (!document)
    return 0;
  auto again = parse_json(write_json(*document), {.max_bytes = SIZE_MAX});
  require(again.has_value() && *again == *document);
  round_trip(*document, decode_rtp_capabilities);
  round_trip(*document, decode_rtp_parameters);
  round_trip(*document, decode_rtp_mapping);
  round_trip(*document, decode_ice_parameters);
  round_trip(*document, decode_ice_candidate);
  round_trip(*document, decode_dtls_parameters);
  round_trip(*document, decode_sctp_parameters);
  round_trip(*document, decode_sctp_capabilities);
  round_trip(*document, decode_num_sctp_streams);
  round_trip(*document, decode_sctp_stream_parameters);
  round_trip(text, read_described_member);
  round_trip(text, read_described_producer);
  round_trip(text, read_described_data_producer);
  return 0;
}
