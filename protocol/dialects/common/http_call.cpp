#include "protocol/dialects/common/http_call.hpp"

#include "protocol/json/json_writer.hpp"

#include <charconv>

namespace troupe::protocol {

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
  return number_frame(number, number_frame(x.status, x.body));
}

std::optional<http_answer> read_answer(std::string_view text) {
  const auto status = take_number(text);
  if (!status)
    return std::nullopt;
  return http_answer{static_cast<unsigned>(*status), std::string{text}};
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

http_answer http_error(const error& why) {
  json_writer out;
  out.begin_object().key("error").begin_object();
  out.add("code", to_string(why.code)).add("message", why.message);
  if (why.reason != error_reason::none)
    out.add("reason", to_string(why.reason));
  return {http_status(why.code), out.end_object().end_object().str()};
}

} // namespace troupe::protocol
