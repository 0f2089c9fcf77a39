#pragma once

#include "net/base/prefetch.hpp"
#include "rtp/base/types.hpp"

#include <optional>
#include <vector>

namespace troupe::rtp {

/// Maps incoming sequences to the gapless sequence that a consumer sees.
/// Dropped input leaves no hole; lost input does, so that the consumer can NACK
/// it, and fills the hole if it arrives late.
///
/// Stored as runs of consecutive numbers with one offset each, so memory does
/// not grow with time; all before the last max_runs runs is forgotten.
/// Invariant: no two different inputs ever get the same 16-bit number within
/// half its cycle, and no input gets two numbers.
class sequence_rewriter {
public:
  static constexpr size_t max_runs = 40;

  /// A longer jump of the input is a restart, not loss: it leaves a hole of one
  /// number, as there is nothing to repair.
  static constexpr int64_t max_hole = 1000;

  /// An input: a sequence of one source (encoding).
  struct origin {
    uint8_t source = 0;
    int64_t sequence = 0;

    bool operator==(const origin&) const = default;
  };

  /// The first output is `initial`.
  explicit sequence_rewriter(uint16_t initial);

  /// The number for an input that is forwarded; nothing if it falls into a
  /// dropped, skipped or forgotten range. Call resync() before the first input
  /// of another source. `tag` is remembered with every new input and with the
  /// holes after it: see tag_of().
  std::optional<uint16_t> forward(origin x, uint32_t tag = 0);

  /// Notes that the input is not forwarded. A new input leaves no hole; a late
  /// one leaves the hole that it has. `tag` is remembered with the holes before
  /// it.
  void drop(origin x, uint32_t tag = 0);

  /// The next new input continues without a hole: after a pause, or when
  /// another source takes over.
  void resync() {
    resync_ = true;
  }

  /// Continues with `next`, whatever came before, and forgets all numbers:
  /// every input is new.
  void begin_anew(uint16_t next) {
    next_output_ = next;
    count_ = 0;
    resync_ = true;
  }

  /// Forgets all inputs, so that each is new, and continues the numbers without
  /// a hole.
  void forget_inputs() {
    count_ = 0;
    resync_ = true;
  }

  /// Whether forward() would now assign a number to an input: neither it nor,
  /// in the present run, any later input has been passed.
  bool is_new(origin x) const;

  /// The number that forward() gave or would give a late input, or nothing.
  std::optional<uint16_t> lookup(origin x) const;

  /// The tag at the position of a late input, or nothing if lookup() returns
  /// nothing.
  std::optional<uint32_t> tag_of(origin x) const;

  /// Whether an input is newer than all inputs of the present run.
  bool is_ahead(origin x) const {
    if (count_ == 0)
      return true;
    auto& r = runs_[head_];
    return x.source != r.source || x.sequence >= r.begin + r.length;
  }

  /// Where the present run continues.
  struct continuation {
    int64_t next = 0;    // the input expected next
    uint16_t offset = 0; // from inputs to numbers, modulo 2^16
  };

  /// How forward() would number the next inputs of a source, or nothing if more
  /// than their order decides that.
  std::optional<continuation> present_run(uint8_t source, uint32_t tag) const;

  /// The input that has the number, or nothing if none is remembered.
  std::optional<origin> original(uint16_t output) const;

  /// Prefetches what the next input will touch on the heap.
  void prefetch() const {
    if (count_ > 0)
      net::prefetch(&runs_[head_]);
  }

  /// Octets on the heap.
  size_t memory() const {
    return runs_.capacity() * sizeof(run);
  }

private:
  // Outputs are extended to 32 bits: 2^31 packets back and forth are enough.
  struct run {
    int64_t begin = 0; // first input
    uint32_t output = 0;
    uint32_t length : 24 = 0; // inputs, up to the newest one or the last drop
    uint32_t source : 8 = 0;
    uint32_t tag = 0;
  };

  const run* find(origin x) const;
  run& newest();
  const run& at(size_t age) const;
  void open(origin x, uint32_t output, uint32_t tag);
  void extend(run& r, int64_t end);

  std::vector<run> runs_; // a ring that grows to max_runs as it is needed
  uint32_t next_output_;
  uint16_t head_ = max_runs - 1; // index of the newest run
  uint16_t count_ = 0;
  bool resync_ = true;
};

} // namespace troupe::rtp
