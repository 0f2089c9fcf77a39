#pragma once

#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/verbs/error.hpp"

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The message envelopes of protoo, the same in both directions: requests,
/// their responses, and notifications.
namespace troupe::protocol {

/// The type of a message: request, notification, success or error response.
enum class protoo_kind : uint8_t {
  request_message,
  notification,
  success_response,
  error_response
};

/// A decoded message. Points into the JSON that it was decoded from.
struct protoo_message {
  protoo_kind kind = protoo_kind::notification;

  /// The id of a request or response: a number, as the other side wrote it.
  json_text id;

  /// The method of a request or notification.
  std::string method;

  /// An empty object if absent; otherwise any JSON value.
  const rapidjson::Value* data = nullptr;
};

/// Returns nothing if `in` is not a message: protoo's own implementations
/// silently drop such frames.
std::optional<protoo_message> read_protoo(const rapidjson::Value& in);

/// The numeric id of a response; nothing if no request of ours can have it.
std::optional<uint64_t> response_id(const protoo_message& in);

/// {request: true, id, method, data}
std::string protoo_request(uint64_t id, std::string_view method,
                           const json_object& data);

/// {notification: true, method, data}
std::string protoo_notification(std::string_view method,
                                const json_object& data);

/// {response: true, id, ok: true, data}
template <class Data>
std::string protoo_success(const json_text& id, const Data& data) {
  return json_object{}
      .add("response", true)
      .add("id", id)
      .add("ok", true)
      .add("data", data)
      .text();
}

/// {response: true, id, errorCode, errorReason}, where the code is the HTTP
/// status that comes closest.
std::string protoo_failure(const json_text& id, const error& why);

} // namespace troupe::protocol
