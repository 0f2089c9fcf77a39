#pragma once

#include "protocol/dialects/payload.hpp"
#include "protocol/dialects/shapes.hpp"

#include <string>
#include <string_view>

/// The secret that a join gives to its client, and that the client shows in a
/// later join to prove that it is the same user.
namespace troupe::protocol {

/// What every dialect calls it, in what it tells and in what it reads.
inline constexpr std::string_view rejoin_secret_name = "rejoinSecret";

/// The secret that a payload shows; empty where it shows none.
checked<std::string> read_rejoin_secret(const rapidjson::Value& payload);

/// Adds the secret to what the client is told of its own join, if there is one.
json_object& add_rejoin_secret(json_object& to, std::string_view secret);

} // namespace troupe::protocol
