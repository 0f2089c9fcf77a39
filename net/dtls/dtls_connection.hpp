#pragma once

#include "net/base/bytes.hpp"
#include "net/base/time.hpp"
#include "net/dtls/certificate.hpp"
#include "net/srtp/srtp_session.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::net {

/// Who sends the first ClientHello (RFC 8842, section 5): `client` is active.
enum class dtls_role : uint8_t { server, client };

/// As mediasoup names them.
enum class dtls_state : uint8_t {
  fresh,
  connecting,
  connected,
  failed,
  closed
};

/// What the handshake agreed on.
struct srtp_keys {
  srtp_profile profile;
  srtp_master_key local;  // protects what we send
  srtp_master_key remote; // unprotects what we receive
};

/// The most octets that send_data() takes. A datagram is at most 37 longer.
inline constexpr size_t dtls_max_data_octets = 1400;

/// One DTLS association over datagrams (RFC 6347; 1.3 where OpenSSL has it):
/// the handshake, the check of the peer's certificate against its signalled
/// fingerprint, the export of SRTP keys (RFC 5764), and application data.
///
/// Errors of the peer before the handshake is complete are dropped silently
/// and never tear the association down (THREATS, row 1); the handshake fails
/// only by its own deadline, a wrong fingerprint, or a peer that shares no SRTP
/// profile. The certificate is compared once its owner has proved to have the
/// key, so that nobody can end a handshake by injecting another one.
///
/// Hand it datagrams of the validated ICE tuple only: whoever gets a complete
/// ClientHello in first is answered, and the peer's own one is then taken for
/// a retransmission.
class dtls_connection {
public:
  /// Nothing is sent before `start`. `context` outlives the connection.
  explicit dtls_connection(const dtls_context& context);

  ~dtls_connection();

  dtls_connection(const dtls_connection&) = delete;
  dtls_connection& operator=(const dtls_connection&) = delete;

  /// Begins the handshake in the given role with the fingerprints that
  /// signaling brought. Start once ICE has a valid pair: the 30 s of the
  /// deadline begin here. A server may be handed datagrams earlier: they are
  /// kept (at most 64 KB) and answered once started. Only the first call
  /// counts.
  void start(dtls_role role, std::vector<certificate_fingerprint> remote,
             time_point now);

  /// Takes one datagram whose first octet is in [20, 63] (RFC 7983).
  void handle_datagram(byte_span datagram, time_point now);

  void handle_timeout(time_point now);

  /// The retransmission timer, the handshake's deadline (30 s), or nothing.
  std::optional<time_point> poll_timeout() const;

  /// The next datagram to send: at most 1200 octets during the handshake.
  /// Valid until the next call. To be polled in every state: a closed or
  /// failed connection may have a last one.
  std::optional<byte_span> poll_datagram();

  /// Decrypted application data (SCTP), in order of arrival.
  std::optional<std::vector<uint8_t>> poll_data();

  /// Encrypts and queues application data. False unless connected and the
  /// data has 1 to dtls_max_data_octets octets.
  bool send_data(byte_span data);

  dtls_state state() const;

  /// Set once connected.
  const std::optional<srtp_keys>& keys() const;

  /// Frees what only the DTLS records need (about 40 KB in OpenSSL), for a
  /// transport that carries no application data. State and keys stay, close()
  /// still says goodbye, but what the peer sends is no longer read, its
  /// close_notify included.
  ///
  /// A copy of our last flight stays where we spoke last, as a server does
  /// that resumes no sessions: a peer that repeats its own flight has missed
  /// ours and gets the same records again (RFC 6347, section 4.2.4), at most
  /// once per 100 ms, until confirm_peer() or for 60 s. A client spoke before
  /// its server, and being connected it knows that nothing of it is missing.
  ///
  /// Does nothing unless connected, nor with DTLS 1.3 before confirm_peer():
  /// there the last flight is acknowledged, which takes live keys.
  void release();

  /// Tells that the peer has shown to be connected too, by a packet that SRTP
  /// authenticated: it has our last flight, whose copy is no longer needed.
  void confirm_peer();

  /// Whether an encrypted alert has come that a released connection cannot
  /// read: perhaps the peer's close_notify, perhaps anybody's. Once for each.
  bool poll_unread_alert();

  /// Queues a close_notify, where the handshake was complete, and closes.
  /// The keys are gone then.
  void close();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::net
