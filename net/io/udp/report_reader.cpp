#include "net/io/udp/report_reader.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace troupe::net {

report_reader::report_reader(boost::asio::io_context& loop, udp_socket& socket,
                             buffer_pool& pool, uint32_t path,
                             media_receiver& receiver, report_pace pace)
    : descriptor_(loop.get_executor())
    , timer_(loop.get_executor())
    , socket_(socket)
    , pool_(pool)
    , path_(path)
    , receiver_(receiver)
    , pace_(pace) {
  burst_.reserve(64);
}

report_reader::~report_reader() {
  unwatch();
}

void report_reader::start() {
  wait();
}

void report_reader::read_beside_media(time_point now) {
  if (pace_.due_beside_media(now))
    read(report_pace::cause::media);
}

void report_reader::stop() {
  if (std::exchange(stopped_, true))
    return;
  timer_.cancel();
  unwatch();
}

void report_reader::wait() {
  if (pace_.gathers()) {
    unwatch();
    wait_for_time();
  } else {
    timer_.cancel();
    wait_for_arrival();
  }
}

void report_reader::wait_for_arrival() {
  if (watched_)
    return;
  if (!descriptor_.is_open()) {
    boost::system::error_code failed;
    descriptor_.assign(socket_.fd(), failed);
    if (failed)
      return wait_for_time();
  }
  watched_ = true;
  descriptor_.async_wait(
      descriptor::wait_read,
      [self = shared_from_this()](boost::system::error_code ec) {
        if (ec)
          return;
        self->watched_ = false;
        self->wake(report_pace::cause::arrival);
      });
}

void report_reader::wait_for_time() {
  timer_.expires_at(pace_.next_read()); // ends an earlier wait
  timer_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
    if (!ec)
      self->wake(report_pace::cause::timer);
  });
}

void report_reader::wake(report_pace::cause why) {
  if (stopped_)
    return;
  socket_.note_wakeup();
  read(why);
}

void report_reader::read(report_pace::cause why) {
  if (stopped_)
    return;
  auto now = std::chrono::steady_clock::now();
  auto more = socket_.receive_burst(pool_, path_, now, burst_);
  pace_.handle_read(why, burst_.size(), now);
  if (!burst_.empty())
    receiver_.on_burst(burst_, *this);
  burst_.clear();
  if (more) {
    boost::asio::post(timer_.get_executor(), [self = shared_from_this()] {
      self->read(report_pace::cause::media);
    });
  } else {
    wait();
  }
}

void report_reader::unwatch() {
  watched_ = false;
  if (descriptor_.is_open())
    descriptor_.release();
}

void report_reader::send_batch(std::span<const outgoing_datagram> batch) {
  socket_.send(batch);
}

} // namespace troupe::net
