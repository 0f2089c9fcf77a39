#pragma once

#include "protocol/dialects/payload.hpp"

#include <string_view>

/// What the requests of broadcasters say.
namespace troupe::protocol {

/// What a broadcaster's device says of it, by which it is told from people.
inline constexpr std::string_view broadcaster_flag = "broadcaster";

/// {displayName, device?, rtpCapabilities?}
checked<request> read_broadcaster(const rapidjson::Value& data);

/// {type: "webrtc", sctpCapabilities?} or {type: "plain", rtcpMux?, comedia?}
checked<request> read_broadcaster_transport(const rapidjson::Value& data);

/// {dtlsParameters}, or on a plain transport {ip, port, rtcpPort?}: the demo
/// has no such thing, mediasoup has.
checked<request> read_broadcaster_connect(const rapidjson::Value& data);

/// {producerId}
checked<request> read_broadcaster_consume(const rapidjson::Value& data);

/// {dataProducerId}
checked<request> read_broadcaster_consume_data(const rapidjson::Value& data);

} // namespace troupe::protocol
