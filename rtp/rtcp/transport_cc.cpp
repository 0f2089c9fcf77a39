#include "rtp/rtcp/transport_cc.hpp"

#include <algorithm>

namespace troupe::rtp::rtcp {

namespace {

/// The symbols of a status (section 3.1.1). 3 is reserved.
enum symbol : uint8_t { not_received = 0, small_delta = 1, large_delta = 2 };

/// Octets before the first chunk, without the RTCP header.
constexpr size_t fixed_size = 16;

constexpr int64_t ticks_per_reference = 256;

/// How many statuses a chunk holds (sections 3.1.3 and 3.1.4).
uint16_t capacity(uint16_t chunk) {
  if ((chunk & 0x8000) == 0)
    return chunk & 0x1FFF;
  return (chunk & 0x4000) == 0 ? 14 : 7;
}

/// The symbol of the status that `left` - 1 statuses of the chunk follow.
uint8_t symbol_at(uint16_t chunk, uint16_t left) {
  if ((chunk & 0x8000) == 0)
    return (chunk >> 13) & 3;
  if ((chunk & 0x4000) == 0)
    return (chunk >> (left - 1)) & 1;
  return (chunk >> (2 * (left - 1))) & 3;
}

/// How many octets the deltas of a chunk's first `count` statuses take. Nothing
/// if one of them has the reserved symbol.
std::optional<size_t> delta_size(uint16_t chunk, uint16_t count) {
  if ((chunk & 0x8000) == 0) {
    auto x = symbol_at(chunk, 1);
    if (x > large_delta)
      return std::nullopt;
    return size_t{x} * count;
  }
  size_t result = 0;
  auto all = capacity(chunk);
  for (uint16_t i = 0; i < count; ++i) {
    auto x = symbol_at(chunk, static_cast<uint16_t>(all - i));
    if (x > large_delta)
      return std::nullopt;
    result += x;
  }
  return result;
}

uint8_t symbol_of(int32_t delta, int32_t lost) {
  if (delta == lost)
    return not_received;
  return delta >= 0 && delta <= 255 ? small_delta : large_delta;
}

int64_t to_ticks(net::duration x) {
  constexpr int64_t tick = 250'000;
  auto ns = std::chrono::nanoseconds{x}.count();
  return ns / tick - (ns % tick < 0 ? 1 : 0);
}

} // namespace

std::optional<transport_cc> transport_cc::parse(const packet_view& x) {
  auto in = net::byte_reader{x.body};
  transport_cc result;
  result.sender_ = rtp::ssrc{in.u32()};
  result.media_ = rtp::ssrc{in.u32()};
  result.base_ = in.u16();
  result.status_count_ = in.u16();
  auto reference = static_cast<int32_t>(in.u24() << 8) >> 8;
  result.reference_time_ = reference_ticks{reference};
  result.feedback_count_ = in.u8();
  size_t deltas = 0;
  auto left = result.status_count_;
  while (left > 0 && !in.failed()) {
    auto chunk = in.u16();
    auto count = std::min(left, capacity(chunk));
    auto size = delta_size(chunk, count);
    if (!size)
      return std::nullopt;
    deltas += *size;
    left = static_cast<uint16_t>(left - count);
  }
  if (in.failed() || result.status_count_ == 0 || in.remaining() < deltas)
    return std::nullopt;
  result.chunks_ = x.body.subspan(fixed_size, in.position() - fixed_size);
  result.deltas_ = in.bytes(deltas);
  return result;
}

transport_cc::cursor::cursor(const transport_cc& x)
    : chunks_(x.chunks_)
    , deltas_(x.deltas_)
    , time_(x.reference_time_)
    , sequence_number_(x.base_)
    , left_(x.status_count_) {}

std::optional<packet_status> transport_cc::cursor::next() {
  if (left_ == 0)
    return std::nullopt;
  --left_;
  auto result = packet_status{sequence_number_++, false, {}};
  auto size = size_t{next_symbol()};
  if (size == not_received)
    return result;
  auto p = deltas_.data();
  time_ +=
      delta_ticks{size == small_delta ? int16_t{*p}
                                      : static_cast<int16_t>(net::load_u16(p))};
  deltas_ = deltas_.subspan(size);
  result.received = true;
  result.arrival = time_;
  return result;
}

uint8_t transport_cc::cursor::next_symbol() {
  while (in_chunk_ == 0) {
    chunk_ = net::load_u16(chunks_.data());
    in_chunk_ = capacity(chunk_);
    chunks_ = chunks_.subspan(2);
  }
  return symbol_at(chunk_, in_chunk_--);
}

void transport_cc_builder::start(int64_t base, net::duration time) {
  auto ticks = to_ticks(time);
  base_ = base;
  reference_ = ticks >> 8;
  last_ = reference_ * ticks_per_reference;
  deltas_.clear();
}

bool transport_cc_builder::add(int64_t sequence_number, net::duration time) {
  if (sequence_number < next_sequence_number()
      || sequence_number - base_ >= static_cast<int64_t>(max_statuses))
    return false;
  auto ticks = to_ticks(time);
  auto delta = ticks - last_;
  if (delta < INT16_MIN || delta > INT16_MAX)
    return false;
  deltas_.resize(static_cast<size_t>(sequence_number - base_), lost);
  deltas_.push_back(static_cast<int32_t>(delta));
  last_ = ticks;
  return true;
}

void transport_cc_builder::write_chunks(net::byte_writer& out) const {
  auto at = [this](size_t i) {
    return i < deltas_.size() ? symbol_of(deltas_[i], lost)
                              : uint8_t{not_received};
  };
  for (size_t i = 0; i < deltas_.size();) {
    size_t run = 1;
    while (i + run < deltas_.size() && at(i + run) == at(i))
      ++run;
    size_t bits = 0; // statuses that fit one-bit symbols
    while (bits < 14 && at(i + bits) != large_delta)
      ++bits;
    if (run >= 14 || (run >= 7 && bits < 14)) {
      out.u16(static_cast<uint16_t>((at(i) << 13) | run));
      i += run;
      continue;
    }
    auto wide = bits < 14;
    uint16_t chunk = wide ? 0xC000 : 0x8000;
    for (size_t k = 0; k < (wide ? 7 : 14); ++k)
      chunk = static_cast<uint16_t>(
          chunk | at(i + k) << (wide ? 2 * (6 - k) : 13 - k));
    out.u16(chunk);
    i += wide ? 7 : 14;
  }
}

std::optional<size_t>
transport_cc_builder::build(rtp::ssrc sender, rtp::ssrc media,
                            uint8_t feedback_count,
                            net::mutable_byte_span out) const {
  if (empty() || out.size() < 4)
    return std::nullopt;
  auto body = net::byte_writer{out.subspan(4)};
  body.u32(value(sender));
  body.u32(value(media));
  body.u16(static_cast<uint16_t>(base_));
  body.u16(static_cast<uint16_t>(deltas_.size()));
  body.u24(static_cast<uint32_t>(reference_));
  body.u8(feedback_count);
  write_chunks(body);
  for (auto x : deltas_) {
    auto kind = symbol_of(x, lost);
    if (kind == small_delta)
      body.u8(static_cast<uint8_t>(x));
    else if (kind == large_delta)
      body.u16(static_cast<uint16_t>(x));
  }
  auto padding = -body.position() & 3;
  if (padding > 0) {
    body.zeros(padding - 1);
    body.u8(static_cast<uint8_t>(padding));
  }
  if (body.failed())
    return std::nullopt;
  out[0] = static_cast<uint8_t>(0x80 | (padding > 0 ? 0x20 : 0)
                                | transport_cc::format);
  out[1] = static_cast<uint8_t>(packet_type::transport_feedback);
  net::store_u16(&out[2], static_cast<uint16_t>(body.position() / 4));
  return 4 + body.position();
}

} // namespace troupe::rtp::rtcp
