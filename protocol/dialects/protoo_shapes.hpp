#pragma once

#include "protocol/dialects/shapes.hpp"
#include "protocol/verbs.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

/// What the two generations of mediasoup-demo's messages carry. They call the
/// same things by other names and wrap them differently; to a client of whom
/// it is not known yet which it is of, each message says both.
namespace troupe::protocol {

enum class protoo_generation : uint8_t {
  /// Nothing that the client has said so far tells.
  unknown,
  /// Until 2024, in JavaScript: `id` names whatever a message is about.
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

/// A reply on its way to a client.
struct protoo_reply {
  const success& result;
  protoo_generation generation;
  /// The client itself, who is not among the peers that it is told of.
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

/// That says by which version of mediasoup's API we can be spoken to.
protoo_notice version_notice(protoo_generation generation);

/// Turns events into notifications. Remembers what the others are called,
/// because a change of name tells the old one too.
class protoo_notices {
public:
  explicit protoo_notices(peer_id self) : self_(std::move(self)) {}

  /// Begins anew, with those who are in the room.
  void reset(const std::vector<participant>& people);

  /// Nothing where the generation has no notification for it.
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
