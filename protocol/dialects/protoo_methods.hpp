#pragma once

#include "protocol/dialects/protoo_frames.hpp"
#include "protocol/dialects/protoo_shapes.hpp"
#include "protocol/refusal.hpp"
#include "protocol/verbs.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace troupe::protocol {

/// A method that clients call, by request or by notification.
struct protoo_method {
  std::string_view name;

  /// The verb that it is; null where no verb is asked.
  checked<request> (*read)(const rapidjson::Value& data) = nullptr;

  /// The member that names what it is about, a string that must be there.
  std::string_view subject = {};

  /// Whether one must have joined.
  bool joined = false;

  /// Whether it changes something and needs no answer, so that it may come as
  /// a notification.
  bool command = false;

  /// Of which generation a client that requests it must be.
  protoo_generation generation = protoo_generation::unknown;

  /// Why there is no verb. Without it and without a verb, the answer is {}.
  std::optional<error_code> refused_as = {};
  std::string_view reason = {};
};

/// All there are.
std::span<const protoo_method> protoo_methods();

/// Null where there is none of that name.
const protoo_method* find_protoo_method(std::string_view name);

/// What verb is asked, or why it is refused. The rooms of get_capabilities are
/// left empty. The method must have a verb.
std::variant<request, error> read_protoo_call(const protoo_method& method,
                                              const rapidjson::Value& data);

/// Which generation's client would say that; `unknown` where both would.
protoo_generation generation_of(const protoo_message& said);

/// Whether a request createWebRtcTransport is for one to receive by.
bool is_for_consuming(const rapidjson::Value& data);

} // namespace troupe::protocol
