#pragma once

#include "net/io/answer_tray.hpp"
#include "net/io/asio_acceptor.hpp"
#include "net/io/media_port.hpp"
#include "net/io/udp_socket.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <memory>
#include <vector>

namespace troupe::net {

/// Reads one UDP socket on one loop and hands each burst to a receiver. All
/// members run on that loop.
class udp_reader : public std::enable_shared_from_this<udp_reader> {
public:
  /// All outlive it, or `stop` is called before they end.
  udp_reader(boost::asio::io_context& loop, udp_socket& socket,
             buffer_pool& pool, uint32_t path, media_receiver& receiver);

  /// Reads when something arrives.
  void wait();

  /// Idempotent. The socket keeps its descriptor: it may still send.
  void stop();

  /// Keeps an answer to a check, to be sent by `from`, until the burst is over
  /// that this thread is handling; false where that burst came by another
  /// socket, or there is none, or `x` is no such answer.
  static bool put_off(const outgoing_datagram& x, const udp_socket& from);

private:
  using descriptor = boost::asio::posix::basic_stream_descriptor<loop_executor>;

  void drain();

  void handle_burst();

  descriptor descriptor_;
  udp_socket& socket_;
  buffer_pool& pool_;
  const uint32_t path_;
  media_receiver& receiver_;
  std::vector<datagram> burst_;
  answer_tray tray_;
  bool stopped_ = false;
};

} // namespace troupe::net
