#pragma once

#include "rtp/types.hpp"

#include <span>
#include <vector>

namespace troupe::rtp {

/// Who of many may be heard: the loudest few. An engine that is shown all who
/// send audio again and again, and gives away a limited number of places.
///
/// The rule, as clients are told of it:
/// - A place that is free goes to the loudest who has none, however quiet: a
///   place that nobody else wants is not taken away.
/// - Who is `lead` louder than the quietest who has a place takes it over. As
///   loudness outlasts the pauses between words, two who are equally loud do
///   not take turns within a sentence.
/// - Who took a place over keeps it for `tenure` at least.
class audio_floor {
public:
  struct config {
    size_t places = 3;
    float lead = 6; // dB
    duration tenure = std::chrono::seconds{1};
  };

  /// One who sends audio.
  struct candidate {
    uint64_t key = 0;
    float loudness = 0; // dBov, as rtp::loudness has it
  };

  explicit audio_floor(config x) : config_(x) {}

  /// All who send, at this moment, each once.
  void handle_candidates(std::span<const candidate> all, time_point now);

  /// Whether one has a place. At most `places` do.
  bool holds(uint64_t key) const;

  size_t held() const {
    return holders_.size();
  }

private:
  struct holder {
    candidate who;
    time_point safe_until{};
  };

  holder* quietest_inside(time_point now);

  config config_;
  std::vector<holder> holders_;
  std::vector<candidate> outside_;
};

} // namespace troupe::rtp
