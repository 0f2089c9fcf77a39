#include "rtp/send/sequence_rewriter.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

constexpr uint32_t half_cycle = 32768;

// A run of this length is cut to half: older numbers are of no use.
constexpr uint32_t max_length = 1 << 20;

// The low octet of a tag holds the choice of packets (layers), the rest the
// change of their numbers. A hole after dropped packets keeps the choice before
// it, but takes the change of the packet after it.
constexpr uint32_t choice_bits = 0xFF;

} // namespace

sequence_rewriter::sequence_rewriter(uint16_t initial)
    : next_output_(initial) {}

std::optional<uint16_t> sequence_rewriter::forward(origin x, uint32_t tag) {
  if (count_ > 0) {
    auto& r = newest();
    auto end = r.begin + r.length;
    if (x.source == r.source && x.sequence < end)
      return lookup(x);
    if (!resync_) {
      if (x.source != r.source)
        return lookup(x);
      if (r.length == 0)
        r.tag = x.sequence == end
                    ? tag
                    : (tag & ~choice_bits) | (r.tag & choice_bits);
      if (x.sequence - end <= max_hole && tag == r.tag) {
        extend(r, x.sequence + 1);
        return static_cast<uint16_t>(next_output_ - 1);
      }
      if (x.sequence - end <= max_hole)
        extend(r, x.sequence);
      else
        ++next_output_;
    } else if (auto late = lookup(x)) {
      return late;
    }
  }
  open(x, next_output_, tag);
  extend(newest(), x.sequence + 1);
  resync_ = false;
  return static_cast<uint16_t>(next_output_ - 1);
}

void sequence_rewriter::drop(origin x, uint32_t tag) {
  if (count_ == 0 || resync_)
    return;
  auto& r = newest();
  auto end = r.begin + r.length;
  if (x.source != r.source || x.sequence < end)
    return;
  if (x.sequence - end > max_hole) {
    ++next_output_;
  } else if (x.sequence > end) {
    auto hole = (tag & ~choice_bits) | (r.tag & choice_bits);
    if (hole != r.tag)
      open({x.source, end}, next_output_, hole);
    extend(newest(), x.sequence);
  }
  open({x.source, x.sequence + 1}, next_output_, tag);
}

bool sequence_rewriter::is_new(origin x) const {
  if (count_ == 0)
    return true;
  auto& r = at(0);
  if (x.source == r.source && x.sequence < r.begin + r.length)
    return false;
  return find(x) == nullptr;
}

std::optional<uint16_t> sequence_rewriter::lookup(origin x) const {
  auto* r = find(x);
  if (r == nullptr)
    return std::nullopt;
  auto output = r->output + static_cast<uint32_t>(x.sequence - r->begin);
  if (next_output_ - output >= half_cycle)
    return std::nullopt;
  return static_cast<uint16_t>(output);
}

std::optional<uint32_t> sequence_rewriter::tag_of(origin x) const {
  auto* r = find(x);
  return r && lookup(x) ? std::optional{r->tag} : std::nullopt;
}

std::optional<sequence_rewriter::continuation>
sequence_rewriter::present_run(uint8_t source, uint32_t tag) const {
  if (count_ == 0 || resync_)
    return std::nullopt;
  auto& r = at(0);
  if (r.source != source || r.length == 0 || r.tag != tag)
    return std::nullopt;
  auto offset = r.output - static_cast<uint64_t>(r.begin);
  return continuation{r.begin + r.length, static_cast<uint16_t>(offset)};
}

std::optional<sequence_rewriter::origin>
sequence_rewriter::original(uint16_t output) const {
  auto age = static_cast<uint16_t>(next_output_ - 1 - output);
  if (age >= half_cycle)
    return std::nullopt;
  auto wide = next_output_ - 1 - age;
  for (auto i = size_t{0}; i < count_; ++i) {
    auto& r = at(i);
    if (wide - r.output < r.length)
      return origin{static_cast<uint8_t>(r.source),
                    r.begin + (wide - r.output)};
  }
  return std::nullopt;
}

const sequence_rewriter::run* sequence_rewriter::find(origin x) const {
  for (auto i = size_t{0}; i < count_; ++i) {
    auto& r = at(i);
    if (r.source == x.source && x.sequence >= r.begin
        && x.sequence < r.begin + r.length)
      return &r;
  }
  return nullptr;
}

sequence_rewriter::run& sequence_rewriter::newest() {
  return runs_[head_];
}

const sequence_rewriter::run& sequence_rewriter::at(size_t age) const {
  return runs_[(head_ + max_runs - age) % max_runs];
}

void sequence_rewriter::open(origin x, uint32_t output, uint32_t tag) {
  // An empty run has assigned no numbers and can be replaced.
  if (count_ == 0 || newest().length > 0) {
    head_ = static_cast<uint16_t>((head_ + 1) % max_runs);
    if (runs_.size() == runs_.capacity())
      runs_.reserve(std::min(2 * runs_.size() + 1, max_runs));
    if (head_ == runs_.size())
      runs_.emplace_back();
    if (count_ < max_runs)
      ++count_;
  }
  newest() = {x.sequence, output, 0, x.source, tag};
}

void sequence_rewriter::extend(run& r, int64_t end) {
  auto length = static_cast<uint32_t>(end - r.begin);
  if (length > max_length) {
    auto cut = length - max_length / 2;
    r.begin += cut;
    r.output += cut;
    length -= cut;
  }
  r.length = length & 0xFFFFFF;
  next_output_ = r.output + length;
}

} // namespace troupe::rtp
