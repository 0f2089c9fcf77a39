#pragma once

#include "protocol/refusal.hpp"
#include "protocol/verbs.hpp"

#include <rapidjson/document.h>

#include <string>

/// What the camelCase dialects read of a payload besides its verb.
namespace troupe::protocol {

/// What a client cannot have that is in no room.
error_code missing_outside(const request& what);

/// The id that the client goes by, a text or a whole number; empty where there
/// is none.
checked<std::string> read_user(const rapidjson::Value& payload);

} // namespace troupe::protocol
