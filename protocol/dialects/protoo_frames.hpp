#pragma once

#include "protocol/dialects/shapes.hpp"
#include "protocol/error.hpp"

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The envelopes of protoo, which both sides write alike: requests, their
/// responses, and notifications.
namespace troupe::protocol {

/// What a message does.
enum class protoo_kind : uint8_t { asks, tells, agrees, refuses };

/// A message as it was read. It points into the JSON that it was read from.
struct protoo_message {
  protoo_kind kind = protoo_kind::tells;

  /// Of a request or response: the id, a number, as the other side wrote it.
  json_text id;

  /// Of a request or notification.
  std::string method;

  /// An empty object where there was none; any JSON value otherwise.
  const rapidjson::Value* data = nullptr;
};

/// Nothing where it is no message: protoo's own implementations drop such
/// frames without a word.
std::optional<protoo_message> read_protoo(const rapidjson::Value& in);

/// The numeric id of a response; nothing where it cannot be one of ours.
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
