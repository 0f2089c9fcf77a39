#include "bench/load/media/media_loop.hpp"

#include "bench/load/media/loop_services.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/epoll.h>

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

// The sockets that are read together.
int make_epoll() {
  auto fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0)
    throw std::system_error{errno, std::generic_category()};
  return fd;
}

} // namespace

class media_loop::impl {
public:
  impl(asio::io_context& context, const loop_config& cfg)
      : services_(cfg, make_context(cfg))
      , urgent_(context, make_epoll())
      , patient_(context, make_epoll())
      , timer_(context) {
    next_tick_ = next_read_ = loop_services::now();
    wait_for_tick();
    wait_for_urgent();
  }

  ~impl() {
    stop();
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
    if (!watch(urgent_, EPOLL_CTL_ADD, *transport))
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
    // Whichever of the two it is in.
    watch(urgent_, EPOLL_CTL_DEL, x);
    watch(patient_, EPOLL_CTL_DEL, x);
    graveyard_.push_back(std::move(at->second));
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
    timer_.cancel();
    urgent_.cancel();
  }

private:
  static bool watch(asio::posix::stream_descriptor& set, int operation,
                    media_transport& x) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &x;
    return ::epoll_ctl(set.native_handle(), operation, x.fd(), &event) == 0;
  }

  void wait_for_urgent() {
    urgent_.async_wait(asio::posix::stream_descriptor::wait_read,
                       [this, alive = std::weak_ptr{alive_}](
                           const boost::system::error_code& error) {
                         if (error || alive.expired() || stopped_)
                           return;
                         read(urgent_);
                         finish_round();
                         wait_for_urgent();
                       });
  }

  // Ticks keep to their times; those that were missed are left out.
  void wait_for_tick() {
    next_tick_ =
        std::max(next_tick_ + services_.config.tick, loop_services::now());
    timer_.expires_at(next_tick_);
    timer_.async_wait([this, alive = std::weak_ptr{alive_}](
                          const boost::system::error_code& error) {
      if (error || alive.expired() || stopped_)
        return;
      tick();
      wait_for_tick();
    });
  }

  void tick() {
    auto now = loop_services::now();
    services_.wheel.advance(now);
    if (now >= next_read_) {
      next_read_ =
          std::max(next_read_ + services_.config.receive_interval, now);
      read(patient_);
    }
    finish_round();
  }

  void read(asio::posix::stream_descriptor& set) {
    std::array<epoll_event, 512> events;
    services_.received.read_clocks();
    for (;;) {
      auto n = ::epoll_wait(set.native_handle(), events.data(),
                            static_cast<int>(events.size()), 0);
      for (int i = 0; i < n; ++i)
        static_cast<media_transport*>(events[static_cast<size_t>(i)].data.ptr)
            ->receive();
      if (n < static_cast<int>(events.size()))
        return;
    }
  }

  // Tells of what has happened, now that no transport is busy.
  void finish_round() {
    while (!services_.notices.empty()) {
      auto notices = std::exchange(services_.notices, {});
      for (const auto& x : notices)
        if (transports_.contains(x.whom))
          tell(*x.whom, x.state);
    }
    graveyard_.clear();
  }

  void tell(media_transport& x, std::optional<transport_state> state) {
    if (state == transport_state::connected) {
      watch(urgent_, EPOLL_CTL_DEL, x);
      watch(patient_, EPOLL_CTL_ADD, x);
    }
    const auto& config = x.config_;
    if (state && config.on_state)
      config.on_state(x, *state);
    else if (!state && config.on_first_media)
      config.on_first_media(x);
  }

  loop_services services_;
  asio::posix::stream_descriptor urgent_;
  asio::posix::stream_descriptor patient_;
  asio::steady_timer timer_;
  net::time_point next_tick_;
  net::time_point next_read_;
  bool stopped_ = false;
  // Tells handlers that are still queued whether this is still there.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unordered_map<media_transport*, std::unique_ptr<media_transport>>
      transports_;
  std::vector<std::unique_ptr<media_transport>> graveyard_;
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
