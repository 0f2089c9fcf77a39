#pragma once

#include "protocol/verbs/refusal.hpp"

#include <rapidjson/document.h>

#include <span>
#include <string_view>

namespace troupe::protocol {

/// Merges the arguments of a Socket.IO event into one payload object, whether
/// the client passed them as an object, one by one, or mixed.
///
/// `arguments` is an array whose first element is the event's name. Objects are
/// merged, except that `{fingerprints}` counts as `dtlsParameters`, and
/// `{codecs}` as `rtpParameters` or `rtpCapabilities`, if `positions` has that
/// name. Other values get the remaining names of `positions`, in order; null
/// consumes a name and adds no member. Of two members with one name the first
/// counts. More values than positions are refused.
checked<rapidjson::Document>
gather_arguments(const rapidjson::Value& arguments,
                 std::span<const std::string_view> positions);

} // namespace troupe::protocol
