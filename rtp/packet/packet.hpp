#pragma once

#include "net/base/buffer.hpp"
#include "rtp/base/types.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::rtp {

/// Octets of the fixed part of an RTP header (RFC 3550, section 5.1).
inline constexpr size_t fixed_header_size = 12;

/// An RTP packet (RFC 3550, section 5.1): its plaintext octets, shared and
/// never changed, and the fields of its header, read once. The value takes 40
/// octets; copies share the packet's octets.
class packet {
public:
  /// Reads the header of `data`, which must be a whole plaintext RTP packet
  /// that begins at the buffer's first octet. Nothing if version, CSRC count,
  /// extension length or padding do not fit its size.
  static std::optional<packet> parse(net::buffer_ptr data, time_point arrival);

  rtp::ssrc ssrc() const {
    return ssrc_;
  }

  rtp::payload_type payload_type() const {
    return payload_type_;
  }

  uint16_t sequence_number() const {
    return sequence_number_;
  }

  uint32_t timestamp() const {
    return timestamp_;
  }

  bool marker() const {
    return marker_;
  }

  /// The time at which the socket received it.
  time_point arrival() const {
    return arrival_;
  }

  /// Everything up to the payload: fixed header, CSRCs, extensions.
  net::byte_span header() const {
    return bytes().first(payload_offset_);
  }

  /// The contributing sources, four octets each.
  net::byte_span csrcs() const {
    auto count = size_t{bytes()[0]} & 0x0F;
    return bytes().subspan(fixed_header_size, 4 * count);
  }

  /// The payload without padding.
  net::byte_span payload() const {
    return bytes().subspan(payload_offset_, payload_size_);
  }

  /// The octets of padding after the payload, the count octet included.
  uint8_t padding() const {
    return padding_;
  }

  /// Octets of the whole packet.
  size_t size() const {
    return bytes().size();
  }

  /// The value of the RFC 8285 extension element `id` (one-byte or two-byte
  /// form), or an empty span with `data() == nullptr` if it is absent. `id` 0
  /// is always absent. The first of repeated elements counts.
  net::byte_span extension(uint8_t id) const;

  /// The extension block's profile-defined field (0 without a block) and its
  /// body, to be parsed by extension_walker.
  uint16_t extension_profile() const {
    return extension_profile_;
  }

  net::byte_span extension_block() const {
    return bytes().subspan(extension_offset_, extension_size_);
  }

  /// The same packet in `copy`, which holds the same octets.
  packet moved_to(net::buffer_ptr copy) const {
    auto result = *this;
    result.data_ = std::move(copy);
    return result;
  }

  /// The whole packet as it arrived.
  net::byte_span octets() const {
    return bytes();
  }

  /// Gives up the octets, so that they can be changed in place (RTX, RFC 4588).
  /// The caller may write them only if it holds the sole copy of this packet.
  /// The packet must not be used afterwards.
  net::buffer_ptr take_buffer() && {
    return std::move(data_);
  }

private:
  packet(net::buffer_ptr data, time_point arrival)
      : data_(std::move(data))
      , arrival_(arrival) {}

  net::byte_span bytes() const {
    return std::as_const(*data_).bytes();
  }

  net::buffer_ptr data_;
  time_point arrival_;
  // Filled by parse.
  rtp::ssrc ssrc_{};
  uint32_t timestamp_ = 0;
  uint16_t sequence_number_ = 0;
  rtp::payload_type payload_type_{};
  bool marker_ = false;
  uint16_t extension_profile_ = 0;
  uint16_t extension_offset_ = 0;
  uint16_t extension_size_ = 0;
  uint16_t payload_offset_ = 0;
  uint16_t payload_size_ = 0;
  uint8_t padding_ = 0;
};

/// The packets of a producer from one socket burst, in order of arrival; shared
/// with all its consumers and never changed.
using rtp_batch = std::shared_ptr<const std::vector<packet>>;

} // namespace troupe::rtp
