#include "net/io/udp/tcp_ice_listener.hpp"

#include "net/ice/tcp_framing.hpp"
#include "net/io/loop/asio_acceptor.hpp"
#include "net/io/loop/io_threads.hpp"
#include "net/io/loop/run_on_loops.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace troupe::net {

namespace asio = boost::asio;

namespace {

using error_code = boost::system::error_code;

// RFC 8489, section 5: a Binding request, by type and magic cookie.
bool is_binding_request(byte_span x) {
  return x.size() >= 20 && load_u16(x.data()) == 0x0001
         && load_u32(x.data() + 4) == 0x2112a442;
}

struct counters {
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> refused{0};
  std::atomic<uint64_t> dropped{0};
  std::atomic<uint64_t> received{0};
  std::atomic<uint64_t> received_octets{0};
  std::atomic<uint64_t> sent{0};
  std::atomic<uint64_t> sent_octets{0};
};

} // namespace

class tcp_connection;
using owner = std::shared_ptr<tcp_ice_state>;

struct tcp_ice_state {
  tcp_ice_state(io_threads& t, std::vector<buffer_pool*> p, media_receiver& r,
                const media_port_config& c)
      : threads(t)
      , pools(std::move(p))
      , receiver(r)
      , config(c)
      , gate(c.tcp_limits) {}

  std::shared_ptr<tcp_connection> find(uint32_t path) {
    std::lock_guard guard{mutex};
    auto i = connections.find(path);
    return i != connections.end() ? i->second : nullptr;
  }

  void accept(loop_acceptor& from, const owner& self);

  void pause(loop_acceptor& from, const owner& self);

  io_threads& threads;
  const std::vector<buffer_pool*> pools;
  media_receiver& receiver;
  const media_port_config config;
  admission gate;
  counters count;
  std::atomic<bool> stopped{false};
  std::vector<std::unique_ptr<loop_acceptor>> acceptors;
  uint32_t last_path = 0; // accessed on the acceptors' loop only
  size_t next_loop = 0;
  std::mutex mutex;
  std::unordered_map<uint32_t, std::shared_ptr<tcp_connection>> connections;
};

// One client's connection, and the sink of the replies to what it brings. All
// functions but `send`, `confirm` and `close` run on its loop.
class tcp_connection : public std::enable_shared_from_this<tcp_connection>,
                       private datagram_sink {
public:
  tcp_connection(owner up, loop_socket socket, buffer_pool& pool,
                 const transport_tuple& tuple)
      : up_(std::move(up))
      , socket_(std::move(socket))
      , timer_(socket_.get_executor())
      , pool_(pool)
      , tuple_(tuple) {}

  void start() {
    deadline_ =
        std::chrono::steady_clock::now() + up_->config.tcp_validation_timeout;
    watch();
    read();
  }

  void send(byte_span data) {
    std::lock_guard guard{mutex_};
    if (broken_ || queued_ + data.size() + 2 > up_->config.tcp_max_queue) {
      up_->count.dropped.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    up_->count.sent.fetch_add(1, std::memory_order_relaxed);
    up_->count.sent_octets.fetch_add(data.size(), std::memory_order_relaxed);
    queued_ += data.size() + 2;
    auto length = tcp_frame_header(data.size());
    pending_.insert(pending_.end(), length.begin(), length.end());
    pending_.insert(pending_.end(), data.begin(), data.end());
    if (!std::exchange(writing_scheduled_, true))
      asio::post(socket_.get_executor(),
                 [self = shared_from_this()] { self->write(); });
  }

  void confirm() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
      if (self->finished_ || std::exchange(self->confirmed_, true))
        return;
      self->extend_deadline();
      self->watch();
    });
  }

  void close() {
    asio::post(socket_.get_executor(),
               [self = shared_from_this()] { self->finish(); });
  }

  void finish() {
    if (std::exchange(finished_, true))
      return;
    {
      std::lock_guard guard{mutex_};
      broken_ = true;
    }
    error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
    {
      std::lock_guard guard{up_->mutex};
      up_->connections.erase(tuple_.path);
    }
    up_->gate.release(tuple_.remote);
    if (known_ && !up_->stopped)
      up_->receiver.on_tcp_closed(tuple_);
  }

private:
  // Any client can send a Binding request, so received data extends the
  // deadline only once a transport has accepted a check.
  void extend_deadline() {
    if (confirmed_)
      deadline_ =
          std::chrono::steady_clock::now() + up_->config.tcp_idle_timeout;
  }

  void watch() {
    timer_.expires_at(deadline_);
    timer_.async_wait([self = shared_from_this()](error_code ec) {
      if (ec || self->finished_)
        return;
      if (std::chrono::steady_clock::now() >= self->deadline_)
        self->finish();
      else
        self->watch();
    });
  }

  void read() {
    auto space = reader_.free_space();
    socket_.async_read_some(
        asio::buffer(space.data(), space.size()),
        [self = shared_from_this()](error_code ec, size_t n) {
          if (self->finished_)
            return;
          if (ec || !self->take(n))
            self->finish();
          else
            self->read();
        });
  }

  bool take(size_t n) {
    auto now = std::chrono::steady_clock::now();
    reader_.commit(n);
    size_t octets = 0;
    while (auto frame = reader_.poll_frame()) {
      if (!known_ && !is_binding_request(*frame))
        return false;
      known_ = true;
      auto copy = pool_.take();
      copy->resize(frame->size());
      std::memcpy(copy->bytes().data(), frame->data(), frame->size());
      octets += frame->size();
      burst_.push_back({std::move(copy), tuple_, now});
    }
    if (!burst_.empty()) {
      extend_deadline();
      up_->count.received.fetch_add(burst_.size(), std::memory_order_relaxed);
      up_->count.received_octets.fetch_add(octets, std::memory_order_relaxed);
      if (!up_->stopped)
        up_->receiver.on_burst(burst_, *this);
      burst_.clear();
    }
    return !reader_.failed();
  }

  void send_batch(std::span<const outgoing_datagram> batch) override {
    for (const auto& x : batch)
      send(x.data);
  }

  void write() {
    {
      std::lock_guard guard{mutex_};
      queued_ -= writing_.size();
      writing_.clear();
      if (pending_.empty() || broken_) {
        writing_scheduled_ = false;
        return;
      }
      writing_.swap(pending_);
    }
    asio::async_write(socket_, asio::buffer(writing_),
                      [self = shared_from_this()](error_code ec, size_t) {
                        if (ec)
                          self->finish();
                        else
                          self->write();
                      });
  }

  owner up_;
  loop_socket socket_;
  loop_timer timer_;
  buffer_pool& pool_;
  const transport_tuple tuple_;
  tcp_deframer reader_;
  std::vector<datagram> burst_;
  time_point deadline_;
  bool known_ = false;     // has delivered a datagram
  bool confirmed_ = false; // validated by a transport
  bool finished_ = false;
  std::vector<uint8_t> writing_;
  // Shared with the sending threads.
  std::mutex mutex_;
  std::vector<uint8_t> pending_;
  size_t queued_ = 0;
  bool writing_scheduled_ = false;
  bool broken_ = false;
};

void tcp_ice_state::accept(loop_acceptor& from, const owner& self) {
  auto index = next_loop++;
  auto& loop = threads.context(index);
  from.async_accept(
      loop, [this, &from, self,
             index](error_code ec,
                    tcp::socket::rebind_executor<loop_executor>::other socket) {
        if (stopped || ec == asio::error::operation_aborted)
          return;
        if (ec)
          return pause(from, self);
        auto local = bound_address(socket.native_handle());
        auto remote = peer_address(socket.native_handle());
        auto now = std::chrono::steady_clock::now();
        if (local && remote
            && gate.admit(*remote, now) == admission_outcome::admitted) {
          error_code ignored;
          socket.set_option(tcp::no_delay{true}, ignored);
          transport_tuple tuple{transport_protocol::tcp, ++last_path, *local,
                                *remote};
          auto& pool = *pools[index % pools.size()];
          auto x = std::make_shared<tcp_connection>(self, std::move(socket),
                                                    pool, tuple);
          {
            std::lock_guard guard{mutex};
            connections.emplace(tuple.path, x);
          }
          count.accepted.fetch_add(1, std::memory_order_relaxed);
          threads.post(index, [x] { x->start(); });
        } else {
          count.refused.fetch_add(1, std::memory_order_relaxed);
        }
        accept(from, self);
      });
}

void tcp_ice_state::pause(loop_acceptor& from, const owner& self) {
  auto timer = std::make_shared<loop_timer>(from.get_executor(), accept_pause);
  timer->async_wait([this, &from, self, timer](error_code) {
    if (!stopped)
      accept(from, self);
  });
}

tcp_ice_listener::tcp_ice_listener(io_threads& threads,
                                   std::vector<buffer_pool*> pools,
                                   media_receiver& receiver,
                                   const media_port_config& config)
    : impl_(std::make_shared<tcp_ice_state>(threads, std::move(pools), receiver,
                                            config)) {}

tcp_ice_listener::~tcp_ice_listener() {
  stop();
}

result<void> tcp_ice_listener::listen(const socket_address& address) {
  auto acceptor = listen_on(impl_->threads.context(0), address);
  if (!acceptor)
    return acceptor.error();
  auto x = std::make_shared<loop_acceptor>(std::move(*acceptor));
  impl_->threads.post(0, [self = impl_, x] {
    auto& kept = *self->acceptors.emplace_back(
        std::make_unique<loop_acceptor>(std::move(*x)));
    self->accept(kept, self);
  });
  return {};
}

void tcp_ice_listener::stop() {
  if (impl_->stopped.exchange(true))
    return;
  run_on_loop(impl_->threads, 0, [&] {
    for (auto& x : impl_->acceptors) {
      error_code ignored;
      x->close(ignored);
    }
  });
  std::vector<std::shared_ptr<tcp_connection>> all;
  {
    std::lock_guard guard{impl_->mutex};
    for (auto& [path, x] : impl_->connections)
      all.push_back(x);
  }
  for (auto& x : all)
    x->close();
  all.clear();
  // After each pass, every loop has run what was posted to it before.
  for (int pass = 0; pass < 2; ++pass)
    for (size_t i = 0; i < impl_->threads.size(); ++i)
      run_on_loop(impl_->threads, i, [] {});
}

void tcp_ice_listener::send(const outgoing_datagram& x) {
  if (auto to = impl_->find(x.tuple.path))
    to->send(x.data);
  else
    impl_->count.dropped.fetch_add(1, std::memory_order_relaxed);
}

void tcp_ice_listener::confirm(const transport_tuple& tuple) {
  if (auto x = impl_->find(tuple.path))
    x->confirm();
}

void tcp_ice_listener::close(const transport_tuple& tuple) {
  if (auto x = impl_->find(tuple.path))
    x->close();
}

void tcp_ice_listener::add_stats(media_port_stats& out) const {
  const auto& count = impl_->count;
  out.tcp_accepted += count.accepted;
  out.tcp_refused += count.refused;
  out.tcp_dropped += count.dropped;
  out.tcp_connections += impl_->gate.connections();
  out.datagrams_received += count.received;
  out.bytes_received += count.received_octets;
  out.datagrams_sent += count.sent;
  out.bytes_sent += count.sent_octets;
}

} // namespace troupe::net
