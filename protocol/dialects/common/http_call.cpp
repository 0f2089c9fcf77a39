#include "protocol/dialects/common/http_call.hpp"

#include "protocol/json/json_writer.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace troupe::protocol {

namespace {

constexpr std::string_view type_header = "Content-Type";

void write_header(std::string_view name, std::string_view value,
                  std::string& out) {
  out.append(name).append(":");
  std::ranges::transform(value, std::back_inserter(out), [](unsigned char c) {
    return c < 0x20 || c == 0x7f ? ' ' : static_cast<char>(c);
  });
  out += '\n';
}

// Reads what write_header() wrote; false if it is malformed.
bool read_headers(std::string_view text, http_answer& out) {
  bool is_first = true;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    const auto colon = line.find(':');
    if (end == std::string_view::npos || colon == std::string_view::npos)
      return false;
    const auto value = line.substr(colon + 1);
    // The type of the body comes first; an answer without body may have one,
    // too.
    if (std::exchange(is_first, false) && line.substr(0, colon) == type_header)
      out.content_type = value;
    else
      out.headers.emplace_back(line.substr(0, colon), value);
    text.remove_prefix(end + 1);
  }
  return true;
}

} // namespace

std::string number_frame(uint64_t number, std::string_view text) {
  return std::to_string(number).append(" ").append(text);
}

std::optional<uint64_t> take_number(std::string_view& text) {
  uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || stopped == end || *stopped != ' ')
    return std::nullopt;
  text.remove_prefix(static_cast<size_t>(stopped - text.data()) + 1);
  return number;
}

std::string answer_frame(uint64_t number, const http_answer& x) {
  std::string headers;
  write_header(type_header, x.content_type, headers);
  for (const auto& [name, value] : x.headers)
    write_header(name, value, headers);
  auto rest = number_frame(headers.size(), headers).append(x.body);
  return number_frame(number, number_frame(x.status, rest));
}

std::optional<http_answer> read_answer(std::string_view text) {
  const auto status = take_number(text);
  const auto octets = status ? take_number(text) : std::nullopt;
  if (!octets || *octets > text.size())
    return std::nullopt;
  http_answer out{static_cast<unsigned>(*status),
                  std::string{text.substr(*octets)}};
  if (!read_headers(text.substr(0, *octets), out))
    return std::nullopt;
  return out;
}

unsigned http_status(error_code code) {
  switch (code) {
    case error_code::bad_request:
      return 400;
    case error_code::unauthorized:
      return 401;
    case error_code::forbidden:
      return 403;
    case error_code::unknown_method:
    case error_code::room_not_found:
    case error_code::peer_not_found:
    case error_code::transport_not_found:
    case error_code::producer_not_found:
    case error_code::consumer_not_found:
    case error_code::data_producer_not_found:
    case error_code::data_consumer_not_found:
    case error_code::recording_not_found:
    case error_code::no_producer:
      return 404;
    case error_code::not_joined:
    case error_code::already_joined:
    case error_code::room_exists:
    case error_code::cannot_consume:
    case error_code::wrong_state:
      return 409;
    case error_code::limit_reached:
      return 429;
    case error_code::internal:
      return 500;
    case error_code::unsupported:
      return 501;
    case error_code::overloaded:
      return 503;
  }
  return 500;
}

http_answer http_error(unsigned status, std::string_view code,
                       std::string_view message) {
  json_writer out;
  out.begin_object().key("error").begin_object();
  out.add("code", code).add("message", message);
  return {status, out.end_object().end_object().str()};
}

http_answer http_error(unsigned status, const error& why) {
  json_writer out;
  out.begin_object().key("error").begin_object();
  out.add("code", to_string(why.code)).add("message", why.message);
  if (why.reason != error_reason::none)
    out.add("reason", to_string(why.reason));
  return {status, out.end_object().end_object().str()};
}

http_answer http_error(const error& why) {
  return http_error(http_status(why.code), why);
}

} // namespace troupe::protocol
