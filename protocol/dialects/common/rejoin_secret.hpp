#pragma once

#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/dialects/common/request_decoder.hpp"

#include <string>
#include <string_view>

/// The secret that a join gives to its client, and that the client returns in a
/// later join to prove that it is the same user.
namespace troupe::protocol {

/// The name of the secret in all dialects, in requests and in replies.
inline constexpr std::string_view rejoin_secret_name = "rejoinSecret";

/// The secret in a payload; empty if there is none.
checked<std::string> read_rejoin_secret(const rapidjson::Value& payload);

/// Adds the secret to the client's reply to its own join, if there is one.
json_object& add_rejoin_secret(json_object& to, std::string_view secret);

} // namespace troupe::protocol
