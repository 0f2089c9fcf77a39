#pragma once

#include "bench/load/media/media_stats.hpp"
#include "bench/load/media/media_transport.hpp"
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
  /// How exactly frames are paced: those due within one tick go together. The
  /// thread sleeps over ticks at which nothing is due.
  net::duration tick = std::chrono::microseconds{500};
  /// How often connected transports' sockets are read. What came meanwhile is
  /// read together, which is cheap, and costs the latency figures nothing, as
  /// they use the kernel's receive time; what we answer by RTCP comes later by
  /// as much. Sockets of transports that are still connecting are read at
  /// once, those of transports that publish (to which little comes, but
  /// requests for key frames) whenever the thread is awake.
  net::duration receive_interval = std::chrono::milliseconds{10};
  /// See `sink_config`.
  double decrypt_share = 0.05;
  /// The SRTP profiles to offer, best first: decides between GCM and CM.
  std::vector<net::srtp_profile> profiles = {
      std::begin(net::srtp_profile_preference),
      std::end(net::srtp_profile_preference)};
  net::srtp_backend backend = net::fastest_srtp_backend();
  socket_options sockets;
  /// Of phases, losses and frame sizes; not of keys.
  uint64_t seed = 1;
};

/// Drives the media of any number of clients on one thread: the one that runs
/// the `io_context`, on which signaling may run as well. All calls, those to
/// transports included, are made on that thread (or before it runs).
///
///     asio::io_context context{1};
///     media_loop media{context, {}};
///     auto transport = media.open({.server = ..., .ice = ..., ...});
///     transport.value()->publish({...});
///     context.run();
class media_loop {
public:
  /// Makes the certificate that all its clients share. Throws
  /// std::system_error where OpenSSL or the kernel refuse.
  media_loop(boost::asio::io_context& context, const loop_config& cfg);

  /// Closes all transports.
  ~media_loop();

  media_loop(const media_loop&) = delete;
  media_loop& operator=(const media_loop&) = delete;

  /// What to signal as the clients' certificate, with the DTLS role "client".
  const net::certificate_fingerprint& fingerprint() const;

  /// Opens a socket and begins to check. Fails with the system's error.
  net::result<media_transport*> open(transport_config cfg);

  /// Closes a transport, which must not be used any more; its figures stay in
  /// `totals`. May be called from its callbacks.
  void close(media_transport& x);

  /// How many transports are open.
  size_t size() const;

  /// The sum over all transports, closed ones included.
  media_stats totals() const;

  generator_health health() const;

  /// Begins a measurement: all figures but `transport_times` count from 0.
  void reset_stats();

  /// Stops the timers, so that the `io_context` can run out of work. Transports
  /// stay as they are.
  void stop();

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::load
