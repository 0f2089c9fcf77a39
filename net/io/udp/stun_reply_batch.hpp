#pragma once

#include "net/base/classify.hpp"
#include "net/base/datagram.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace troupe::net {

/// Collects the responses to the ICE checks of one burst, so that one system
/// call sends them. It takes only STUN: media is sent when it is ready, and
/// must not be overtaken when threads differ.
///
/// Used by one thread; octets are copied.
class stun_reply_batch {
public:
  static constexpr size_t max_answers = 64;

  static constexpr size_t max_octets = 128;

  /// Copies one datagram. Returns false and takes nothing if it is not STUN or
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
