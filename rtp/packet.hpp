#pragma once

#include "net/base/buffer.hpp"
#include "rtp/types.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace troupe::rtp {

/// One RTP packet (RFC 3550, section 5.1): its plaintext octets, shared and
/// never changed, and the fields of its header, read once. A value of some
/// 64 octets; copying shares the octets.
class packet {
public:
  /// Reads the header of `data`, which must be a whole plaintext RTP packet.
  /// Nothing where version, CSRC count, extension length or padding do not
  /// fit its size.
  static std::optional<packet> parse(net::buffer_ptr data, time_point arrival);

  rtp::ssrc ssrc() const;
  rtp::payload_type payload_type() const;
  uint16_t sequence_number() const;
  uint32_t timestamp() const;
  bool marker() const;

  /// When the socket handed it over.
  time_point arrival() const;

  /// Everything up to the payload: fixed header, CSRCs, extensions.
  net::byte_span header() const;

  /// The payload without padding.
  net::byte_span payload() const;

  /// How many octets of padding follow the payload, the count octet included.
  uint8_t padding() const;

  /// Octets of the whole packet.
  size_t size() const;

  /// The value of the RFC 8285 extension element `id` (one-byte or two-byte
  /// form), or an empty span with `data() == nullptr` where it is absent.
  /// `id` 0 is always absent.
  net::byte_span extension(uint8_t id) const;

  /// The whole extension block's profile-defined field and body, for walking.
  uint16_t extension_profile() const;
  net::byte_span extension_block() const;

private:
  net::buffer_ptr data_;
  time_point arrival_;
  // filled by parse
  uint16_t extension_offset_ = 0; // 0: no extension
  uint16_t extension_size_ = 0;
  uint16_t payload_offset_ = 0;
  uint16_t payload_size_ = 0;
  uint8_t padding_ = 0;
};

/// What one socket burst brought for one producer, in arrival order; shared
/// with all its consumers and never changed.
using rtp_batch = std::shared_ptr<const std::vector<packet>>;

} // namespace troupe::rtp
