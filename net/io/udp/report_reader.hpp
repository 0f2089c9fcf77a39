#pragma once

#include "net/io/loop/asio_acceptor.hpp"
#include "net/io/udp/media_port.hpp"
#include "net/io/udp/report_pace.hpp"
#include "net/io/udp/udp_socket.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <memory>
#include <vector>

namespace troupe::net {

/// Reads one socket for RTCP reports on one loop, at a given pace. While
/// reports wait for each other, epoll does not watch the socket, so that none
/// of them wakes the thread. All members run on that loop.
class report_reader : public std::enable_shared_from_this<report_reader>,
                      private datagram_sink {
public:
  /// `path` is that of the socket at which these clients' media arrives. The
  /// references must outlive it, or at least the call of `stop`.
  report_reader(boost::asio::io_context& loop, udp_socket& socket,
                buffer_pool& pool, uint32_t path, media_receiver& receiver,
                report_pace pace);

  /// Leaves the socket open.
  ~report_reader() override;

  /// Begins to read.
  void start();

  /// Reads the socket if it is time. For the thread that has read media, and so
  /// is awake.
  void read_beside_media(time_point now);

  /// Stops reading. Idempotent.
  void stop();

private:
  using descriptor = boost::asio::posix::basic_stream_descriptor<loop_executor>;

  // Waits for what the pace asks for.
  void wait();

  void wait_for_arrival();

  void wait_for_time();

  void wake(report_pace::cause why);

  // Reads one burst, so that media has its turn between two of them.
  void read(report_pace::cause why);

  void unwatch();

  // Nothing is answered at once here: STUN arrives where media does.
  void send_batch(std::span<const outgoing_datagram> batch) override;

  descriptor descriptor_;
  loop_timer timer_;
  udp_socket& socket_;
  buffer_pool& pool_;
  const uint32_t path_;
  media_receiver& receiver_;
  report_pace pace_;
  std::vector<datagram> burst_;
  bool watched_ = false; // an arrival will wake the thread
  bool stopped_ = false;
};

} // namespace troupe::net
