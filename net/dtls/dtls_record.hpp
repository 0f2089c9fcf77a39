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

  /// Whether it is an alert that only the owner of the keys can read.
  bool is_encrypted_alert() const;

  static constexpr size_t header_octets = 13;
};

/// Removes the first record from `datagram` and returns it. Nullopt if the rest
/// is not a whole record of DTLS 1.0 to 1.2.
std::optional<dtls_record> take_dtls_record(byte_span& datagram);

/// Decides which plaintext records of a handshake in progress may reach
/// OpenSSL. Any host that can send to the transport's address can forge these
/// records, and OpenSSL ends the association on many of them. So only messages
/// that a peer of the other role may send pass: never alerts, and handshake
/// messages only with a valid header.
///
/// It also limits what OpenSSL buffers: the sum of the lengths that messages
/// claim is at most max_octets.
class handshake_filter {
public:
  static constexpr size_t max_octets = 48 * 1024;

  /// Makes a filter for a connection of the given role.
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
  std::array<uint32_t, 10> claimed_{}; // length plus 1, by message_seq
};

} // namespace troupe::net
