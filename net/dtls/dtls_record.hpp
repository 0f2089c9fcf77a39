#pragma once

#include "net/base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace troupe::net {

enum class dtls_role : uint8_t;

/// One record of a datagram, header included (RFC 6347, section 4.1).
struct dtls_record {
  uint8_t type;
  uint16_t epoch;
  byte_span octets;

  byte_span body() const {
    return octets.subspan(header_octets);
  }

  /// Whether it belongs to a handshake: ChangeCipherSpec or a message.
  bool is_handshake() const;

  /// Whether it is an alert that only who has the keys can read.
  bool is_encrypted_alert() const;

  static constexpr size_t header_octets = 13;
};

/// Cuts the first record off `datagram`. Nothing where what is left is no
/// whole record of DTLS 1.0 to 1.2.
std::optional<dtls_record> take_dtls_record(byte_span& datagram);

/// Decides which plaintext records of a handshake in progress may reach
/// OpenSSL. Anyone who can write to the transport's address can write these,
/// and OpenSSL ends the association on many of them. So only what a peer of
/// the other role may say passes: alerts never do, handshake messages only
/// with a sound header.
///
/// It also bounds what OpenSSL buffers: the lengths that messages claim add up
/// to at most max_octets.
class handshake_filter {
public:
  static constexpr size_t max_octets = 48 * 1024;

  /// For a connection of the given role.
  explicit handshake_filter(dtls_role role) : role_(role) {}

  /// Whether this record of epoch 0 may pass.
  bool admits(const dtls_record& record);

private:
  struct fragment;

  static std::optional<fragment> take_fragment(byte_reader& in);

  bool expects(const fragment& x) const;

  bool admits(const fragment& x);

  dtls_role role_;
  size_t claimed_octets_ = 0;
  std::array<uint32_t, 10> claimed_{}; // by message_seq; length plus 1
};

} // namespace troupe::net
