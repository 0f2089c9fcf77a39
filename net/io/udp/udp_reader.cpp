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
                       media_receiver& receiver,
                       std::shared_ptr<report_reader> reports)
    : descriptor_(loop.get_executor(), socket.fd())
    , socket_(socket)
    , pool_(pool)
    , path_(path)
    , receiver_(receiver)
    , reports_(std::move(reports))
    , pause_timer_(loop.get_executor()) {
  burst_.reserve(256);
}

void udp_reader::start() {
  wait();
  if (reports_)
    reports_->start();
}

void udp_reader::stop() {
  if (std::exchange(stopped_, true))
    return;
  pause_timer_.cancel();
  descriptor_.release();
  if (reports_)
    reports_->stop();
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
  auto now = std::chrono::steady_clock::now();
  auto more = true;
  auto may_pause = false;
  for (int i = 0; more && i < bursts_in_turn; ++i) {
    if (stopped_)
      return;
    if (i > 0)
      now = std::chrono::steady_clock::now();
    more = socket_.receive_burst(pool_, path_, now, burst_);
    may_pause = handle_burst(now);
  }
  if (reports_)
    reports_->read_beside_media(now);
  if (!more)
    return may_pause ? pause() : wait();
  boost::asio::post(descriptor_.get_executor(),
                    [self = shared_from_this()] { self->drain(); });
}

bool udp_reader::handle_burst(time_point now) {
  const auto datagrams = burst_.size();
  if (datagrams == 0)
    return false;
  receiver_.on_burst(burst_, *this);
  burst_.clear();
  const auto checks = replies_.answers().size();
  if (checks > 0)
    socket_.send(replies_.answers());
  replies_.clear();
  return pacing_.handle_burst(datagrams, checks, now);
}

void udp_reader::pause() {
  // While the loop knows the descriptor, each datagram wakes it, wanted or not.
  descriptor_.release();
  pause_timer_.expires_after(check_pacing::pause);
  pause_timer_.async_wait(
      [self = shared_from_this()](boost::system::error_code ec) {
        if (ec || self->stopped_)
          return;
        self->descriptor_.assign(self->socket_.fd(), ec);
        if (ec)
          return self->pause();
        self->socket_.note_wakeup();
        self->drain();
      });
}

void udp_reader::send_batch(std::span<const outgoing_datagram> batch) {
  if (batch.size() != 1 || !replies_.take(batch.front()))
    socket_.send(batch);
}

} // namespace troupe::net
