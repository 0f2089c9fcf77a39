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

/// The role that decides which side sends the first ClientHello: `client`, the
/// active side (RFC 8842, section 5).
enum class dtls_role : uint8_t { server, client };

/// The states of mediasoup.
enum class dtls_state : uint8_t {
  fresh,
  connecting,
  connected,
  failed,
  closed
};

/// The result of the handshake.
struct srtp_keys {
  srtp_profile profile;
  srtp_master_key local;  // protects what we send
  srtp_master_key remote; // unprotects what we receive
};

/// The maximum of octets for send_data(). Its datagram is at most 37 longer.
inline constexpr size_t dtls_max_data_octets = 1400;

/// One DTLS association over datagrams (RFC 6347; 1.3 where OpenSSL has it):
/// the handshake, the check of the peer's certificate against its signalled
/// fingerprint, the export of SRTP keys (RFC 5764), and application data.
///
/// Errors of the peer before the handshake is complete are dropped silently and
/// never end the association (docs/threats.md). The handshake fails only at its
/// own deadline, on a wrong fingerprint, or if the peer shares no SRTP profile.
/// The certificate is compared only once its owner has proved to have the key,
/// so an attacker cannot end a handshake by injecting another certificate.
///
/// Pass only datagrams of the validated ICE tuple: the first complete
/// ClientHello is answered, so an attacker's would make the peer's own look
/// like a retransmission.
class dtls_connection {
public:
  /// Sends nothing before `start`. `context` must outlive the connection.
  explicit dtls_connection(const dtls_context& context);

  ~dtls_connection();

  dtls_connection(const dtls_connection&) = delete;
  dtls_connection& operator=(const dtls_connection&) = delete;

  /// Begins the handshake in the given role with the fingerprints from
  /// signaling. Call it once ICE has a valid pair: the 30 s deadline begins
  /// here. A server may get datagrams earlier: they are kept (at most 64 KB)
  /// and answered after the start. Calls after the first have no effect.
  void start(dtls_role role, std::vector<certificate_fingerprint> remote,
             time_point now);

  /// Takes one datagram whose first octet is in [20, 63] (RFC 7983).
  void handle_datagram(byte_span datagram, time_point now);

  void handle_timeout(time_point now);

  /// The next retransmission or handshake deadline (30 s), or nullopt.
  std::optional<time_point> poll_timeout() const;

  /// The next datagram to send: at most 1200 octets during the handshake. Valid
  /// until the next call. Poll it in every state: a closed or failed connection
  /// may have a last one.
  std::optional<byte_span> poll_datagram();

  /// Decrypted application data (SCTP), in order of arrival.
  std::optional<std::vector<uint8_t>> poll_data();

  /// Encrypts and queues application data. Returns false unless connected and
  /// the data has 1 to dtls_max_data_octets octets.
  bool send_data(byte_span data);

  dtls_state state() const;

  /// Set once connected.
  const std::optional<srtp_keys>& keys() const;

  /// Frees the memory that only DTLS records need (about 40 KB in OpenSSL), for
  /// a transport that carries no application data. State and keys stay, and
  /// close() still sends its close_notify, but the peer's records are no longer
  /// read, including its close_notify.
  ///
  /// If we sent the last flight, as a server does that resumes no sessions, a
  /// copy stays. A peer that repeats its own flight has missed ours and is sent
  /// the same records again (RFC 6347, section 4.2.4), at most once per 100 ms,
  /// until confirm_peer() or for 60 s. A client sends its last flight before
  /// the server does, so once it is connected the server has all of it.
  ///
  /// Does nothing unless connected, or before confirm_peer() in DTLS 1.3, where
  /// acknowledging the last flight requires live keys.
  void release();

  /// Reports that the peer is connected too, as shown by a packet that SRTP
  /// authenticated: the peer has our last flight, so the copy is freed.
  void confirm_peer();

  /// Returns true once for each encrypted alert that a released connection
  /// cannot read: it may be the peer's close_notify, or be forged.
  bool poll_unread_alert();

  /// Queues a close_notify if the handshake was complete, and closes. The keys
  /// are erased.
  void close();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::net
