#include "net/ice/stun_message.hpp"

#include "net/base/assert.hpp"
#include "net/ice/stun_message_integrity.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace troupe::net {

namespace {

constexpr size_t header_size = 20;
constexpr size_t attribute_header_size = 4;
constexpr size_t integrity_size = 20;
constexpr size_t fingerprint_size = 4;
constexpr uint32_t magic_cookie = 0x2112A442;
constexpr uint32_t fingerprint_mask = 0x5354554E;

// RFC 8489, section 18.3; RFC 8445, section 20.1.
enum attribute_type : uint16_t {
  attr_username = 0x0006,
  attr_message_integrity = 0x0008,
  attr_error_code = 0x0009,
  attr_unknown_attributes = 0x000A,
  attr_message_integrity_sha256 = 0x001C,
  attr_xor_mapped_address = 0x0020,
  attr_priority = 0x0024,
  attr_use_candidate = 0x0025,
  attr_nomination_new = 0x0030,
  attr_fingerprint = 0x8028,
  attr_ice_controlled = 0x8029,
  attr_ice_controlling = 0x802A,
  attr_nomination_old = 0xC001,
};

// The table k has the CRC of each octet followed by k zeros.
using crc_tables = std::array<std::array<uint32_t, 256>, 8>;

constexpr crc_tables make_crc_tables() {
  crc_tables tables{};
  for (uint32_t i = 0; i < 256; ++i) {
    auto x = i;
    for (auto& table : tables) {
      for (int bit = 0; bit < 8; ++bit)
        x = (x >> 1) ^ ((x & 1) != 0 ? 0xEDB88320u : 0u);
      table[i] = x;
    }
  }
  return tables;
}

// The CRC-32 of ITU V.42, which FINGERPRINT uses. Octet by octet, each look-up
// would wait for the one before it; the eight of a step do not.
uint32_t crc32(byte_span in) {
  static constexpr auto tables = make_crc_tables();
  uint32_t crc = 0xFFFFFFFF;
  for (; in.size() >= 8; in = in.subspan(8)) {
    const auto low = crc
                     ^ (in[0] | uint32_t{in[1]} << 8 | uint32_t{in[2]} << 16
                        | uint32_t{in[3]} << 24);
    crc = tables[7][low & 0xFF] ^ tables[6][(low >> 8) & 0xFF]
          ^ tables[5][(low >> 16) & 0xFF] ^ tables[4][low >> 24]
          ^ tables[3][in[4]] ^ tables[2][in[5]] ^ tables[1][in[6]]
          ^ tables[0][in[7]];
  }
  for (auto x : in)
    crc = tables[0][(crc ^ x) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

// HMAC-SHA1 over what precedes MESSAGE-INTEGRITY, as if the message ended
// with that attribute (RFC 8489, section 14.5).
stun_integrity_tag compute_integrity(byte_span before,
                                     const stun_integrity_key& key) {
  std::array<uint8_t, stun_message::max_size> copy;
  TROUPE_ASSERT(before.size() >= header_size && before.size() <= copy.size());
  std::ranges::copy(before, copy.begin());
  store_u16(copy.data() + 2,
            static_cast<uint16_t>(before.size() - header_size
                                  + attribute_header_size + integrity_size));
  return key.sign(byte_span{copy}.first(before.size()));
}

// The class bits are spread over the type (RFC 8489, section 5).
uint16_t encode_type(stun_class type, uint16_t method) {
  const auto c = static_cast<unsigned>(type);
  return static_cast<uint16_t>((method & 0x000F) | ((method & 0x0070) << 1)
                               | ((method & 0x0F80) << 2) | ((c & 1) << 4)
                               | ((c & 2) << 7));
}

stun_class decode_class(uint16_t type) {
  return static_cast<stun_class>(((type >> 4) & 1) | ((type >> 7) & 2));
}

uint16_t decode_method(uint16_t type) {
  return static_cast<uint16_t>((type & 0x000F) | ((type >> 1) & 0x0070)
                               | ((type >> 2) & 0x0F80));
}

// XORs an address with the cookie and the transaction (section 14.2). It is
// its own inverse.
void xor_address(mutable_byte_span ip, const stun_transaction_id& id) {
  std::array<uint8_t, 16> mask;
  store_u32(mask.data(), magic_cookie);
  std::ranges::copy(id, mask.begin() + 4);
  for (size_t i = 0; i < ip.size(); ++i)
    ip[i] ^= mask[i];
}

std::optional<socket_address> read_xor_address(byte_span value,
                                               const stun_transaction_id& id) {
  byte_reader in{value};
  in.skip(1);
  const auto family = in.u8();
  const auto port = static_cast<uint16_t>(in.u16() ^ (magic_cookie >> 16));
  const auto size = in.remaining();
  if (in.failed()
      || !((family == 1 && size == 4) || (family == 2 && size == 16)))
    return std::nullopt;
  std::array<uint8_t, 16> ip{};
  std::ranges::copy(in.bytes(size), ip.begin());
  xor_address(mutable_byte_span{ip}.first(size), id);
  return socket_address{byte_span{ip}.first(size), port};
}

std::optional<uint32_t> read_u32(byte_span value) {
  if (value.size() != 4)
    return std::nullopt;
  return load_u32(value.data());
}

std::optional<uint64_t> read_u64(byte_span value) {
  if (value.size() != 8)
    return std::nullopt;
  return load_u64(value.data());
}

} // namespace

// -- stun_message -------------------------------------------------------------

std::optional<stun_message> stun_message::parse(byte_span datagram) {
  if (datagram.size() < header_size || datagram.size() > max_size
      || datagram.size() % 4 != 0)
    return std::nullopt;
  byte_reader in{datagram};
  const auto type = in.u16();
  const auto length = in.u16();
  if (type > 0x3FFF || length != datagram.size() - header_size
      || in.u32() != magic_cookie)
    return std::nullopt;
  stun_message out;
  out.octets_ = datagram;
  out.class_ = decode_class(type);
  out.method_ = decode_method(type);
  std::ranges::copy(in.bytes(out.transaction_id_.size()),
                    out.transaction_id_.begin());
  while (in.remaining() > 0) {
    // FINGERPRINT is the last attribute (section 14.7).
    if (out.has_fingerprint_)
      return std::nullopt;
    const auto offset = in.position();
    const auto attribute = in.u16();
    const auto size = in.u16();
    const auto value = in.bytes(size);
    in.skip(pad_to_four(size) - size);
    if (in.failed())
      return std::nullopt;
    if (attribute == attr_fingerprint) {
      if (!out.check_fingerprint(offset, value))
        return std::nullopt;
    } else if (!out.has_integrity()) {
      if (attribute == attr_message_integrity) {
        if (size != integrity_size)
          return std::nullopt;
        out.integrity_offset_ = offset;
      } else if (!out.read_attribute(attribute, value)) {
        return std::nullopt;
      }
    }
  }
  return out;
}

bool stun_message::read_attribute(uint16_t type, byte_span value) {
  switch (type) {
    case attr_username:
      // At most 508 octets (section 14.3).
      username_ = as_text(value);
      return value.size() <= 508;
    case attr_priority:
      return (priority_ = read_u32(value)).has_value();
    case attr_ice_controlling:
      return (controlling_ = read_u64(value)).has_value();
    case attr_ice_controlled:
      return (controlled_ = read_u64(value)).has_value();
    case attr_use_candidate:
      use_candidate_ = true;
      return value.empty();
    case attr_nomination_old:
    case attr_nomination_new:
      return (nomination_ = read_u32(value)).has_value();
    case attr_xor_mapped_address:
      mapped_ = read_xor_address(value, transaction_id_);
      return mapped_.has_value();
    case attr_error_code:
      if (value.size() < 4 || value[3] > 99)
        return false;
      error_code_ = static_cast<uint16_t>((value[2] & 7) * 100 + value[3]);
      return true;
    case attr_unknown_attributes:
    case attr_message_integrity_sha256:
      return true;
    default:
      if (type < 0x8000)
        add_unknown(type);
      return true;
  }
}

bool stun_message::check_fingerprint(size_t offset, byte_span value) {
  has_fingerprint_ = true;
  return value.size() == fingerprint_size
         && load_u32(value.data())
                == (crc32(octets_.first(offset)) ^ fingerprint_mask);
}

void stun_message::add_unknown(uint16_t type) {
  if (unknown_count_ < max_unknown)
    unknown_[unknown_count_++] = type;
}

bool stun_message::verify_integrity(const stun_integrity_key& key) const {
  if (!has_integrity())
    return false;
  const auto tag = compute_integrity(octets_.first(integrity_offset_), key);
  const auto* sent = octets_.data() + integrity_offset_ + attribute_header_size;
  return CRYPTO_memcmp(tag.data(), sent, tag.size()) == 0;
}

// -- stun_writer --------------------------------------------------------------

stun_writer::stun_writer(mutable_byte_span out, stun_class type,
                         const stun_transaction_id& id, uint16_t method)
    : out_(out.first(std::min(out.size(), stun_message::max_size)))
    , transaction_id_(id) {
  out_.u16(encode_type(type, method));
  out_.u16(0);
  out_.u32(magic_cookie);
  out_.bytes(id);
}

void stun_writer::begin(uint16_t type, size_t size) {
  out_.u16(type);
  out_.u16(static_cast<uint16_t>(size));
}

void stun_writer::attribute(uint16_t type, byte_span value) {
  begin(type, value.size());
  out_.bytes(value);
  out_.zeros(pad_to_four(value.size()) - value.size());
}

void stun_writer::username(std::string_view value) {
  attribute(attr_username, as_bytes(value));
}

void stun_writer::priority(uint32_t value) {
  begin(attr_priority, 4);
  out_.u32(value);
}

void stun_writer::controlling(uint64_t tie_breaker) {
  begin(attr_ice_controlling, 8);
  out_.u64(tie_breaker);
}

void stun_writer::controlled(uint64_t tie_breaker) {
  begin(attr_ice_controlled, 8);
  out_.u64(tie_breaker);
}

void stun_writer::use_candidate() {
  begin(attr_use_candidate, 0);
}

void stun_writer::nomination(uint32_t value) {
  begin(attr_nomination_old, 4);
  out_.u32(value);
}

void stun_writer::xor_mapped_address(const socket_address& address) {
  auto ip = address.octets();
  const auto used =
      address.is_v4() ? mutable_byte_span{ip}.last(4) : mutable_byte_span{ip};
  xor_address(used, transaction_id_);
  begin(attr_xor_mapped_address, 4 + used.size());
  out_.u8(0);
  out_.u8(address.is_v4() ? 1 : 2);
  out_.u16(static_cast<uint16_t>(address.port() ^ (magic_cookie >> 16)));
  out_.bytes(used);
}

void stun_writer::error_code(uint16_t code) {
  begin(attr_error_code, 4);
  out_.u16(0);
  out_.u8(static_cast<uint8_t>(code / 100));
  out_.u8(static_cast<uint8_t>(code % 100));
}

void stun_writer::unknown_attributes(std::span<const uint16_t> types) {
  const auto size = types.size() * 2;
  begin(attr_unknown_attributes, size);
  for (auto x : types)
    out_.u16(x);
  out_.zeros(pad_to_four(size) - size);
}

void stun_writer::integrity(const stun_integrity_key& key) {
  if (out_.failed())
    return;
  const auto tag = compute_integrity(out_.written(), key);
  attribute(attr_message_integrity, tag);
  set_length(0);
}

void stun_writer::fingerprint() {
  if (out_.failed())
    return;
  set_length(attribute_header_size + fingerprint_size);
  const auto crc = crc32(out_.written());
  begin(attr_fingerprint, fingerprint_size);
  out_.u32(crc ^ fingerprint_mask);
}

std::optional<byte_span> stun_writer::finish() {
  if (out_.failed())
    return std::nullopt;
  set_length(0);
  return out_.written();
}

void stun_writer::set_length(size_t pending) {
  const auto size = out_.position() + pending - header_size;
  store_u16(out_.written().data() + 2, static_cast<uint16_t>(size));
}

// -- free functions -----------------------------------------------------------

std::optional<std::string_view> stun_username_fragment(byte_span datagram) {
  byte_reader in{datagram};
  const auto type = in.u16();
  in.skip(2);
  if (type != encode_type(stun_class::request, stun_method_binding)
      || in.u32() != magic_cookie)
    return std::nullopt;
  in.skip(std::tuple_size_v<stun_transaction_id>);
  while (!in.failed() && in.remaining() > 0) {
    const auto attribute = in.u16();
    const auto size = in.u16();
    const auto value = in.bytes(size);
    if (in.failed())
      break;
    if (attribute == attr_username) {
      const auto name = as_text(value);
      const auto colon = name.find(':');
      if (colon == std::string_view::npos || colon == 0)
        return std::nullopt;
      return name.substr(0, colon);
    }
    in.skip(pad_to_four(size) - size);
  }
  return std::nullopt;
}

} // namespace troupe::net
