#pragma once

#include "net/classify.hpp"
#include "net/datagram.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace troupe::net {

/// Keeps the answers to the ICE checks of one burst, to be sent by one system
/// call. Only answers: media is sent when it is ready, and where threads
/// differ nothing may overtake it.
///
/// One thread only; octets are copied.
class answer_tray {
public:
  static constexpr size_t max_answers = 64;

  static constexpr size_t max_octets = 128;

  /// Takes one datagram; false, and nothing is taken, where it is no STUN or
  /// does not fit.
  bool take(const outgoing_datagram& x) {
    if (count_ == max_answers || x.data.size() > max_octets
        || classify(x.data) != datagram_kind::stun)
      return false;
    auto& octets = octets_[count_];
    std::ranges::copy(x.data, octets.begin());
    answers_[count_++] = {byte_span{octets}.first(x.data.size()), x.tuple};
    return true;
  }

  std::span<const outgoing_datagram> answers() const {
    return std::span{answers_}.first(count_);
  }

  void clear() {
    count_ = 0;
  }

private:
  size_t count_ = 0;
  std::array<outgoing_datagram, max_answers> answers_;
  std::array<std::array<uint8_t, max_octets>, max_answers> octets_;
};

} // namespace troupe::net
