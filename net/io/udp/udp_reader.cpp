#include "net/io/udp/udp_reader.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace troupe::net {

namespace {

// How many bursts a socket may read before others on its loop get a turn.
constexpr int bursts_in_turn = 4;

} // namespace

udp_reader::udp_reader(boost::asio::io_context& loop, udp_socket& socket,
                       buffer_pool& pool, uint32_t path,
                       media_receiver& receiver)
    : descriptor_(loop.get_executor(), socket.fd())
    , socket_(socket)
    , pool_(pool)
    , path_(path)
    , receiver_(receiver) {
  burst_.reserve(256);
}

void udp_reader::stop() {
  if (!std::exchange(stopped_, true))
    descriptor_.release();
}

void udp_reader::wait() {
  descriptor_.async_wait(
      descriptor::wait_read,
      [self = shared_from_this()](boost::system::error_code ec) {
        if (ec)
          return;
        self->socket_.note_wakeup();
        self->drain();
      });
}

void udp_reader::drain() {
  for (int i = 0; i < bursts_in_turn; ++i) {
    if (stopped_)
      return;
    auto now = std::chrono::steady_clock::now();
    auto more = socket_.receive_burst(pool_, path_, now, burst_);
    handle_burst();
    if (!more)
      return wait();
  }
  boost::asio::post(descriptor_.get_executor(),
                    [self = shared_from_this()] { self->drain(); });
}

void udp_reader::handle_burst() {
  if (burst_.empty())
    return;
  receiver_.on_burst(burst_, *this);
  burst_.clear();
  if (!replies_.answers().empty())
    socket_.send(replies_.answers());
  replies_.clear();
}

void udp_reader::send_batch(std::span<const outgoing_datagram> batch) {
  if (batch.size() != 1 || !replies_.take(batch.front()))
    socket_.send(batch);
}

} // namespace troupe::net
