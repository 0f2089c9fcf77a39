#include "rtp/packet/header_writer.hpp"

#include "rtp/packet/extension_walker.hpp"

#include <algorithm>
#include <cstring>

namespace troupe::rtp {

namespace {

/// The size of the extension block's own header, in octets.
constexpr size_t block_header_size = 4;

bool fits_one_byte(uint8_t id, size_t size) {
  return id <= 14 && size >= 1 && size <= 16;
}

void write_element(net::byte_writer& out, bool two_byte, uint8_t id,
                   net::byte_span value) {
  if (two_byte) {
    out.u8(id);
    out.u8(static_cast<uint8_t>(value.size()));
  } else {
    out.u8(static_cast<uint8_t>((id << 4) | (value.size() - 1)));
  }
  out.bytes(value);
}

void write_fixed(const rewritten_fields& x, uint8_t csrc_count, uint8_t* p) {
  p[0] = static_cast<uint8_t>(0x80 | (x.padding ? 0x20 : 0) | csrc_count);
  p[1] = static_cast<uint8_t>((x.marker ? 0x80 : 0) | value(x.payload_type));
  net::store_u16(p + 2, x.sequence_number);
  net::store_u32(p + 4, x.timestamp);
  net::store_u32(p + 8, value(x.ssrc));
}

} // namespace

uint8_t header_writer::prefix::append(bool two_byte, uint8_t id,
                                      net::byte_span value) {
  auto out = net::byte_writer{net::mutable_byte_span{bytes}.subspan(size)};
  write_element(out, two_byte, id, value);
  TROUPE_ASSERT(!out.failed());
  size = static_cast<uint8_t>(size + out.position());
  return static_cast<uint8_t>(size - value.size());
}

header_writer::header_writer(const extension_map& source,
                             const extension_map& destination)
    : destination_(destination) {
  for (size_t i = 0; i < extension_count; ++i) {
    auto what = static_cast<extension>(i);
    if (what != extension::sdes_rid && what != extension::sdes_repaired_rid
        && !is_own(what) && source.has(what))
      add_translation(source.id(what), destination.id(what));
  }
  prepare();
}

void header_writer::add_translation(uint8_t source_id, uint8_t id) {
  if (source_id < translate_.size())
    translate_[source_id] = id;
  else
    translate_wide_.emplace_back(source_id, id);
}

uint8_t header_writer::translate(uint8_t source_id) const {
  if (source_id < translate_.size())
    return translate_[source_id];
  for (const auto& [from, to] : translate_wide_)
    if (from == source_id)
      return to;
  return 0;
}

void header_writer::set_mid(std::string_view x) {
  mid_size_ = static_cast<uint8_t>(std::min(x.size(), mid_.size()));
  std::copy_n(x.begin(), mid_size_, mid_.begin());
  prepare();
}

bool header_writer::is_own(extension x) const {
  return x == extension::sdes_mid || x == extension::abs_send_time
         || x == extension::transport_cc;
}

void header_writer::prepare() {
  one_byte_possible_ =
      (mid_size_ == 0 || destination_.id(extension::sdes_mid) <= 14)
      && destination_.id(extension::abs_send_time) <= 14
      && destination_.id(extension::transport_cc) <= 14;
  one_byte_ = one_byte_possible_ ? encode(false) : prefix{};
  two_byte_ = encode(true);
}

header_writer::prefix header_writer::encode(bool two_byte) const {
  static constexpr uint8_t zeros[3] = {};
  prefix out;
  if (auto id = destination_.id(extension::abs_send_time))
    out.abs_send_time = out.append(two_byte, id, zeros);
  if (auto id = destination_.id(extension::transport_cc))
    out.transport_cc = out.append(two_byte, id, net::byte_span{zeros}.first(2));
  if (auto id = destination_.id(extension::sdes_mid); id && mid_size_ > 0)
    out.append(two_byte, id, net::byte_span{mid_}.first(mid_size_));
  return out;
}

header_writer::outcome
header_writer::write_elements(const elements& in, bool two_byte,
                              net::byte_writer& out,
                              std::optional<size_t>& descriptor) const {
  constexpr size_t mandatory_size = 3; // of a dependency descriptor
  auto descriptor_id = destination_.id(extension::dependency_descriptor);
  const auto& own = two_byte ? two_byte_ : one_byte_;
  out.bytes(net::byte_span{own.bytes}.first(own.size));
  for (const auto& x : in.replaced) {
    auto id = destination_.id(x.what);
    if (id == 0 || is_own(x.what) || x.value.empty() || x.value.size() > 255)
      continue;
    if (!two_byte && !fits_one_byte(id, x.value.size()))
      return outcome::needs_two_byte;
    write_element(out, two_byte, id, x.value);
  }
  auto source = extension_walker{in.profile, in.block};
  while (auto x = source.next()) {
    auto id = translate(x->id);
    auto same = [&](const replaced_extension& r) {
      return destination_.id(r.what) == id;
    };
    if (id == 0 || std::any_of(in.replaced.begin(), in.replaced.end(), same))
      continue;
    if (!two_byte && !fits_one_byte(id, x->value.size()))
      return outcome::needs_two_byte;
    write_element(out, two_byte, id, x->value);
    if (id == descriptor_id && x->value.size() >= mandatory_size)
      descriptor = out.position() - x->value.size();
  }
  return out.failed() ? outcome::no_space : outcome::done;
}

std::optional<written_header>
header_writer::write_extensions(const elements& in, net::mutable_byte_span out,
                                size_t offset) const {
  auto block = out.subspan(std::min(offset + block_header_size, out.size()));
  auto two_byte = !one_byte_possible_;
  auto body = net::byte_writer{block};
  std::optional<size_t> descriptor;
  auto how = write_elements(in, two_byte, body, descriptor);
  if (how == outcome::needs_two_byte) {
    two_byte = true;
    body = net::byte_writer{block};
    how = write_elements(in, two_byte, body, descriptor);
  }
  if (how != outcome::done)
    return std::nullopt;
  if (body.position() == 0)
    return written_header{static_cast<uint16_t>(offset), 0, 0};
  body.zeros(-body.position() & 3);
  if (body.failed())
    return std::nullopt;
  auto profile = two_byte ? two_byte_profile : one_byte_profile;
  auto p = out.data();
  p[0] |= 0x10;
  net::store_u16(p + offset, profile);
  net::store_u16(p + offset + 2, static_cast<uint16_t>(body.position() / 4));
  auto start = offset + block_header_size;
  const auto& own = two_byte ? two_byte_ : one_byte_;
  auto locate = [&](uint8_t x) {
    return static_cast<uint16_t>(x == 0 ? 0 : start + x);
  };
  return written_header{
      static_cast<uint16_t>(start + body.position()), locate(own.abs_send_time),
      locate(own.transport_cc),
      static_cast<uint16_t>(descriptor ? start + *descriptor : 0)};
}

std::optional<written_header>
header_writer::write(const packet& source, const rewritten_fields& fields,
                     net::mutable_byte_span out,
                     std::span<const replaced_extension> replaced) const {
  auto csrcs = source.csrcs();
  auto offset = fixed_header_size + csrcs.size();
  if (out.size() < offset)
    return std::nullopt;
  write_fixed(fields, static_cast<uint8_t>(csrcs.size() / 4), out.data());
  if (!csrcs.empty())
    std::memcpy(out.data() + fixed_header_size, csrcs.data(), csrcs.size());
  return write_extensions(
      {source.extension_profile(), source.extension_block(), replaced}, out,
      offset);
}

std::optional<written_header>
header_writer::write(const rewritten_fields& fields, net::mutable_byte_span out,
                     std::span<const replaced_extension> replaced) const {
  if (out.size() < fixed_header_size)
    return std::nullopt;
  write_fixed(fields, 0, out.data());
  return write_extensions({0, {}, replaced}, out, fixed_header_size);
}

} // namespace troupe::rtp
