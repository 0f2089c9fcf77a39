#pragma once

#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/verbs/verbs.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

/// Encodes the data of messages for two generations of mediasoup-demo. They
/// differ in names and nesting; while a client's generation is unknown, each
/// message contains both forms.
namespace troupe::protocol {

enum class protoo_generation : uint8_t {
  /// No message of the client has shown its generation yet.
  unknown,
  /// Until 2024, in JavaScript: `id` names the subject of a message.
  legacy,
  /// In TypeScript: `transportId`, `producerId`, `consumerId`.
  current,
};

constexpr bool reads_legacy(protoo_generation x) {
  return x != protoo_generation::current;
}

constexpr bool reads_current(protoo_generation x) {
  return x != protoo_generation::legacy;
}

/// A reply to encode for a client.
struct protoo_reply {
  const success& result;
  protoo_generation generation;
  /// The client's own id, which is omitted from the list of peers.
  const peer_id& self;
};

/// The `data` of a response.
void encode(const protoo_reply& in, rapidjson::Value& out,
            json_allocator& allocator);

/// The `data` of the request `newConsumer`.
json_object new_consumer_data(const reply::consumed& of,
                              const transport_id& transport,
                              protoo_generation generation);

/// The `data` of the request `newDataConsumer`.
json_object new_data_consumer_data(const reply::data_consumed& of,
                                   const transport_id& transport,
                                   protoo_generation generation);

/// A notification: its method and its `data`.
struct protoo_notice {
  std::string_view method;
  json_object data;
};

/// The notification of mediasoup's version whose API the server supports.
protoo_notice version_notice(protoo_generation generation);

/// Turns events into notifications. Stores the display names of the others,
/// because a notification of a new name contains the old one too.
class protoo_notices {
public:
  explicit protoo_notices(peer_id self) : self_(std::move(self)) {}

  /// Resets the names to those of the members in the room.
  void reset(const std::vector<participant>& people);

  /// Returns nothing if the generation has no notification for the event.
  std::optional<protoo_notice> notice(const any_event& event,
                                      protoo_generation generation);

private:
  std::optional<protoo_notice> joined(const participant& peer,
                                      protoo_generation generation);
  std::optional<protoo_notice> updated(const participant& peer);

  const peer_id self_;
  std::map<peer_id, std::string> names_;
};

} // namespace troupe::protocol
