#pragma once

#include "actors/speech/speech_activity.hpp"
#include "rtp/receive/rtcp_dispatcher.hpp"
#include "rtp/send/forwarder.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace troupe::actors {

/// The keys of producers, consumers and transports in a shard: the ids of their
/// actors, unique in this process.
enum class producer_key : uint64_t {};
enum class consumer_key : uint64_t {};
enum class transport_key : uint64_t {};

/// The receiver of this consumer has lost packets, which the producer must look
/// up.
struct packets_missing {
  std::vector<rtp::packet_key> keys;
};

/// Parameters of a consumer in a shard.
struct shard_consumer {
  consumer_key key{};
  transport_key on{};
  producer_key from{};
  rtp::forwarder::config engine;
  /// See shed_rank_of().
  uint8_t shed_rank = 0;
  /// The speech activity of the producer's owner; null counts as the loudest.
  std::shared_ptr<const speech_activity> owner = {};
};

/// The highest spatial layer that any consumer here wants of a producer, within
/// what overload and the last N leave; nothing for none. The capacity of links
/// does not count: it may change faster than a sender can start a layer. The
/// shard sends it to the producer as it is.
struct layers_wanted {
  std::optional<uint8_t> highest;
};

/// The worst loss that the consumers here of one producer have recently
/// reported, in 1/256. The shard sends it to the producer as it is.
struct consumer_loss {
  uint8_t fraction_lost = 0;
};

/// A request or an event of a shard's forwarders.
struct shard_event {
  consumer_key consumer{};
  producer_key producer{};
  std::variant<rtp::keyframe_wanted, rtp::consumer_score_changed,
               rtp::layers_changed, packets_missing, layers_wanted,
               consumer_loss>
      what;
};

} // namespace troupe::actors
