#pragma once

#include "bench/load/media/media_stats.hpp"
#include "bench/load/media/media_transport.hpp"
#include "bench/load/media/packet_spacing.hpp"
#include "net/base/result.hpp"
#include "net/dtls/certificate.hpp"
#include "net/srtp/srtp_session.hpp"

#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
} // namespace boost::asio

namespace troupe::load {

struct loop_config {
  /// The granularity of pacing: packets due within one tick are sent together.
  /// The thread sleeps over ticks without due timers.
  net::duration tick = std::chrono::microseconds{500};
  /// How often the sockets of connected transports are read. Reading many
  /// datagrams together is cheap and does not change the latency figures, which
  /// use the kernel's receive time, but it delays our RTCP by as much. Sockets
  /// of connecting transports are read at once; those of publishing transports,
  /// which receive little but key-frame requests, when the thread is awake, at
  /// most once a millisecond.
  net::duration receive_interval = std::chrono::milliseconds{10};
  /// How the packets of published frames follow each other.
  arrival_config arrivals;
  /// See `sink_config`.
  double decrypt_share = 0.05;
  /// The SRTP profiles to offer, best first: selects GCM or CM.
  std::vector<net::srtp_profile> profiles = {
      std::begin(net::srtp_profile_preference),
      std::end(net::srtp_profile_preference)};
  net::srtp_backend backend = net::fastest_srtp_backend();
  socket_options sockets;
  /// Seeds phases, losses and frame sizes; not keys.
  uint64_t seed = 1;
};

/// Runs the media of any number of clients on one thread: that of the
/// `io_context`, which may run signaling as well. All calls, including those to
/// transports, are made on that thread (or before it runs).
///
///     asio::io_context context{1};
///     media_loop media{context, {}};
///     auto transport = media.open({.server = ..., .ice = ..., ...});
///     transport.value()->publish({...});
///     context.run();
class media_loop {
public:
  /// Creates the certificate that all clients share. Throws std::system_error
  /// if OpenSSL or the kernel fails.
  media_loop(boost::asio::io_context& context, const loop_config& cfg);

  /// Closes all transports.
  ~media_loop();

  media_loop(const media_loop&) = delete;
  media_loop& operator=(const media_loop&) = delete;

  /// The clients' certificate for signaling; their DTLS role is "client".
  const net::certificate_fingerprint& fingerprint() const;

  /// Opens a socket and begins ICE checks. Fails with the system's error.
  net::result<media_transport*> open(transport_config cfg);

  /// Closes a transport, which must not be used any more; its figures stay in
  /// `totals`. May be called from its callbacks.
  void close(media_transport& x);

  /// How many transports are open.
  size_t size() const;

  /// The sum over all transports, closed ones included.
  media_stats totals() const;

  generator_health health() const;

  /// Begins a measurement: resets all figures but `transport_times`.
  void reset_stats();

  /// Stops the timers, so that the `io_context` can run out of work. Transports
  /// stay unchanged.
  void stop();

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::load
