#pragma once

#include "net/io/loop/asio_acceptor.hpp"
#include "net/io/udp/check_pacing.hpp"
#include "net/io/udp/media_port.hpp"
#include "net/io/udp/report_reader.hpp"
#include "net/io/udp/stun_reply_batch.hpp"
#include "net/io/udp/udp_socket.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <memory>
#include <vector>

namespace troupe::net {

/// Reads one UDP socket on one loop and passes each burst to a receiver, with
/// itself as the sink of the replies. All members run on that loop.
class udp_reader : public std::enable_shared_from_this<udp_reader>,
                   private datagram_sink {
public:
  /// All references must outlive it, or at least the call of `stop`. If
  /// `reports` is not null, it reads the RTCP reports of this socket's clients,
  /// on the same loop.
  udp_reader(boost::asio::io_context& loop, udp_socket& socket,
             buffer_pool& pool, uint32_t path, media_receiver& receiver,
             std::shared_ptr<report_reader> reports = nullptr);

  /// Begins to read, the reports too.
  void start();

  /// Stops reading. Idempotent. The socket stays open for sending.
  void stop();

private:
  using descriptor = boost::asio::posix::basic_stream_descriptor<loop_executor>;

  // Waits for the socket to become readable, then reads it.
  void wait();

  void drain();

  // Returns whether to leave the socket unread for a moment.
  bool handle_burst(time_point now);

  // Leaves the socket unread for `check_pacing::pause`.
  void pause();

  // Keeps a STUN response until the burst has been handled.
  void send_batch(std::span<const outgoing_datagram> batch) override;

  descriptor descriptor_;
  udp_socket& socket_;
  buffer_pool& pool_;
  const uint32_t path_;
  media_receiver& receiver_;
  const std::shared_ptr<report_reader> reports_;
  std::vector<datagram> burst_;
  stun_reply_batch replies_;
  check_pacing pacing_;
  loop_timer pause_timer_;
  bool stopped_ = false;
};

} // namespace troupe::net
