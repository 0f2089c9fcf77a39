#include "protocol/dialects/protoo/protoo_frames.hpp"

#include "protocol/dialects/common/http_call.hpp"
#include "protocol/dialects/common/refusal_reason.hpp"
#include "protocol/dialects/common/request_decoder.hpp"

namespace troupe::protocol {

namespace {

using rapidjson::Value;

const Value* number(const Value& in, std::string_view name) {
  const auto member = find_member(in, name);
  return member && member->IsNumber() ? member : nullptr;
}

} // namespace

std::optional<protoo_message> read_protoo(const Value& in) {
  static const Value nothing{rapidjson::kObjectType};
  protoo_message out;
  if (find_member(in, "request"))
    out.kind = protoo_kind::request_message;
  else if (find_member(in, "response"))
    out.kind = find_member(in, "ok") ? protoo_kind::success_response
                                     : protoo_kind::error_response;
  else if (!find_member(in, "notification"))
    return std::nullopt;
  if (out.kind != protoo_kind::notification) {
    const auto id = number(in, "id");
    if (!id)
      return std::nullopt;
    out.id.text = write_json(*id);
  }
  if (out.kind == protoo_kind::request_message
      || out.kind == protoo_kind::notification) {
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
  json_object out;
  out.add("response", true)
      .add("id", id)
      .add("errorCode", static_cast<int>(http_status(why.code)))
      .add("errorReason", why.message);
  return add_reason(out, why).text();
}

} // namespace troupe::protocol
