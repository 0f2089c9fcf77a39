#pragma once

#include "net/base/result.hpp"
#include "net/base/rng.hpp"
#include "net/base/time.hpp"
#include "net/datagram.hpp"
#include "net/drop_reason.hpp"
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

/// What the peer said of its part in DTLS.
enum class remote_dtls_role : uint8_t { automatic, client, server };

/// Why a verb of `webrtc_transport` failed.
enum class transport_errc : int {
  /// `connect` was called before.
  already_connected = 1,
  /// The peer gave no fingerprint to check its certificate against.
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

/// Whether the peer seems to have left: an alert has come that cannot be read
/// any more, most likely its close_notify. It is over when no check of ICE
/// follows for a while; else it was somebody else's, or a peer's that stays.
struct peer_leaving {
  bool leaving;
};

/// What has happened to a transport. The first five are ICE's.
using transport_event =
    std::variant<ice_state_changed, selected_tuple_changed, tuple_added,
                 tuple_removed, username_fragment_retired, dtls_state_changed,
                 peer_leaving>;

/// One plaintext RTP packet or compound RTCP packet. It has passed
/// authentication and the replay check, nothing more: parse it with care.
struct incoming_packet {
  buffer_ptr data;
  time_point arrival;
};

/// Packets and octets on the wire, headers below ours excluded.
struct traffic {
  uint64_t packets = 0;
  uint64_t bytes = 0;

  void add(size_t octets) {
    ++packets;
    bytes += octets;
  }
};

/// What a transport has seen. Monotonic.
struct transport_stats {
  /// Everything that arrived, refused or not.
  traffic received;
  /// Everything that was handed out for sending.
  traffic sent;
  /// Of these, accepted RTP and RTCP (protected size).
  traffic rtp_received;
  traffic rtp_sent;
  traffic rtcp_received;
  traffic rtcp_sent;
  /// Refused datagrams by reason.
  drop_counters drops;
  /// Packets that `protect_*` refused: not connected, or SRTP would not.
  uint64_t unsent = 0;
};

/// One client's way to this server: ICE-lite, DTLS and SRTP over any number
/// of tuples that share one association. Plain and single-threaded: datagrams
/// go in, plaintext media, application data, datagrams to send, events and
/// the next timeout come out.
///
/// After any call that is not const, poll everything until empty and arm one
/// timer for `poll_timeout`.
///
/// What protects it (THREATS, rows 1 to 4):
/// - Only STUN is taken from tuples that ICE has not validated; DTLS and SRTP
///   from elsewhere are dropped without a trace.
/// - No address is learnt from RTP. Everything but STUN responses goes to the
///   selected tuple alone.
/// - SRTP is authenticated before anything changes; no number of bad packets
///   closes the transport.
///
/// The packet path allocates nothing once warm: packets are decrypted in the
/// buffer they came in, and the queues reuse their memory.
class webrtc_transport {
public:
  struct config {
    /// Outlives the transport.
    const dtls_context* dtls = nullptr;
    srtp_backend backend = srtp_backend::libsrtp2;
    /// How long a tuple lives after the peer's last check; 0: for ever.
    duration consent_timeout = ice_lite_agent::default_consent_timeout;
    /// Whether application data will flow. Without it, the records of DTLS
    /// (some 40 KB) are freed as soon as the handshake is over; the peer's
    /// close_notify cannot be read from then on (see `peer_leaving`).
    bool application_data = true;
    /// RTP that arrived longer ago than this is dropped before it is
    /// decrypted; RTCP and all else is taken, however late.
    duration max_media_age = duration::max();
  };

  /// How long a peer that seems to have left may be silent until it has. More
  /// than lies between two checks of a browser's (RFC 7675, section 5.1: 4 to
  /// 6 s).
  static constexpr duration leaving_patience = std::chrono::seconds{7};

  /// How long a peer that may be in either role of DTLS is waited for before
  /// the handshake is begun: longer than the way there and back, mostly.
  static constexpr duration role_patience = std::chrono::milliseconds{300};

  /// Packets that may wait to be polled, RTP and RTCP each. Beyond, they are
  /// dropped: a shell that drains after each burst never comes near.
  static constexpr size_t max_queued = 1024;

  webrtc_transport(const config& cfg, rng& random);

  ~webrtc_transport();

  webrtc_transport(const webrtc_transport&) = delete;
  webrtc_transport& operator=(const webrtc_transport&) = delete;

  // -- control ---------------------------------------------------------------

  /// The ICE credentials to signal. Checks that name this username fragment
  /// must be routed here.
  const ice_credentials& local_ice() const;

  /// ICE restart: new credentials, which the result shows. The old ones stay
  /// valid until the peer uses the new ones (`username_fragment_retired`).
  /// DTLS and SRTP are untouched.
  const ice_credentials& restart_ice(rng& random);

  /// Says who the peer is. The handshake starts as soon as ICE has a selected
  /// tuple as well, and has 10 s from then. Returns our role: server where
  /// the peer is client, else client. Errors: transport_errc.
  result<dtls_role> connect(remote_dtls_role remote,
                            std::vector<certificate_fingerprint> fingerprints,
                            time_point now);

  /// Adds what may be meant as well, for a peer that does not say which of its
  /// transports it means: certificates by which it may show itself, and its
  /// role. Where the roles differ, the peer's first datagram shows that it is
  /// the client; after `role_patience` of silence it is the server. Nothing
  /// once the handshake has begun.
  void allow(remote_dtls_role remote,
             const std::vector<certificate_fingerprint>& more);

  /// Says goodbye by close_notify, where DTLS is connected, and closes. What
  /// is left to poll are that datagram and events. Idempotent.
  void close();

  // -- input -----------------------------------------------------------------

  /// Takes any datagram of this transport: one from a tuple that was
  /// announced by `tuple_added`, or a STUN request that names `local_ice`.
  /// Media is decrypted in place, so the buffer must not be shared yet.
  void handle_datagram(datagram x, time_point now);

  /// Somebody is given the packets with this SSRC: what SRTP knows of it stays
  /// until retire_source(). Sources that nobody keeps give way to new ones, so
  /// that a peer's random SSRCs do not shut out those of its next producer.
  void keep_source(uint32_t ssrc);

  /// The source has ended. Its highest indices stay: a replay is refused should
  /// it come again.
  void retire_source(uint32_t ssrc);

  /// Tells that the TCP connection under this tuple is gone.
  void handle_tuple_closed(const transport_tuple& tuple);

  void handle_timeout(time_point now);

  // -- output ----------------------------------------------------------------

  /// When handle_timeout is next wanted: consent, or DTLS.
  std::optional<time_point> poll_timeout() const;

  /// The next STUN or DTLS datagram to send. Its octets stay valid until the
  /// next call that is not const.
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

  /// Hands over the sending half of SRTP: from now on who has it protects all
  /// packets, perhaps on another thread, and `protect_*` refuse. Null before
  /// DTLS is connected, and when it was taken already.
  std::unique_ptr<srtp_sender> take_sender() {
    return std::move(sender_);
  }

  /// Protects an RTP packet into `out`, which has room for header, payload
  /// and srtp_max_overhead, for sending to `selected_tuple`. `header` is all
  /// that precedes the payload. Returns the size; nothing where `can_send` is
  /// false, the sender was taken, or SRTP refuses (a packet index used before).
  std::optional<size_t> protect_rtp(byte_span header, byte_span payload,
                                    mutable_byte_span out);

  /// The same for a compound RTCP packet and srtcp_max_overhead.
  std::optional<size_t> protect_rtcp(byte_span packet, mutable_byte_span out);

  /// Sends application data, at most dtls_max_data_octets, by DTLS. False
  /// where it cannot be sent now.
  bool send_data(byte_span data);

  // -- state -----------------------------------------------------------------

  /// Where to send media.
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

  /// Whether the peer has left: DTLS is over, and not by `close`.
  bool left() const {
    return reported_dtls_ == dtls_state::closed && !closed_;
  }

  /// What the handshake agreed on, once connected.
  std::optional<srtp_profile> profile() const;

  const transport_stats& stats() const {
    return stats_;
  }

private:
  // A queue that keeps its memory: filled in bursts, then drained.
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

  // Hands over a packet that was authentic: the peer has our last flight.
  void accept_media(datagram& x, size_t plain_size, packet_queue& queue,
                    traffic& kind);

  // Starts the handshake once there are a tuple and fingerprints, and it is
  // known who begins.
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
  std::vector<uint32_t> kept_;    // sources, known before there are keys
  std::optional<dtls_role> role_; // set by connect
  std::vector<certificate_fingerprint> fingerprints_;
  bool either_role_ = false;           // by allow; it will show
  std::optional<time_point> role_due_; // at the latest then
  bool dtls_started_ = false;
  bool application_data_;
  const duration max_media_age_;
  bool peer_confirmed_ = false; // by the first authentic packet
  bool closed_ = false;
  std::optional<time_point> leaving_; // the peer seems to, since then
  dtls_state reported_dtls_ = dtls_state::fresh;
  std::optional<transport_tuple> farewell_; // where close_notify goes
  packet_queue rtp_;
  packet_queue rtcp_;
  std::deque<transport_event> events_;
  transport_stats stats_;
};

} // namespace troupe::net

template <>
struct std::is_error_code_enum<troupe::net::transport_errc> : std::true_type {};
