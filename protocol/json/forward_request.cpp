#include "protocol/json/forward_request.hpp"

#include "protocol/json/json_cursor.hpp"
#include "protocol/json/json_limits.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

// A request has four members; others are ignored.
constexpr json_limits request_limits{.max_depth = 4, .max_tokens = 64};

constexpr size_t max_kinds = 2;

constexpr uint16_t max_port = 65'535 - forward_ports + 1;

// The longest text of an IPv6 address (INET6_ADDRSTRLEN).
constexpr size_t max_address = 46;

std::vector<media_kind> read_kinds(const json_cursor& in) {
  std::vector<media_kind> out;
  in.each_element(max_kinds, [&](const json_cursor& x) {
    if (const auto kind = parse_media_kind(x.required_string()))
      out.push_back(*kind);
    else
      x.fail(decode_errc::bad_value, "must be 'audio' or 'video'");
  });
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (out.empty())
    out = {media_kind::audio, media_kind::video};
  return out;
}

forward_request decode_forward(const json_cursor& in) {
  forward_request out;
  out.peer = peer_id{in.member("peer").required_string(limits::id)};
  out.kinds = read_kinds(in.member("kinds"));
  const auto address = in.member("address");
  const auto port = in.member("port").required_integer<uint16_t>(1, max_port);
  if (auto to = net::parse_address(address.required_string(max_address), port))
    out.to = *to;
  else
    address.fail(decode_errc::bad_value, "must be an IP address");
  return out;
}

} // namespace

checked<forward_request> read_forward_request(std::string_view json) {
  const auto parsed = parse_json(json, request_limits);
  if (!parsed || !parsed->IsObject())
    return refusal{decode_errc::wrong_type, "the body must be a JSON object"};
  return decode_root(*parsed, "", decode_forward);
}

} // namespace troupe::protocol
