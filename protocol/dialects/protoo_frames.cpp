#include "protocol/dialects/protoo_frames.hpp"

#include "protocol/dialects/payload.hpp"

namespace troupe::protocol {

namespace {

using rapidjson::Value;

int status_of(error_code code) {
  switch (code) {
    case error_code::bad_request:
      return 400;
    case error_code::unauthorized:
      return 401;
    case error_code::forbidden:
      return 403;
    case error_code::unknown_method:
    case error_code::room_not_found:
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

const Value* number(const Value& in, std::string_view name) {
  const auto member = find_member(in, name);
  return member && member->IsNumber() ? member : nullptr;
}

} // namespace

std::optional<protoo_message> read_protoo(const Value& in) {
  static const Value nothing{rapidjson::kObjectType};
  protoo_message out;
  if (find_member(in, "request"))
    out.kind = protoo_kind::asks;
  else if (find_member(in, "response"))
    out.kind =
        find_member(in, "ok") ? protoo_kind::agrees : protoo_kind::refuses;
  else if (!find_member(in, "notification"))
    return std::nullopt;
  if (out.kind != protoo_kind::tells) {
    const auto id = number(in, "id");
    if (!id)
      return std::nullopt;
    out.id.text = write_json(*id);
  }
  if (out.kind == protoo_kind::asks || out.kind == protoo_kind::tells) {
    auto method = find_text(in, "method");
    if (!method)
      return std::nullopt;
    out.method = std::move(*method);
  }
  const auto data = find_member(in, "data");
  out.data = data ? data : &nothing;
  return out;
}

std::optional<uint64_t> response_id(const protoo_message& in) {
  uint64_t id = 0;
  for (const char digit : in.id.text) {
    if (digit < '0' || digit > '9' || id > UINT32_MAX)
      return std::nullopt;
    id = id * 10 + static_cast<uint64_t>(digit - '0');
  }
  return id;
}

std::string protoo_request(uint64_t id, std::string_view method,
                           const json_object& data) {
  return json_object{}
      .add("request", true)
      .add("id", json_text{std::to_string(id)})
      .add("method", method)
      .add("data", data)
      .text();
}

std::string protoo_notification(std::string_view method,
                                const json_object& data) {
  return json_object{}
      .add("notification", true)
      .add("method", method)
      .add("data", data)
      .text();
}

std::string protoo_failure(const json_text& id, const error& why) {
  return json_object{}
      .add("response", true)
      .add("id", id)
      .add("errorCode", status_of(why.code))
      .add("errorReason", why.message)
      .text();
}

} // namespace troupe::protocol
