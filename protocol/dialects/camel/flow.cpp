#include "protocol/dialects/camel/camel.hpp"
#include "protocol/dialects/common/entries.hpp"

/// Dialect C: Socket.IO for a client that sends its camera to one other client.
/// It has no join request: creating the first transport joins.
/// tests/data/transcripts/flow.txt shows every request and push.
namespace troupe::protocol {

namespace {

// A frontend alone in its room previews what it sends itself.
checked<request> read_consume_media(const rapidjson::Value& payload) {
  auto verb = read_consume_paused(payload);
  if (verb)
    std::get<verb::consume>(*verb).own_if_alone = true;
  return verb;
}

constexpr std::array flow_methods{
    camel_method{.event = "create-consumer-transport",
                 .role = camel_role::enters,
                 .read = read_create_receiving,
                 .acknowledge = aliased_transport,
                 .implies_direction = true},
    camel_method{.event = "connect-consumer-transport",
                 .read = read_connect_receiving,
                 .positions = {"transportId", "dtlsParameters"},
                 .acknowledge = connected_reply},
    camel_method{.event = "consume-media",
                 .read = read_consume_media,
                 .positions = {"producerId", "rtpCapabilities"}},
    camel_method{.event = "unpauseConsumer",
                 .read = read_resume_consumer,
                 .positions = {"consumerId"}},
};

} // namespace

camel_method_table flow_method_table() {
  return {flow_methods};
}

} // namespace troupe::protocol
