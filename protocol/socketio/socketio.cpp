#include "protocol/socketio/socketio.hpp"

#include "net/base/ascii.hpp"
#include "net/base/assert.hpp"
#include "net/base/enum_category.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace troupe::protocol {

namespace {

std::string_view text_of(socketio_errc value) {
  switch (value) {
    case socketio_errc::unknown_type:
      return "unknown packet type";
    case socketio_errc::bad_attachments:
      return "bad number of attachments";
    case socketio_errc::bad_id:
      return "bad acknowledgement id";
    case socketio_errc::bad_payload:
      return "bad payload";
    case socketio_errc::too_large:
      return "payload too large";
    case socketio_errc::bad_event_name:
      return "bad event name";
    case socketio_errc::bad_placeholder:
      return "bad attachment placeholder";
  }
  return "unknown Socket.IO error";
}

constexpr std::array<std::string_view, 6> reserved_names{
    "connect",       "connect_error", "disconnect",
    "disconnecting", "newListener",   "removeListener"};

// Removes the digits from the front of `text` and returns them.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), net::is_digit);
  const auto n = static_cast<size_t>(end - text.begin());
  const auto digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

template <class T>
std::optional<T> to_number(std::string_view digits) {
  T value = 0;
  const auto end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || last != end)
    return std::nullopt;
  return value;
}

// Removes "/name," from the front of `text`; the comma is missing at the end.
std::string take_namespace(std::string_view& text) {
  if (!text.starts_with('/'))
    return "/";
  const auto comma = text.find(',');
  auto nsp = text.substr(0, comma);
  text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  return std::string{nsp.substr(0, nsp.find('?'))};
}

// Marks the attachments named by placeholders in `value`. parse_json() bounds
// the depth of the recursion.
bool mark_placeholders(const rapidjson::Value& value, std::vector<bool>& seen) {
  const auto recurse = [&](const rapidjson::Value& x) {
    return mark_placeholders(x, seen);
  };
  if (value.IsArray())
    return std::all_of(value.Begin(), value.End(), recurse);
  if (!value.IsObject())
    return true;
  const auto flag = value.FindMember("_placeholder");
  if (flag == value.MemberEnd() || !flag->value.IsTrue())
    return std::all_of(value.MemberBegin(), value.MemberEnd(),
                       [&](const auto& x) { return recurse(x.value); });
  const auto num = value.FindMember("num");
  if (num == value.MemberEnd() || !num->value.IsUint()
      || num->value.GetUint() >= seen.size() || seen[num->value.GetUint()])
    return false;
  seen[num->value.GetUint()] = true;
  return true;
}

bool placeholders_fit(const rapidjson::Value& data, size_t attachments) {
  std::vector<bool> seen(attachments, false);
  return mark_placeholders(data, seen)
         && std::all_of(seen.begin(), seen.end(), [](bool x) { return x; });
}

std::error_code check_event_name(const rapidjson::Value& data) {
  if (!data.IsArray())
    return socketio_errc::bad_payload;
  if (data.Empty() || !data[0].IsString())
    return socketio_errc::bad_event_name;
  const std::string_view name{data[0].GetString(), data[0].GetStringLength()};
  if (std::find(reserved_names.begin(), reserved_names.end(), name)
      != reserved_names.end())
    return socketio_errc::bad_event_name;
  return {};
}

// Checks that the payload fits the type of the packet.
std::error_code check_payload(const socketio_packet& packet, bool present) {
  switch (packet.type) {
    case socketio_type::connect:
      if (present && !packet.data.IsObject())
        return socketio_errc::bad_payload;
      return {};
    case socketio_type::disconnect:
      if (present)
        return socketio_errc::bad_payload;
      return {};
    case socketio_type::connect_error:
      if (present && !packet.data.IsString() && !packet.data.IsObject())
        return socketio_errc::bad_payload;
      return {};
    case socketio_type::event:
      return check_event_name(packet.data);
    case socketio_type::binary_event:
      if (auto error = check_event_name(packet.data))
        return error;
      break;
    case socketio_type::ack:
    case socketio_type::binary_ack:
      if (!packet.data.IsArray())
        return socketio_errc::bad_payload;
      if (!packet.id)
        return socketio_errc::bad_id;
      if (packet.type == socketio_type::ack)
        return {};
      break;
  }
  if (!placeholders_fit(packet.data, packet.attachments))
    return socketio_errc::bad_placeholder;
  return {};
}

bool is_binary(socketio_type type) {
  return type == socketio_type::binary_event
         || type == socketio_type::binary_ack;
}

} // namespace

const std::error_category& socketio_category() {
  static const net::enum_category<socketio_errc> instance{"socketio", text_of};
  return instance;
}

std::error_code make_error_code(socketio_errc value) {
  return {static_cast<int>(value), socketio_category()};
}

net::result<socketio_packet>
decode_socketio_packet(std::string_view text, const socketio_limits& limits) {
  if (text.empty() || text[0] < '0' || text[0] > '6')
    return socketio_errc::unknown_type;
  socketio_packet packet;
  packet.type = static_cast<socketio_type>(text[0] - '0');
  text.remove_prefix(1);
  if (is_binary(packet.type)) {
    const auto count = to_number<size_t>(take_digits(text));
    if (!count || *count > limits.max_attachments || !text.starts_with('-'))
      return socketio_errc::bad_attachments;
    packet.attachments = *count;
    text.remove_prefix(1);
  }
  packet.nsp = take_namespace(text);
  if (const auto digits = take_digits(text); !digits.empty()) {
    packet.id = to_number<int64_t>(digits);
    if (!packet.id)
      return socketio_errc::bad_id;
  }
  if (!text.empty()) {
    auto data = parse_json(text, limits.json);
    if (!data)
      return data.error() == json_errc::too_large ? socketio_errc::too_large
                                                  : socketio_errc::bad_payload;
    packet.data = std::move(*data);
  }
  if (auto error = check_payload(packet, !text.empty()))
    return error;
  return packet;
}

std::string encode_socketio_packet(socketio_type type, std::string_view nsp,
                                   std::optional<int64_t> id,
                                   std::string_view payload,
                                   size_t attachments) {
  TROUPE_ASSERT(attachments == 0 || is_binary(type));
  std::string out;
  out.reserve(nsp.size() + payload.size() + 32);
  out += static_cast<char>('0' + static_cast<int>(type));
  if (is_binary(type))
    out += std::to_string(attachments) + '-';
  if (nsp != "/")
    out.append(nsp) += ',';
  if (id)
    out += std::to_string(*id);
  out += payload;
  return out;
}

} // namespace troupe::protocol
