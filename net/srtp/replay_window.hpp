#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace troupe::net {

/// Records which of the last `Size` packet indices were seen (RFC 3711, section
/// 3.3.2). Receivers use it against replay; senders, so that no index, and with
/// it no keystream, is used twice.
///
/// Starts at index 0 with none seen. `Size` is a multiple of 64.
template <size_t Size>
class replay_window {
public:
  static_assert(Size >= 64 && Size % 64 == 0);

  replay_window() = default;

  /// Marks all indices before `next` as seen.
  explicit replay_window(uint64_t next) {
    if (next == 0)
      return;
    highest_ = next - 1;
    words_.fill(~uint64_t{0});
  }

  /// The index after the highest marked one; 0 if none was marked.
  uint64_t next() const {
    return highest_ > 0 || (words_[0] & 1) != 0 ? highest_ + 1 : 0;
  }

  /// The highest marked index, or 0.
  uint64_t highest() const {
    return highest_;
  }

  /// Whether `index` is inside or ahead of the window and was not marked.
  bool is_fresh(uint64_t index) const {
    if (index > highest_)
      return true;
    if (highest_ - index >= Size)
      return false;
    return (word(index) & bit(index)) == 0;
  }

  /// Marks a fresh index as seen; an index ahead moves the window.
  void mark(uint64_t index) {
    if (index > highest_) {
      forget(highest_ + 1, index);
      highest_ = index;
    }
    word(index) |= bit(index);
  }

private:
  static uint64_t bit(uint64_t index) {
    return uint64_t{1} << (index % 64);
  }

  uint64_t& word(uint64_t index) {
    return words_[index / 64 % words_.size()];
  }

  const uint64_t& word(uint64_t index) const {
    return words_[index / 64 % words_.size()];
  }

  // Clears the bits of [first, last], which older indices used.
  void forget(uint64_t first, uint64_t last) {
    if (last - first >= Size - 1) {
      words_.fill(0);
      return;
    }
    while (first <= last && first % 64 != 0)
      clear(first++);
    for (; first + 64 <= last; first += 64)
      word(first) = 0;
    while (first <= last)
      clear(first++);
  }

  void clear(uint64_t index) {
    word(index) &= ~bit(index);
  }

  uint64_t highest_ = 0;
  std::array<uint64_t, Size / 64> words_{};
};

} // namespace troupe::net
