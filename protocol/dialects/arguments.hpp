#pragma once

#include "protocol/refusal.hpp"

#include <rapidjson/document.h>

#include <span>
#include <string_view>

namespace troupe::protocol {

/// Makes one payload object of a Socket.IO event's arguments, however the
/// client has passed them: as an object, one by one, or mixed.
///
/// `arguments` is an array whose first element is the event's name. Objects
/// are merged, except that `{fingerprints}` counts as `dtlsParameters`, and
/// `{codecs}` as `rtpParameters` or `rtpCapabilities`, where `positions` has
/// that name. Other values are called by the remaining positions, in order;
/// null takes up a position and says nothing. Of two members of one name the
/// first counts. More values than positions are refused.
checked<rapidjson::Document>
gather_arguments(const rapidjson::Value& arguments,
                 std::span<const std::string_view> positions);

} // namespace troupe::protocol
