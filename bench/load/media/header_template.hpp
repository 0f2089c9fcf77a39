#pragma once

#include "net/base/bytes.hpp"
#include "rtp/packet/header_extensions.hpp"

#include <array>
#include <string_view>

namespace troupe::load {

/// The RTP header of one stream with its extensions, built once; each packet
/// only patches the fields that change.
class header_template {
public:
  static constexpr size_t capacity = 128;

  /// The fixed fields of the stream's packets.
  struct config {
    rtp::ssrc ssrc{};
    rtp::payload_type payload_type{};
    rtp::extension_map extensions;
    /// Omitted if empty or without an extension id.
    std::string_view mid = {};
    std::string_view rid = {};
    std::string_view repaired_rid = {};
    bool audio_level = false;
  };

  header_template() = default;

  /// Uses the one-byte form (RFC 8285, section 4.2): ids up to 14, texts of up
  /// to 16 octets; other elements are omitted.
  explicit header_template(const config& x);

  size_t size() const {
    return size_;
  }

  /// Writes the header of one packet to `out`, which has `size` octets.
  void write(uint8_t* out, uint16_t sequence, uint32_t timestamp, bool marker,
             uint8_t audio_level = 127) const;

  /// Offsets of the values that the transport writes; 0 if absent.
  size_t abs_send_time_offset() const {
    return abs_send_time_;
  }

  size_t transport_cc_offset() const {
    return transport_cc_;
  }

private:
  size_t append(uint8_t id, net::byte_span value);

  std::array<uint8_t, capacity> bytes_{};
  size_t size_ = 12;
  size_t abs_send_time_ = 0;
  size_t transport_cc_ = 0;
  size_t audio_level_ = 0;
};

} // namespace troupe::load
