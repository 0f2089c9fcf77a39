#pragma once

#include "protocol/dialects/common/request_decoder.hpp"

#include <string_view>

/// Decodes the requests of broadcasters.
namespace troupe::protocol {

/// The device flag that distinguishes a broadcaster from other members.
inline constexpr std::string_view broadcaster_flag = "broadcaster";

/// {displayName, device?, rtpCapabilities?}
checked<request> read_broadcaster(const rapidjson::Value& data);

/// {type: "webrtc", sctpCapabilities?} or {type: "plain", rtcpMux?, comedia?}
checked<request> read_broadcaster_transport(const rapidjson::Value& data);

/// {dtlsParameters}, or on a plain transport {ip, port, rtcpPort?}: the demo
/// does not define the latter, mediasoup does.
checked<request> read_broadcaster_connect(const rapidjson::Value& data);

/// {producerId}
checked<request> read_broadcaster_consume(const rapidjson::Value& data);

/// {dataProducerId}
checked<request> read_broadcaster_consume_data(const rapidjson::Value& data);

} // namespace troupe::protocol
