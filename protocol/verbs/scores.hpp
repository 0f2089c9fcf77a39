#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Stream quality: 0 (nothing arrives, or bad) to 10 (good), as in mediasoup.
namespace troupe::protocol {

/// The quality of a consumer's stream at its client, and of its producer's
/// streams at the server.
struct consumer_scores {
  int score = 10;
  int producer_score = 10;               // of the stream that is forwarded
  std::vector<int> producer_scores = {}; // of all streams, by encoding

  bool operator==(const consumer_scores&) const = default;
};

namespace event {

/// The quality of one encoding of this peer's producer.
struct encoding_score {
  uint32_t encoding = 0; // its index
  uint32_t ssrc = 0;
  std::string rid;
  int score = 10;
};

} // namespace event

} // namespace troupe::protocol
