#include "bench/load/media/media_loop.hpp"

#include "bench/load/media/loop_services.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace troupe::load {

namespace asio = boost::asio;

namespace {

std::unique_ptr<net::dtls_context> make_context(const loop_config& cfg) {
  auto x = net::dtls_context::make(cfg.profiles);
  if (!x)
    throw std::system_error{x.error()};
  return std::move(*x);
}

// Reading many sockets takes long. Timers that come due meanwhile wait no
// longer than this, so that reading does not make a run void.
constexpr net::duration max_timer_delay = std::chrono::milliseconds{2};

// While packets are spaced, the thread wakes up often.
constexpr net::duration publishing_interval = std::chrono::milliseconds{1};

// Sockets that are read in one pass.
class socket_set {
public:
  socket_set() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (fd_ < 0)
      throw std::system_error{errno, std::generic_category()};
  }

  socket_set(const socket_set&) = delete;
  socket_set& operator=(const socket_set&) = delete;

  ~socket_set() {
    ::close(fd_);
  }

  int fd() const {
    return fd_;
  }

  bool add(media_transport& x) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &x;
    return ::epoll_ctl(fd_, EPOLL_CTL_ADD, x.fd(), &event) == 0;
  }

  void remove(media_transport& x) {
    ::epoll_ctl(fd_, EPOLL_CTL_DEL, x.fd(), nullptr);
  }

  // Reads all sockets with data, and calls `between` after every eighth.
  template <class F>
  void read(F between) {
    constexpr int at_a_time = 8;
    std::array<epoll_event, 512> events;
    for (;;) {
      auto n =
          ::epoll_wait(fd_, events.data(), static_cast<int>(events.size()), 0);
      for (int i = 0; i < n; ++i) {
        static_cast<media_transport*>(events[static_cast<size_t>(i)].data.ptr)
            ->receive();
        if (i % at_a_time == at_a_time - 1)
          between();
      }
      if (n < static_cast<int>(events.size()))
        return;
    }
  }

private:
  int fd_;
};

} // namespace

class media_loop::impl {
public:
  impl(asio::io_context& context, const loop_config& cfg)
      : services_(cfg, make_context(cfg))
      , connecting_ready_(context, connecting_.fd())
      , timer_(context) {
    next_read_ = loop_services::now();
    wait_for_tick();
    wait_for_connecting();
  }

  ~impl() {
    stop();
    connecting_ready_.release();
    for (auto& [transport, owned] : transports_)
      transport->close();
  }

  const net::certificate_fingerprint& fingerprint() const {
    return services_.dtls->fingerprint();
  }

  net::result<media_transport*> open(transport_config cfg) {
    auto socket = batch_socket::open(cfg.server, services_.config.sockets);
    if (!socket)
      return socket.error();
    auto owned = std::make_unique<media_transport>(
        services_, std::move(*socket), std::move(cfg));
    auto transport = owned.get();
    if (!connecting_.add(*transport))
      return std::error_code{errno, std::generic_category()};
    transports_.emplace(transport, std::move(owned));
    return transport;
  }

  void close(media_transport& x) {
    auto at = transports_.find(&x);
    if (at == transports_.end())
      return;
    x.close();
    closed_.add(x.stats());
    for (auto* set : {&connecting_, &publishing_, &connected_})
      set->remove(x);
    closed_transports_.push_back(std::move(at->second));
    transports_.erase(at);
  }

  size_t size() const {
    return transports_.size();
  }

  media_stats totals() const {
    auto sum = closed_;
    for (const auto& [transport, owned] : transports_)
      sum.add(transport->stats());
    return sum;
  }

  generator_health health() const {
    auto x = services_.health;
    auto sum = totals();
    x.kernel_drops = sum.kernel_drops;
    x.send_failures = sum.send_failures;
    return x;
  }

  void reset_stats() {
    closed_ = {};
    services_.health = {};
    for (auto& [transport, owned] : transports_)
      transport->reset_stats();
  }

  void stop() {
    stopped_ = true;
    services_.wheel.clear_alarm();
    timer_.cancel();
    connecting_ready_.cancel();
  }

private:
  void wait_for_connecting() {
    connecting_ready_.async_wait(asio::posix::stream_descriptor::wait_read,
                                 [this, alive = std::weak_ptr{alive_}](
                                     const boost::system::error_code& error) {
                                   if (error || alive.expired() || stopped_)
                                     return;
                                   read(connecting_);
                                   finish_round();
                                   wait_for_connecting();
                                 });
  }

  // Sleeps until a timer may be due or the next read. Setting the time again
  // cancels the previous wait.
  void wait_for_tick() {
    auto wake = services_.wheel.next(next_read_);
    timer_.expires_at(wake);
    services_.wheel.set_alarm(wake, [this] { wait_for_tick(); });
    timer_.async_wait([this, alive = std::weak_ptr{alive_}](
                          const boost::system::error_code& error) {
      if (error || alive.expired() || stopped_)
        return;
      tick();
      wait_for_tick();
    });
  }

  void tick() {
    services_.wheel.clear_alarm();
    auto now = loop_services::now();
    advance(now);
    if (now - published_read_ >= publishing_interval) {
      published_read_ = now;
      read(publishing_);
    }
    if (now >= next_read_) {
      next_read_ =
          std::max(next_read_ + services_.config.receive_interval, now);
      read(connected_);
    }
    finish_round();
  }

  void read(socket_set& set) {
    services_.received.read_clocks();
    set.read([this] {
      auto now = loop_services::now();
      if (now - advanced_ >= max_timer_delay)
        advance(now);
    });
  }

  void advance(net::time_point now) {
    advanced_ = now;
    services_.wheel.advance(now);
  }

  // Calls the callbacks of the round's events, now that no transport is busy.
  void finish_round() {
    while (!services_.notices.empty()) {
      auto notices = std::exchange(services_.notices, {});
      for (const auto& x : notices)
        if (transports_.contains(x.transport))
          handle(x);
    }
    closed_transports_.clear();
  }

  void handle(const notice& x) {
    auto& transport = *x.transport;
    const auto& config = transport.config_;
    switch (x.what) {
      case notice::kind::state:
        if (x.state == transport_state::connected)
          move(transport, connected_);
        if (config.on_state)
          config.on_state(transport, x.state);
        break;
      case notice::kind::first_media:
        if (config.on_first_media)
          config.on_first_media(transport);
        break;
      case notice::kind::published:
        move(transport, publishing_);
        break;
    }
  }

  void move(media_transport& x, socket_set& to) {
    for (auto* set : {&connecting_, &publishing_, &connected_})
      set->remove(x);
    to.add(x);
  }

  loop_services services_;
  // Sockets of connecting transports: Asio wakes the thread for them.
  socket_set connecting_;
  asio::posix::stream_descriptor connecting_ready_;
  // All other sockets. Asio does not know them, so a datagram wakes no thread.
  socket_set publishing_;
  socket_set connected_;
  asio::steady_timer timer_;
  net::time_point next_read_;
  net::time_point published_read_{}; // when publishing_ was read
  net::time_point advanced_{};
  bool stopped_ = false;
  // Lets queued handlers detect that this has been destroyed.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unordered_map<media_transport*, std::unique_ptr<media_transport>>
      transports_;
  std::vector<std::unique_ptr<media_transport>> closed_transports_;
  media_stats closed_;
};

media_loop::media_loop(asio::io_context& context, const loop_config& cfg)
    : impl_(std::make_unique<impl>(context, cfg)) {}

media_loop::~media_loop() = default;

const net::certificate_fingerprint& media_loop::fingerprint() const {
  return impl_->fingerprint();
}

net::result<media_transport*> media_loop::open(transport_config cfg) {
  return impl_->open(std::move(cfg));
}

void media_loop::close(media_transport& x) {
  impl_->close(x);
}

size_t media_loop::size() const {
  return impl_->size();
}

media_stats media_loop::totals() const {
  return impl_->totals();
}

generator_health media_loop::health() const {
  return impl_->health();
}

void media_loop::reset_stats() {
  impl_->reset_stats();
}

void media_loop::stop() {
  impl_->stop();
}

} // namespace troupe::load
