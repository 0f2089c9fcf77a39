#pragma once

#include "bench/load/media/batch_socket.hpp"
#include "bench/load/media/impairment.hpp"
#include "bench/load/media/media_sink.hpp"
#include "bench/load/media/media_source.hpp"
#include "bench/load/media/media_stats.hpp"
#include "bench/load/media/timer_wheel.hpp"
#include "net/dtls/dtls_connection.hpp"
#include "net/ice/ice_lite_agent.hpp"
#include "net/ice/stun_message.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::load {

struct loop_services;
class media_transport;

enum class transport_state : uint8_t {
  /// ICE checks are being sent.
  checking,
  /// A check was answered: the DTLS handshake runs.
  handshaking,
  /// Media can flow.
  connected,
  /// DTLS failed: after 10 s, or because the certificate does not match.
  failed,
  /// Closed by `media_loop::close`.
  closed,
};

std::string_view to_string(transport_state x);

/// The server's transport as described by signaling.
struct transport_config {
  /// The candidate to use: UDP, IPv4 or IPv6.
  net::socket_address server;
  net::ice_credentials ice;
  std::vector<net::certificate_fingerprint> fingerprints;
  /// The client's own username fragment, if it was signalled; else random.
  std::string fragment;

  impairment_config impair_in;
  impairment_config impair_out;

  /// Called on the loop's thread when the state changes, never within a call
  /// into the transport. May close the transport.
  std::function<void(media_transport&, transport_state)> on_state;

  /// Called once when the first RTP packet has arrived; see `times`.
  std::function<void(media_transport&)> on_first_media;
};

/// One transport of one client, as in a browser: a connected socket, ICE in the
/// controlling role (a check every 50 ms until one is answered, then one every
/// 2.5 s, always with USE-CANDIDATE), DTLS as the client, SRTP, streams to
/// publish and streams to consume. Created by `media_loop::open`, used only on
/// its thread.
class media_transport {
public:
  static constexpr net::duration check_interval = std::chrono::milliseconds{50};
  static constexpr net::duration consent_interval =
      std::chrono::milliseconds{2500};
  static constexpr net::duration report_interval = std::chrono::seconds{1};

  media_transport(loop_services& services, batch_socket socket,
                  transport_config cfg);

  ~media_transport();

  media_transport(const media_transport&) = delete;
  media_transport& operator=(const media_transport&) = delete;

  transport_state state() const {
    return state_;
  }

  transport_times times() const;

  /// The SRTP profile, once connected.
  std::optional<net::srtp_profile> profile() const;

  // -- streams ---------------------------------------------------------------

  /// Publishes a stream, once the transport is connected. The result stays
  /// valid until `unpublish`.
  media_source& publish(const source_config& cfg);

  void unpublish(media_source& x);

  /// Stops or resumes sending, like pausing a producer.
  void set_active(media_source& x, bool on);

  /// Expects a stream. May come before or after its first packets.
  void add_consumer(const consumer_config& cfg);

  void remove_consumer(rtp::ssrc ssrc);

  /// The figures of one consumer.
  std::optional<consumer_report> report(rtp::ssrc consumer) const {
    return sink_.report(consumer);
  }

  // -- figures ---------------------------------------------------------------

  /// Since the last `reset_stats`, or the start.
  media_stats stats() const;

  /// Begins a measurement: resets everything but `times`.
  void reset_stats();

  // -- for the loop ----------------------------------------------------------

  int fd() const {
    return socket_.fd();
  }

  /// Reads the datagrams waiting in the socket.
  void receive();

  /// Sends close_notify and stops.
  void close();

private:
  friend class media_loop;

  /// A source's encoder and its timer.
  struct paced_encoder;

  void handle_incoming(net::mutable_byte_span x, net::time_point arrival);
  void handle_datagram(net::mutable_byte_span x, net::time_point arrival);
  void handle_stun(net::byte_span x);
  void handle_dtls(net::byte_span x);
  void handle_rtcp(net::mutable_byte_span x, net::time_point arrival);
  void handle_feedback(const rtp::rtcp::message& x, net::time_point arrival);
  void handle_nack(const rtp::rtcp::nack& x);
  void handle_housekeeping();
  void handle_frame(paced_encoder& x);
  void handle_delayed();

  stream_encoder* find(rtp::ssrc x);
  void check();
  void update_dtls();
  void start_source(media_source& x);
  void pace(paced_encoder& x);
  void send_reports(net::time_point now);
  void send_sink_rtcp();
  void send_rtcp(net::byte_span plain);
  void send_packets(stream_encoder& x);
  void send_dtls();

  // Adds the datagram that was written to the batch's buffer.
  void pushed(size_t size);
  void flush();
  void set_state(transport_state x);
  void rearm();
  void rearm_delay_timer();

  loop_services& services_;
  batch_socket socket_;
  transport_config config_;
  transport_state state_ = transport_state::checking;
  transport_times times_;

  // -- ICE -------------------------------------------------------------------
  std::string fragment_;
  uint64_t tie_breaker_;
  net::stun_transaction_id transaction_{};
  net::time_point next_check_;

  // -- DTLS and SRTP ---------------------------------------------------------
  net::dtls_connection dtls_;
  std::unique_ptr<net::srtp_sender> sender_;
  std::unique_ptr<net::srtp_receiver> receiver_;
  std::optional<net::srtp_profile> profile_;

  // -- media -----------------------------------------------------------------
  media_sink sink_;
  std::vector<std::unique_ptr<media_source>> sources_;
  std::vector<std::unique_ptr<paced_encoder>> paced_;
  uint16_t transport_sequence_ = 0;
  net::time_point next_report_{};

  // -- impairment ------------------------------------------------------------
  std::optional<impairment> in_;
  std::optional<impairment> out_;

  wheel_timer housekeeping_;
  wheel_timer delay_timer_;
  media_stats counts_;
  uint64_t drops_before_ = 0;
};

} // namespace troupe::load
