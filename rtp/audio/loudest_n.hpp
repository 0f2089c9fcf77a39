#pragma once

#include "rtp/base/types.hpp"

#include <span>
#include <vector>

namespace troupe::rtp {

/// Selects the loudest few of many senders of audio. The caller passes all
/// senders again and again; a limited number of them get a slot (`slots`).
///
/// The rule, as documented for clients:
/// - A free slot goes to the loudest sender without one, however quiet. A slot
///   that no other sender needs is not taken away.
/// - A sender that is louder by `lead` than the quietest holder takes over its
///   slot. Loudness outlasts the pauses between words, so two senders that are
///   equally loud do not alternate within a sentence.
/// - A sender that took over a slot keeps it for `tenure` at least.
class loudest_n {
public:
  struct config {
    size_t slots = 3;
    float lead = 6; // dB
    duration tenure = std::chrono::seconds{1};
  };

  /// A sender of audio.
  struct candidate {
    uint64_t key = 0;
    float loudness = 0; // dBov, as in rtp::loudness
  };

  explicit loudest_n(config x) : config_(x) {}

  /// Takes all senders at this moment, each once.
  void handle_candidates(std::span<const candidate> all, time_point now);

  /// Whether the sender has a slot. At most `slots` senders do.
  bool has_slot(uint64_t key) const;

  size_t used_slots() const {
    return holders_.size();
  }

private:
  struct holder {
    candidate sender;
    time_point safe_until{};
  };

  holder* quietest_holder(time_point now);

  config config_;
  std::vector<holder> holders_;
  std::vector<candidate> candidates_;
};

} // namespace troupe::rtp
