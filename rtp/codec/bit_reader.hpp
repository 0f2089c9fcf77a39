#pragma once

#include "net/base/bytes.hpp"

namespace troupe::rtp {

/// Reads bit by bit, highest first; past the end it fails and yields zeros.
class bit_reader {
public:
  explicit bit_reader(net::byte_span in) : in_(in) {}

  uint32_t bits(size_t count) {
    if (count > 8 * in_.size() - pos_) {
      failed_ = true;
      pos_ = 8 * in_.size();
      return 0;
    }
    uint32_t result = 0;
    for (; count > 0; --count, ++pos_)
      result = result << 1 | ((in_[pos_ / 8] >> (7 - pos_ % 8)) & 1);
    return result;
  }

  bool flag() {
    return bits(1) != 0;
  }

  /// A number below `n` in the fewest bits (ns(n) of AV1); 0 < n.
  uint32_t below(uint32_t n) {
    size_t width = 0;
    for (auto x = n; x != 0; x >>= 1)
      ++width;
    auto short_ones = (uint32_t{1} << width) - n;
    auto v = bits(width - 1);
    if (v < short_ones)
      return v;
    return (v << 1) - short_ones + bits(1);
  }

  /// An Exp-Golomb number (ue(v) of H.264, section 9.1; uvlc() of AV1).
  uint32_t exp_golomb() {
    size_t zeros = 0;
    while (!failed_ && !flag())
      ++zeros;
    if (zeros > 31)
      failed_ = true;
    return failed_ ? 0 : (uint32_t{1} << zeros) - 1 + bits(zeros);
  }

  /// A signed one (se(v)), which counts 0, 1, -1, 2, -2.
  int32_t signed_exp_golomb() {
    auto n = static_cast<int64_t>(exp_golomb());
    return static_cast<int32_t>((n & 1) != 0 ? (n + 1) / 2 : -n / 2);
  }

  bool failed() const {
    return failed_;
  }

private:
  net::byte_span in_;
  size_t pos_ = 0;
  bool failed_ = false;
};

} // namespace troupe::rtp
