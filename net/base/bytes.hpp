#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace troupe::net {

/// Octets that are only read.
using byte_span = std::span<const uint8_t>;

/// Octets that may be written.
using mutable_byte_span = std::span<uint8_t>;

/// Views text as octets.
inline byte_span as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// Views octets as text.
inline std::string_view as_text(byte_span bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The octets that `n` octets take with their padding to a multiple of four.
constexpr size_t pad_to_four(size_t n) {
  return (n + 3) & ~size_t{3};
}

/// Reads a big-endian number from the first 2, 3, 4 or 8 octets at `p`.
inline uint16_t load_u16(const uint8_t* p) {
  return static_cast<uint16_t>((p[0] << 8) | p[1]);
}

inline uint32_t load_u24(const uint8_t* p) {
  return (uint32_t{p[0]} << 16) | (uint32_t{p[1]} << 8) | p[2];
}

inline uint32_t load_u32(const uint8_t* p) {
  return (uint32_t{p[0]} << 24) | load_u24(p + 1);
}

inline uint64_t load_u64(const uint8_t* p) {
  return (uint64_t{load_u32(p)} << 32) | load_u32(p + 4);
}

/// Writes a big-endian number to the first 2, 3, 4 or 8 octets at `p`.
inline void store_u16(uint8_t* p, uint16_t x) {
  p[0] = static_cast<uint8_t>(x >> 8);
  p[1] = static_cast<uint8_t>(x);
}

inline void store_u24(uint8_t* p, uint32_t x) {
  p[0] = static_cast<uint8_t>(x >> 16);
  store_u16(p + 1, static_cast<uint16_t>(x));
}

inline void store_u32(uint8_t* p, uint32_t x) {
  p[0] = static_cast<uint8_t>(x >> 24);
  store_u24(p + 1, x);
}

inline void store_u64(uint8_t* p, uint64_t x) {
  store_u32(p, static_cast<uint32_t>(x >> 32));
  store_u32(p + 4, static_cast<uint32_t>(x));
}

/// Reads big-endian numbers and runs of octets, never past the end. The first
/// read that does not fit sets `failed()`; it and all later ones yield zeros
/// or empty spans, so a parser may check once at its end.
class byte_reader {
public:
  explicit byte_reader(byte_span in) : in_(in) {}

  uint8_t u8() {
    auto p = take(1);
    return p ? *p : uint8_t{0};
  }

  uint16_t u16() {
    auto p = take(2);
    return p ? load_u16(p) : uint16_t{0};
  }

  uint32_t u24() {
    auto p = take(3);
    return p ? load_u24(p) : 0;
  }

  uint32_t u32() {
    auto p = take(4);
    return p ? load_u32(p) : 0;
  }

  uint64_t u64() {
    auto p = take(8);
    return p ? load_u64(p) : 0;
  }

  /// The next `n` octets, as a view into the input.
  byte_span bytes(size_t n) {
    auto p = take(n);
    return p ? byte_span{p, n} : byte_span{};
  }

  bool skip(size_t n) {
    return take(n) != nullptr;
  }

  size_t remaining() const {
    return in_.size() - pos_;
  }

  size_t position() const {
    return pos_;
  }

  bool failed() const {
    return failed_;
  }

private:
  const uint8_t* take(size_t n) {
    if (failed_ || n > remaining()) {
      failed_ = true;
      return nullptr;
    }
    auto p = in_.data() + pos_;
    pos_ += n;
    return p;
  }

  byte_span in_;
  size_t pos_ = 0;
  bool failed_ = false;
};

/// Writes big-endian numbers and runs of octets into a fixed buffer, never
/// past its end. The first write that does not fit sets `failed()`.
class byte_writer {
public:
  explicit byte_writer(mutable_byte_span out) : out_(out) {}

  void u8(uint8_t x) {
    if (auto p = take(1))
      *p = x;
  }

  void u16(uint16_t x) {
    if (auto p = take(2))
      store_u16(p, x);
  }

  void u24(uint32_t x) {
    if (auto p = take(3))
      store_u24(p, x);
  }

  void u32(uint32_t x) {
    if (auto p = take(4))
      store_u32(p, x);
  }

  void u64(uint64_t x) {
    if (auto p = take(8))
      store_u64(p, x);
  }

  void bytes(byte_span x) {
    auto p = take(x.size());
    if (p && !x.empty())
      std::memcpy(p, x.data(), x.size());
  }

  void zeros(size_t n) {
    auto p = take(n);
    if (p && n > 0)
      std::memset(p, 0, n);
  }

  size_t position() const {
    return pos_;
  }

  size_t remaining() const {
    return out_.size() - pos_;
  }

  bool failed() const {
    return failed_;
  }

  /// What has been written so far.
  mutable_byte_span written() const {
    return out_.first(pos_);
  }

private:
  uint8_t* take(size_t n) {
    if (failed_ || n > remaining()) {
      failed_ = true;
      return nullptr;
    }
    auto p = out_.data() + pos_;
    pos_ += n;
    return p;
  }

  mutable_byte_span out_;
  size_t pos_ = 0;
  bool failed_ = false;
};

} // namespace troupe::net
