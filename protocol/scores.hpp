#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// How well streams arrive: 0 (nothing, or bad) to 10 (good), as in mediasoup.
namespace troupe::protocol {

/// How well a consumer's stream reaches its client, and its producer's streams
/// reach the server.
struct consumer_scores {
  int score = 10;
  int producer_score = 10; // of the stream that the consumer is sent
  std::vector<int> producer_scores = {}; // of all, by encoding

  bool operator==(const consumer_scores&) const = default;
};

namespace event {

/// How well one encoding of this peer's producer arrives.
struct encoding_score {
  uint32_t encoding = 0; // its index
  uint32_t ssrc = 0;
  std::string rid;
  int score = 10;
};

} // namespace event

} // namespace troupe::protocol
