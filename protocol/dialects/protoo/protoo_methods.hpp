#pragma once

#include "protocol/dialects/protoo/protoo_frames.hpp"
#include "protocol/dialects/protoo/protoo_reply_encoder.hpp"
#include "protocol/verbs/refusal.hpp"
#include "protocol/verbs/verbs.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace troupe::protocol {

/// A method that clients call, by request or by notification.
struct protoo_method {
  std::string_view name;

  /// Decodes the data into a verb; null if the method has no verb.
  checked<request> (*read)(const rapidjson::Value& data) = nullptr;

  /// The required string member that names the subject of the method.
  std::string_view subject = {};

  /// Whether the client must have joined.
  bool joined = false;

  /// Whether the method needs no response, so that it may be a notification.
  bool command = false;

  /// The generation of clients that request it.
  protoo_generation generation = protoo_generation::unknown;

  /// Set if the method is refused. Without it and `read`, the response is {}.
  std::optional<error_code> refused_as = {};
  std::string_view reason = {};
};

/// The table of all methods.
std::span<const protoo_method> protoo_methods();

/// Null if there is no method of that name.
const protoo_method* find_protoo_method(std::string_view name);

/// Returns the verb, or the reason for refusing it. The room of
/// get_capabilities is left empty. The method must have a verb.
std::variant<request, error> read_protoo_call(const protoo_method& method,
                                              const rapidjson::Value& data);

/// The generation whose clients send such a message; `unknown` if both do.
protoo_generation generation_of(const protoo_message& message);

/// Whether a request createWebRtcTransport is for a receive transport.
bool is_for_consuming(const rapidjson::Value& data);

} // namespace troupe::protocol
