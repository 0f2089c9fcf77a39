#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The dictionaries that describe a transport and its data channels.
namespace troupe::protocol {

/// Credentials of one ICE session (RFC 8445, section 5.3).
struct ice_parameters {
  std::string username_fragment;
  std::string password;
  /// Must be true in what the server sends, or no client connects.
  bool ice_lite = false;

  bool operator==(const ice_parameters&) const = default;
};

/// The transport protocol of a candidate.
enum class ice_protocol : uint8_t { udp, tcp };

/// "udp" or "tcp".
std::string_view to_string(ice_protocol protocol);

/// A host candidate of the server; TCP ones are passive (RFC 6544).
struct ice_candidate {
  std::string foundation;
  uint32_t priority = 0;
  /// An IP address or a host name. On the wire both as `ip`, for clients up to
  /// 3.7.2, and as `address`.
  std::string address;
  ice_protocol protocol = ice_protocol::udp;
  uint16_t port = 0;

  bool operator==(const ice_candidate&) const = default;
};

/// A STUN or TURN server that a client may use: an `RTCIceServer` of WebRTC.
struct ice_server {
  /// At least one; see net/ice/ice_server_url.hpp for their form.
  std::vector<std::string> urls;
  /// Of a TURN server, else empty. Not for logs.
  std::string username = {};
  std::string credential = {};

  bool operator==(const ice_server&) const = default;
};

/// The side that starts the DTLS handshake (RFC 5763, section 5).
enum class dtls_role : uint8_t { automatic, client, server };

/// "auto", "client" or "server".
std::string_view to_string(dtls_role role);

/// The hash of a certificate (RFC 8122, section 5).
struct dtls_fingerprint {
  /// "sha-1", "sha-224", "sha-256", "sha-384" or "sha-512".
  std::string algorithm;
  /// Pairs of upper-case hexadecimal digits separated by colons (Firefox
  /// refuses lower case), one per octet of the hash.
  std::string value;

  bool operator==(const dtls_fingerprint&) const = default;
};

/// One side of a DTLS handshake.
struct dtls_parameters {
  dtls_role role = dtls_role::automatic;
  /// Never empty after decoding.
  std::vector<dtls_fingerprint> fingerprints;

  bool operator==(const dtls_parameters&) const = default;
};

/// The SCTP parameters of a transport. Encoded with two generations of keys:
/// clients up to 3.20.0 read OS, MIS and maxMessageSize, later ones the others.
struct sctp_parameters {
  uint16_t port = 5000;
  /// The number of outgoing and of incoming streams.
  uint16_t os = 65'535;
  uint16_t mis = 65'535;
  /// Sizes in octets.
  uint32_t max_send_message_size = 262'144;
  uint32_t max_receive_message_size = 262'144;
  uint32_t send_buffer_size = 2'000'000;
  uint32_t per_stream_send_queue_limit = 2'000'000;
  uint32_t max_receiver_window_buffer_size = 5'242'880;
  bool is_data_channel = true;

  bool operator==(const sctp_parameters&) const = default;
};

/// The number of SCTP streams that an endpoint requests.
struct num_sctp_streams {
  uint16_t os = 1024;
  uint16_t mis = 1024;

  bool operator==(const num_sctp_streams&) const = default;
};

/// The SCTP capabilities of clients up to 3.20.0; later ones send none.
struct sctp_capabilities {
  num_sctp_streams num_streams;

  bool operator==(const sctp_capabilities&) const = default;
};

/// The SCTP stream of one data channel (RFC 8831, section 6.4).
struct sctp_stream_parameters {
  /// Below 65535 (RFC 8832, section 6).
  uint16_t stream_id = 0;
  bool ordered = true;
  /// At most one of these is set, and then `ordered` is false. In milliseconds.
  std::optional<uint16_t> max_packet_life_time;
  std::optional<uint16_t> max_retransmits;

  bool operator==(const sctp_stream_parameters&) const = default;
};

} // namespace troupe::protocol
