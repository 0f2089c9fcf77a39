#pragma once

#include "protocol/verbs/refusal.hpp"
#include "protocol/verbs/verbs.hpp"

#include <rapidjson/document.h>

#include <string>

/// Decodes the parts of a camelCase payload that do not belong to its verb.
namespace troupe::protocol {

/// The error for a client without a room: what it requested does not exist.
error_code missing_outside(const request& what);

/// The client's user id, a string or a whole number; empty if there is none.
checked<std::string> read_user(const rapidjson::Value& payload);

} // namespace troupe::protocol
