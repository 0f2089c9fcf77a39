#pragma once

#include "net/base/bytes.hpp"
#include "net/base/transport_tuple.hpp"
#include "net/ice/stun_message_integrity.hpp"

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace troupe::net {

/// The class of a STUN message (RFC 8489, section 5).
enum class stun_class : uint8_t { request, indication, success, error };

/// The only STUN method that ICE uses (RFC 8489, section 18.2).
inline constexpr uint16_t stun_method_binding = 0x001;

using stun_transaction_id = std::array<uint8_t, 12>;

/// The error codes used here (RFC 8489, section 14.8; RFC 8445, section 16.1).
namespace stun_error {
inline constexpr uint16_t bad_request = 400;
inline constexpr uint16_t unauthorized = 401;
inline constexpr uint16_t unknown_attribute = 420;
inline constexpr uint16_t role_conflict = 487;
} // namespace stun_error

/// A parsed STUN message (RFC 8489): a view of its octets, which must outlive
/// it. If MESSAGE-INTEGRITY is present, only attributes that it covers are
/// reported; later ones are ignored, except FINGERPRINT (section 14.5).
class stun_message {
public:
  /// The largest message accepted, in octets; a check has about 100.
  static constexpr size_t max_size = 1500;

  /// How many unknown attributes are recorded; further ones are ignored.
  static constexpr size_t max_unknown = 8;

  /// Parses a whole datagram. Nullopt if the header, an attribute's length or
  /// the FINGERPRINT is invalid (sections 5, 14 and 14.7).
  static std::optional<stun_message> parse(byte_span datagram);

  stun_class type() const {
    return class_;
  }

  uint16_t method() const {
    return method_;
  }

  const stun_transaction_id& transaction_id() const {
    return transaction_id_;
  }

  /// The length of the whole message in octets.
  size_t size() const {
    return octets_.size();
  }

  /// USERNAME (section 14.3); empty if absent.
  std::string_view username() const {
    return username_;
  }

  /// Whether MESSAGE-INTEGRITY is present; see `verify_integrity`.
  bool has_integrity() const {
    return integrity_offset_ != 0;
  }

  /// Whether a FINGERPRINT is present; parse() has verified it.
  bool has_fingerprint() const {
    return has_fingerprint_;
  }

  /// Verifies MESSAGE-INTEGRITY (section 14.5). False if absent.
  bool verify_integrity(const stun_integrity_key& key) const;

  /// The same with the short-term credential `password`.
  bool verify_integrity(std::string_view password) const {
    return verify_integrity(stun_integrity_key{password});
  }

  /// PRIORITY (RFC 8445, section 16.1).
  std::optional<uint32_t> priority() const {
    return priority_;
  }

  /// ICE-CONTROLLING and ICE-CONTROLLED: the tie-breaker.
  std::optional<uint64_t> controlling() const {
    return controlling_;
  }

  std::optional<uint64_t> controlled() const {
    return controlled_;
  }

  bool use_candidate() const {
    return use_candidate_;
  }

  /// The nomination attribute of ICE renomination, by its old type 0xC001 or
  /// the newer 0x0030.
  std::optional<uint32_t> nomination() const {
    return nomination_;
  }

  /// XOR-MAPPED-ADDRESS (RFC 8489, section 14.2).
  std::optional<socket_address> xor_mapped_address() const {
    return mapped_;
  }

  /// ERROR-CODE (section 14.8); 0 if absent.
  uint16_t error_code() const {
    return error_code_;
  }

  /// Comprehension-required attributes that are unknown (section 6.3.1).
  std::span<const uint16_t> unknown_attributes() const {
    return {unknown_.data(), unknown_count_};
  }

private:
  stun_message() = default;

  bool read_attribute(uint16_t type, byte_span value);

  bool check_fingerprint(size_t offset, byte_span value);

  void add_unknown(uint16_t type);

  byte_span octets_;
  stun_class class_ = stun_class::request;
  uint16_t method_ = 0;
  stun_transaction_id transaction_id_{};
  std::string_view username_;
  size_t integrity_offset_ = 0; // of the attribute; 0: absent
  bool has_fingerprint_ = false;
  bool use_candidate_ = false;
  std::optional<uint32_t> priority_;
  std::optional<uint64_t> controlling_;
  std::optional<uint64_t> controlled_;
  std::optional<uint32_t> nomination_;
  std::optional<socket_address> mapped_;
  uint16_t error_code_ = 0;
  std::array<uint16_t, max_unknown> unknown_{};
  size_t unknown_count_ = 0;
};

/// Writes a STUN message into a fixed buffer: attributes in call order, then
/// `finish`, which fails if the message does not fit.
class stun_writer {
public:
  stun_writer(mutable_byte_span out, stun_class type,
              const stun_transaction_id& id,
              uint16_t method = stun_method_binding);

  void username(std::string_view value);
  void priority(uint32_t value);
  void controlling(uint64_t tie_breaker);
  void controlled(uint64_t tie_breaker);
  void use_candidate();

  /// Adds a nomination by its old type, which every implementation accepts.
  void nomination(uint32_t value);

  void xor_mapped_address(const socket_address& address);

  /// Adds ERROR-CODE with an empty reason phrase.
  void error_code(uint16_t code);

  void unknown_attributes(std::span<const uint16_t> types);

  /// Adds any attribute, for tests and extensions.
  void attribute(uint16_t type, byte_span value);

  /// Adds MESSAGE-INTEGRITY (RFC 8489, section 14.5).
  void integrity(const stun_integrity_key& key);

  /// The same under `password`.
  void integrity(std::string_view password) {
    integrity(stun_integrity_key{password});
  }

  /// Adds FINGERPRINT, which must be the last attribute.
  void fingerprint();

  /// Returns the message, or nullopt if it did not fit.
  std::optional<byte_span> finish();

private:
  void begin(uint16_t type, size_t size);

  // Sets the header's length to the octets written plus `pending`.
  void set_length(size_t pending);

  byte_writer out_;
  stun_transaction_id transaction_id_;
};

/// Returns the username fragment of the addressed agent: the part of USERNAME
/// before the colon. Cheap, for routing only: it verifies neither integrity nor
/// fingerprint. Nullopt if `datagram` is not a Binding request or has no
/// USERNAME. The view points into `datagram`.
std::optional<std::string_view> stun_username_fragment(byte_span datagram);

} // namespace troupe::net
