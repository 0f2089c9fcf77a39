#pragma once

#include "net/base/datagram.hpp"
#include "net/base/drop_reason.hpp"
#include "net/base/result.hpp"
#include "net/base/rng.hpp"
#include "net/base/time.hpp"
#include "net/dtls/dtls_connection.hpp"
#include "net/ice/ice_lite_agent.hpp"
#include "net/srtp/srtp_session.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

namespace troupe::net {

/// The DTLS role that the peer signalled.
enum class remote_dtls_role : uint8_t { automatic, client, server };

/// Why an operation of `webrtc_transport` failed.
enum class transport_errc : int {
  /// `connect` was called before.
  already_connected = 1,
  /// The peer signalled no fingerprint to verify its certificate with.
  no_fingerprint,
  /// The transport is closed.
  closed,
};

const std::error_category& transport_category();

std::error_code make_error_code(transport_errc code);

/// "new", "connecting", "connected", "failed" or "closed".
std::string_view to_string(dtls_state state);

struct dtls_state_changed {
  dtls_state state;
};

/// Whether the peer seems to have left: an alert arrived that can no longer be
/// decrypted, most likely its close_notify. If no ICE check follows for a
/// while, the transport closes. Otherwise the alert was forged, or the peer
/// stays.
struct peer_leaving {
  bool leaving;
};

/// An event of a transport. The first five come from ICE.
using transport_event =
    std::variant<ice_state_changed, selected_tuple_changed, tuple_added,
                 tuple_removed, username_fragment_retired, dtls_state_changed,
                 peer_leaving>;

/// A plaintext RTP packet or compound RTCP packet. It passed authentication and
/// the replay check but is not validated further: parse it with care.
struct incoming_packet {
  buffer_ptr data;
  time_point arrival;
};

/// Packets and octets on the wire, without UDP or TCP and lower headers.
struct traffic {
  uint64_t packets = 0;
  uint64_t bytes = 0;

  void add(size_t octets) {
    ++packets;
    bytes += octets;
  }
};

/// Counters of a transport. Monotonic.
struct transport_stats {
  /// All datagrams that arrived, refused or not.
  traffic received;
  /// All datagrams that were polled or protected for sending.
  traffic sent;
  /// The accepted RTP and RTCP among these (protected size).
  traffic rtp_received;
  traffic rtp_sent;
  traffic rtcp_received;
  traffic rtcp_sent;
  /// Refused datagrams by reason.
  drop_counters drops;
  /// Packets that `protect_*` refused: not connected, or refused by SRTP.
  uint64_t unsent = 0;
};

/// A client's WebRTC transport: ICE-lite, DTLS and SRTP over any number of
/// tuples that share one association. A plain single-threaded class: datagrams
/// go in; plaintext media, application data, datagrams to send, events and the
/// next timeout come out.
///
/// After any call that is not const, poll everything until empty and arm one
/// timer for `poll_timeout`.
///
/// Protection (docs/threats.md):
/// - Only STUN is accepted from tuples that ICE has not validated; DTLS and
///   SRTP from other tuples are dropped silently.
/// - No address is learnt from RTP. Everything but STUN responses goes to the
///   selected tuple only.
/// - SRTP is authenticated before any state changes; no number of bad packets
///   closes the transport.
///
/// The packet path does not allocate once warm: packets are decrypted in the
/// buffer they arrived in, and the queues reuse their memory.
class webrtc_transport {
public:
  struct config {
    /// Must outlive the transport.
    const dtls_context* dtls = nullptr;
    srtp_backend backend = srtp_backend::libsrtp2;
    /// How long a tuple lives after the peer's last check; 0: no limit.
    duration consent_timeout = ice_lite_agent::default_consent_timeout;
    /// Whether application data will be used. Without it, the memory of the
    /// DTLS records (about 40 KB) is freed after the handshake; after that the
    /// peer's close_notify cannot be read (see `peer_leaving`).
    bool application_data = true;
    /// RTP that arrived longer ago than this is dropped before decryption; RTCP
    /// and other datagrams are accepted however late.
    duration max_media_age = duration::max();
    /// For peers that send ICE checks without PRIORITY, or no consent checks
    /// (docs/adr/0046-consent-by-media.md): accepts such checks, and lets each
    /// authentic packet of SRTP or SRTCP on the selected tuple renew consent.
    bool lenient_ice = false;
  };

  /// How long a peer that seems to have left may be silent before the transport
  /// closes. Longer than the interval between two checks of a browser (RFC
  /// 7675, section 5.1: 4 to 6 s).
  static constexpr duration leaving_timeout = std::chrono::seconds{7};

  /// How long after a close_notify media may arrive that was sent before it.
  /// Only later media shows that a peer of `lenient_ice` has not left.
  static constexpr duration reordering_time = std::chrono::seconds{1};

  /// How long to wait for a peer that may have either DTLS role before starting
  /// as the client: longer than most round trips.
  static constexpr duration role_timeout = std::chrono::milliseconds{300};

  /// The most packets that wait to be polled, for RTP and RTCP each. More are
  /// dropped, which never happens to an owner that drains after each burst.
  static constexpr size_t max_queued = 1024;

  webrtc_transport(const config& cfg, rng& random);

  ~webrtc_transport();

  webrtc_transport(const webrtc_transport&) = delete;
  webrtc_transport& operator=(const webrtc_transport&) = delete;

  // -- control ---------------------------------------------------------------

  /// The ICE credentials to signal. Checks that name this username fragment
  /// must be routed here.
  const ice_credentials& local_ice() const;

  /// Restarts ICE and returns the new credentials. The old ones stay valid
  /// until the peer uses the new ones (`username_fragment_retired`). DTLS and
  /// SRTP are not affected.
  const ice_credentials& restart_ice(rng& random);

  /// Sets the peer's role and fingerprints. The handshake starts once ICE has a
  /// selected tuple as well, and must complete within 30 s from then. Returns
  /// our role: server if the peer is client, else client. Errors:
  /// transport_errc.
  result<dtls_role> connect(remote_dtls_role remote,
                            std::vector<certificate_fingerprint> fingerprints,
                            time_point now);

  /// Adds alternatives for a peer that does not identify which of its
  /// transports it means: further fingerprints it may present, and its role. If
  /// the roles differ, the peer's first datagram shows that it is the client;
  /// after `role_timeout` of silence it is the server. Does nothing once the
  /// handshake has begun.
  void allow(remote_dtls_role remote,
             const std::vector<certificate_fingerprint>& more);

  /// Queues a close_notify if DTLS is connected, and closes. That datagram and
  /// events may be left to poll. Idempotent.
  void close();

  // -- input -----------------------------------------------------------------

  /// Handles any datagram of this transport: one from a tuple announced by
  /// `tuple_added`, or a STUN request that names `local_ice`. Media is
  /// decrypted in place, so the buffer must not be shared yet.
  void handle_datagram(datagram x, time_point now);

  /// Keeps SRTP's state of a source until retire_source(), because its packets
  /// are forwarded. Other sources give way to new ones, so that a peer's random
  /// SSRCs do not block the sources of its next producer.
  void keep_source(uint32_t ssrc);

  /// Ends a source. Its highest indices stay, so that a replay is refused if
  /// the source returns.
  void retire_source(uint32_t ssrc);

  /// Reports that the TCP connection of this tuple has closed.
  void handle_tuple_closed(const transport_tuple& tuple);

  /// A check that changes nothing else came on this tuple at this time, and was
  /// answered elsewhere (see `ice_check_responder`): the peer consents, and has
  /// not left.
  void renew_consent(const transport_tuple& tuple, time_point at);

  /// Counts an RTP packet of so many octets that the owner dropped before it
  /// called handle_datagram(), because no consumer attends its source.
  void count_unattended(size_t octets) {
    stats_.received.add(octets);
    stats_.drops.add(drop_reason::unattended);
  }

  void handle_timeout(time_point now);

  // -- output ----------------------------------------------------------------

  /// When handle_timeout is next due, for ICE consent or DTLS. Leaves out the
  /// consent of the tuple `watched`, whose end the owner learns otherwise.
  std::optional<time_point>
  poll_timeout(const transport_tuple* watched = nullptr) const;

  /// The next STUN or DTLS datagram to send. Its octets stay valid until the
  /// next non-const call.
  std::optional<outgoing_datagram> poll_datagram();

  /// Received RTP and RTCP, decrypted, in order of arrival.
  std::optional<incoming_packet> poll_rtp();

  std::optional<incoming_packet> poll_rtcp();

  /// Received DTLS application data: SCTP packets.
  std::optional<std::vector<uint8_t>> poll_data();

  std::optional<transport_event> poll_event();

  // -- sending ---------------------------------------------------------------

  /// Whether media can be sent: a tuple is selected and DTLS is connected.
  bool can_send() const {
    return reported_dtls_ == dtls_state::connected
           && ice_.selected_tuple().has_value();
  }

  /// Hands over the sending side of SRTP: from now on its owner protects all
  /// packets, possibly on another thread, and `protect_*` refuse. Null before
  /// DTLS is connected, and if it was taken already.
  std::unique_ptr<srtp_sender> take_sender() {
    return std::move(sender_);
  }

  /// Protects an RTP packet into `out`, which must have space for header,
  /// payload and srtp_max_overhead, for sending to `selected_tuple`. `header`
  /// is everything before the payload. Returns the size. Nullopt if `can_send`
  /// is false, the sender was taken, or SRTP refuses (a packet index used
  /// before).
  std::optional<size_t> protect_rtp(byte_span header, byte_span payload,
                                    mutable_byte_span out);

  /// Protects a compound RTCP packet likewise, with srtcp_max_overhead.
  std::optional<size_t> protect_rtcp(byte_span packet, mutable_byte_span out);

  /// Sends at most dtls_max_data_octets of application data by DTLS. False if
  /// it cannot be sent now.
  bool send_data(byte_span data);

  // -- state -----------------------------------------------------------------

  /// The tuple to send media to.
  const std::optional<transport_tuple>& selected_tuple() const {
    return ice_.selected_tuple();
  }

  ice_state ice() const {
    return ice_.state();
  }

  dtls_state dtls() const {
    return reported_dtls_;
  }

  /// Whether the peer seems to have left (`peer_leaving`).
  bool leaving() const {
    return leaving_.has_value();
  }

  /// Whether the peer has left: DTLS closed without a call of `close`.
  bool left() const {
    return reported_dtls_ == dtls_state::closed && !closed_;
  }

  /// The negotiated profile, once connected.
  std::optional<srtp_profile> profile() const;

  const transport_stats& stats() const {
    return stats_;
  }

private:
  // A queue that reuses its memory: filled in bursts, then drained.
  class packet_queue {
  public:
    bool full() const {
      return packets_.size() == max_queued;
    }

    void push(incoming_packet x);
    std::optional<incoming_packet> pop();

  private:
    std::vector<incoming_packet> packets_;
    size_t first_ = 0;
  };

  std::optional<drop_reason> accept(datagram& x, time_point now);

  std::optional<drop_reason> handle_stun(const datagram& x, time_point now);

  std::optional<drop_reason> handle_dtls(const datagram& x, time_point now);

  std::optional<drop_reason> handle_rtp(datagram& x, time_point now);

  std::optional<drop_reason> handle_rtcp(datagram& x);

  void forward_ice_events();

  void set_leaving(std::optional<time_point> since);

  // Queues an authentic packet.
  void accept_media(datagram& x, size_t plain_size, packet_queue& queue,
                    traffic& kind);

  // The first authentic packet proves that the peer has our last flight; with
  // `lenient_ice` each proves consent.
  void note_media(const datagram& x);

  // Starts the handshake once a tuple, fingerprints and our role are known.
  void maybe_start_dtls(time_point now);
  bool role_is_known(time_point now);

  // Reports a change of the DTLS state; makes the SRTP pair on `connected`.
  void update_dtls();

  std::optional<size_t> count_sent(std::optional<size_t> size, traffic& kind);

  srtp_backend backend_;
  ice_lite_agent ice_;
  dtls_connection dtls_;
  std::unique_ptr<srtp_sender> sender_;
  std::unique_ptr<srtp_receiver> receiver_;
  std::vector<uint32_t> kept_sources_; // kept before keys exist too
  std::optional<dtls_role> role_;      // set by connect
  std::vector<certificate_fingerprint> fingerprints_;
  bool either_role_ = false;           // set by allow()
  std::optional<time_point> role_due_; // when to become the client
  bool dtls_started_ = false;
  bool application_data_;
  const duration max_media_age_;
  const bool lenient_ice_;
  bool peer_confirmed_ = false; // set by the first authentic packet
  bool media_is_noted_ = true;  // whether note_media() has anything to do
  bool closed_ = false;
  std::optional<time_point> leaving_; // since when it seems so
  dtls_state reported_dtls_ = dtls_state::fresh;
  std::optional<transport_tuple> close_notify_tuple_; // its target
  packet_queue rtp_;
  packet_queue rtcp_;
  std::deque<transport_event> events_;
  transport_stats stats_;
};

} // namespace troupe::net

template <>
struct std::is_error_code_enum<troupe::net::transport_errc> : std::true_type {};
