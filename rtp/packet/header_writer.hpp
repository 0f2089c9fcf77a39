#pragma once

#include "net/base/prefetch.hpp"
#include "rtp/packet/header_extensions.hpp"

#include <array>
#include <span>
#include <utility>
#include <vector>

namespace troupe::rtp {

/// The header fields that are rewritten for one receiver.
struct rewritten_fields {
  rtp::payload_type payload_type{};
  uint16_t sequence_number = 0;
  uint32_t timestamp = 0;
  rtp::ssrc ssrc{};
  bool marker = false;
  /// Sets the padding bit; the payload sent along must then end in its padding.
  /// For probes; forwarded packets lose their padding.
  bool padding = false;
};

/// An extension value that replaces the source packet's or is added. An empty
/// value removes the element.
struct replaced_extension {
  extension what;
  net::byte_span value;
};

/// The offsets in the written header of values that egress changes: those that
/// only egress knows, and the dependency descriptor, whose frame number may
/// have to change. An offset of 0 means that the element is absent.
struct written_header {
  uint16_t size = 0;
  uint16_t abs_send_time_offset = 0;
  uint16_t transport_cc_offset = 0;
  uint16_t dependency_descriptor_offset = 0;

  bool operator==(const written_header&) const = default;
};

/// Enough octets for the header of any well-behaved sender's packet: CSRCs
/// (60), and 180 octets of extensions.
inline constexpr size_t max_header_size = 256;

/// Writes the header that a receiver sees in place of the original, without
/// allocating. One object serves one consumer and prepares once what does not
/// change from packet to packet.
///
/// Elements known to both sides keep their value and change their id; RID and
/// repaired RID are not forwarded. MID, abs-send-time and the transport-wide
/// sequence number are the receiver's own: set_mid() sets the first; the other
/// two are zero until patched. The one-byte form of RFC 8285 is used if all ids
/// and sizes fit, the two-byte form otherwise. CSRCs are kept.
class header_writer {
public:
  header_writer() = default;

  /// Translates the ids of a producer to those of a consumer.
  header_writer(const extension_map& source, const extension_map& destination);

  /// Sets the MID to send (at most 16 octets, as ours are; longer ones are
  /// cut), if the destination has an id for it. Empty, the default, sends none.
  void set_mid(std::string_view x);

  /// Writes the header that forwards `source` to `out`. Returns nothing if it
  /// does not fit. `replaced` names each extension at most once. It must not
  /// name MID, abs-send-time or transport-cc: they are ignored, like extensions
  /// that the receiver has no id for.
  std::optional<written_header>
  write(const packet& source, const rewritten_fields& fields,
        net::mutable_byte_span out,
        std::span<const replaced_extension> replaced = {}) const;

  /// Writes the header of our own packet, for a probe.
  std::optional<written_header>
  write(const rewritten_fields& fields, net::mutable_byte_span out,
        std::span<const replaced_extension> replaced = {}) const;

  /// Prefetches what write() touches of this object, in the one-byte form.
  void prefetch() const {
    net::prefetch(this, hot_end());
  }

  /// The octets of that, from the beginning of this object.
  size_t hot_octets() const {
    return static_cast<size_t>(hot_end()
                               - reinterpret_cast<const uint8_t*>(this));
  }

private:
  /// The receiver's own elements, encoded in one of the two forms.
  struct prefix {
    std::array<uint8_t, 32> bytes{};
    uint8_t size = 0;
    uint8_t abs_send_time = 0; // offset of the value; 0: absent
    uint8_t transport_cc = 0;

    /// Appends an element and returns the offset of its value.
    uint8_t append(bool two_byte, uint8_t id, net::byte_span value);
  };

  /// The elements of a source packet, to be rewritten.
  struct elements {
    uint16_t profile;
    net::byte_span block;
    std::span<const replaced_extension> replaced;
  };

  enum class outcome : uint8_t { done, needs_two_byte, no_space };

  void prepare();
  prefix encode(bool two_byte) const;
  bool is_own(extension x) const;
  // Stores the offset in `out` at which the dependency descriptor begins.
  outcome write_elements(const elements& in, bool two_byte,
                         net::byte_writer& out,
                         std::optional<size_t>& descriptor) const;
  std::optional<written_header> write_extensions(const elements& in,
                                                 net::mutable_byte_span out,
                                                 size_t offset) const;

  void add_translation(uint8_t source_id, uint8_t id);
  uint8_t translate(uint8_t source_id) const;

  const uint8_t* hot_end() const {
    return reinterpret_cast<const uint8_t*>(&destination_ + 1);
  }

  // These four are in one cache line. Source ids are mapped to destination ids:
  // those of the one-byte form by index, others (seldom any) as pairs.
  prefix one_byte_;
  bool one_byte_possible_ = true;
  std::array<uint8_t, 16> translate_{};
  extension_map destination_;

  std::vector<std::pair<uint8_t, uint8_t>> translate_wide_;
  std::array<uint8_t, 16> mid_{};
  uint8_t mid_size_ = 0;
  prefix two_byte_;
};

/// Writes the send time into a header; does nothing if it has no element for
/// it.
inline void patch_abs_send_time(net::mutable_byte_span header,
                                const written_header& layout, time_point now) {
  if (layout.abs_send_time_offset != 0)
    net::store_u24(header.data() + layout.abs_send_time_offset,
                   to_abs_send_time(now));
}

/// Writes the transport-wide sequence number into a header; does nothing if it
/// has no element for it.
inline void patch_transport_cc(net::mutable_byte_span header,
                               const written_header& layout,
                               uint16_t sequence_number) {
  if (layout.transport_cc_offset != 0)
    net::store_u16(header.data() + layout.transport_cc_offset, sequence_number);
}

/// Adds to the frame number of a dependency descriptor, modulo 2^16 (RTP
/// payload format for AV1, appendix A.8.2: 16 bits after one octet); does
/// nothing if there is none.
inline void patch_frame_number(net::mutable_byte_span header,
                               const written_header& layout, uint16_t shift) {
  if (layout.dependency_descriptor_offset == 0)
    return;
  auto p = header.data() + layout.dependency_descriptor_offset + 1;
  net::store_u16(p, static_cast<uint16_t>(net::load_u16(p) + shift));
}

} // namespace troupe::rtp
