#include "rtp/recording/ebml.hpp"

#include "net/base/assert.hpp"

#include <bit>

namespace troupe::rtp::ebml {

namespace {

/// Appends the lowest `count` octets of `x`.
void append_octets(std::vector<uint8_t>& out, uint64_t x, size_t count) {
  for (; count > 0; --count)
    out.push_back(static_cast<uint8_t>(x >> 8 * (count - 1)));
}

/// How many octets a number takes, at least one.
size_t octet_count(uint64_t x) {
  size_t n = 1;
  while (n < 8 && x >> 8 * n != 0)
    ++n;
  return n;
}

} // namespace

void append_id(std::vector<uint8_t>& out, id x) {
  auto value = static_cast<uint32_t>(x);
  append_octets(out, value, octet_count(value));
}

void append_size(std::vector<uint8_t>& out, uint64_t size) {
  // All ones stand for an unknown size.
  size_t n = 1;
  while (n < 8 && size >= (uint64_t{1} << 7 * n) - 1)
    ++n;
  append_octets(out, size | uint64_t{1} << 7 * n, n);
}

void append_uint(std::vector<uint8_t>& out, id x, uint64_t value) {
  auto n = octet_count(value);
  append_id(out, x);
  append_size(out, n);
  append_octets(out, value, n);
}

void append_float(std::vector<uint8_t>& out, id x, double value) {
  append_id(out, x);
  append_size(out, sizeof value);
  append_octets(out, std::bit_cast<uint64_t>(value), sizeof value);
}

void append_binary(std::vector<uint8_t>& out, id x, net::byte_span value) {
  append_id(out, x);
  append_size(out, value.size());
  out.insert(out.end(), value.begin(), value.end());
}

void append_string(std::vector<uint8_t>& out, id x, std::string_view value) {
  append_binary(out, x, net::as_bytes(value));
}

void append_void(std::vector<uint8_t>& out, size_t size) {
  TROUPE_ASSERT(size >= 2 && size <= 128);
  append_id(out, id::void_element);
  append_size(out, size - 2);
  out.resize(out.size() + size - 2);
}

std::optional<sized_number> read_number(net::byte_span in) {
  if (in.empty() || in[0] == 0)
    return std::nullopt;
  sized_number x;
  x.length = static_cast<uint8_t>(std::countl_zero(in[0]) + 1);
  if (x.length > in.size())
    return std::nullopt;
  x.value = load_uint(in.first(x.length)) & ((uint64_t{1} << 7 * x.length) - 1);
  return x;
}

std::optional<element_header> read_header(net::byte_span in) {
  auto name = read_number(in);
  if (!name || name->length > 4)
    return std::nullopt;
  auto size = read_number(in.subspan(name->length));
  if (!size)
    return std::nullopt;
  element_header x;
  x.id = static_cast<uint32_t>(load_uint(in.first(name->length)));
  x.length = static_cast<uint8_t>(name->length + size->length);
  if (size->value != (uint64_t{1} << 7 * size->length) - 1)
    x.size = size->value;
  return x;
}

uint64_t load_uint(net::byte_span data) {
  uint64_t value = 0;
  for (auto x : data)
    value = value << 8 | x;
  return value;
}

double load_float(net::byte_span data) {
  if (data.size() == 8)
    return std::bit_cast<double>(net::load_u64(data.data()));
  if (data.size() == 4)
    return std::bit_cast<float>(net::load_u32(data.data()));
  return 0;
}

} // namespace troupe::rtp::ebml
