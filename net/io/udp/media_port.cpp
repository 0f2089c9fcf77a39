#include "net/io/udp/media_port.hpp"

#include "net/io/loop/asio_acceptor.hpp"
#include "net/io/loop/io_threads.hpp"
#include "net/io/loop/run_on_loops.hpp"
#include "net/io/process/local_addresses.hpp"
#include "net/io/udp/report_filter.hpp"
#include "net/io/udp/socket_group.hpp"
#include "net/io/udp/tcp_ice_listener.hpp"
#include "net/io/udp/udp_reader.hpp"
#include "net/io/udp/udp_socket.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::net {

class media_port::impl {
public:
  impl(io_threads& threads, media_receiver& receiver, media_port_config config)
      : threads_(threads)
      , receiver_(receiver)
      , config_(std::move(config)) {
    for (size_t i = 0; i < threads.size(); ++i)
      pools_.push_back(buffer_pool::make());
    make_listener();
  }

  result<void> start() {
    if (config_.sockets_per_address == 0)
      config_.sockets_per_address = threads_.size();
    // A free UDP port may be in use for TCP: then try another.
    for (int attempt = 0;; ++attempt) {
      auto bound = bind_all();
      if (bound)
        return begin();
      sockets_.clear();
      report_sockets_.clear();
      locals_.clear();
      make_listener();
      if (config_.port != 0 || attempt == 8)
        return bound;
    }
  }

  void stop() {
    if (std::exchange(stopped_, true))
      return;
    for (size_t i = 0; i < readers_.size(); ++i)
      run_on_loop(threads_, i, [&] { readers_[i]->stop(); });
    listener_->stop();
    readers_.clear();
  }

  uint16_t port() const {
    return locals_.empty() ? config_.port : locals_.front().port();
  }

  bool has_report_sockets() const {
    return !report_sockets_.empty()
           && std::ranges::all_of(report_sockets_,
                                  [](const auto& x) { return x != nullptr; });
  }

  std::vector<socket_address> addresses() const {
    std::vector<socket_address> found;
    auto add = [&](socket_address x, uint16_t port) {
      x.set_port(port);
      if (std::ranges::find(found, x) == found.end())
        found.push_back(x);
    };
    for (const auto& bound : locals_) {
      if (!bound.is_unspecified()) {
        add(bound, bound.port());
        continue;
      }
      for (const auto& x : local_addresses())
        if (x.is_v4() == bound.is_v4())
          add(x, bound.port());
    }
    return found;
  }

  std::optional<uint32_t> path_from(const socket_address& local) const {
    auto i = std::ranges::find_if(
        locals_, [&](const auto& x) { return x.octets() == local.octets(); });
    if (i == locals_.end())
      i = std::ranges::find_if(locals_, [&](const auto& x) {
        return x.is_unspecified() && x.is_v4() == local.is_v4();
      });
    if (i == locals_.end())
      return std::nullopt;
    const auto index = static_cast<size_t>(i - locals_.begin());
    return static_cast<uint32_t>(index * config_.sockets_per_address);
  }

  void send_batch(std::span<const outgoing_datagram> batch) {
    while (!batch.empty()) {
      const auto& first = batch.front().tuple;
      if (first.protocol == transport_protocol::tcp) {
        listener_->send(batch.front());
        batch = batch.subspan(1);
        continue;
      }
      auto end = std::ranges::find_if(
          batch, [&](const auto& x) { return !share_socket(first, x.tuple); });
      auto run = batch.first(static_cast<size_t>(end - batch.begin()));
      if (first.path < sockets_.size())
        sockets_[first.path]->send(run);
      batch = batch.subspan(run.size());
    }
  }

  void confirm_tcp(const transport_tuple& tuple) {
    if (tuple.protocol == transport_protocol::tcp)
      listener_->confirm(tuple);
  }

  void close_tcp(const transport_tuple& tuple) {
    if (tuple.protocol == transport_protocol::tcp)
      listener_->close(tuple);
  }

  media_port_stats stats() const {
    media_port_stats sum;
    for (const auto& socket : sockets_) {
      add_counters(sum, socket->counters());
      sum.receive_full += socket->kernel_drops();
    }
    for (const auto& socket : report_sockets_) {
      if (!socket)
        continue;
      const auto& x = socket->counters();
      add_counters(sum, x);
      sum.report_datagrams_received += x.datagrams_received;
      sum.report_receive_calls += x.receive_calls;
      sum.report_wakeups += x.wakeups;
      sum.report_receive_full += socket->kernel_drops();
    }
    listener_->add_stats(sum);
    return sum;
  }

private:
  static void add_counters(media_port_stats& sum, const udp_counters& x) {
    sum.datagrams_received += x.datagrams_received;
    sum.bytes_received += x.bytes_received;
    sum.bursts_received += x.bursts_received;
    sum.receive_calls += x.receive_calls;
    sum.wakeups += x.wakeups;
    sum.oversized_dropped += x.oversized_dropped;
    sum.datagrams_sent += x.datagrams_sent;
    sum.bytes_sent += x.bytes_sent;
    sum.send_calls += x.send_calls;
    sum.send_messages += x.send_messages;
    sum.gso_runs += x.gso_runs;
    sum.gso_datagrams += x.gso_datagrams;
    sum.gso_refused += x.gso_refused;
    sum.send_full += x.send_full;
    sum.send_errors += x.send_errors;
  }

  void make_listener() {
    std::vector<buffer_pool*> pools;
    for (const auto& x : pools_)
      pools.push_back(x.get());
    listener_ = std::make_unique<tcp_ice_listener>(threads_, std::move(pools),
                                                   receiver_, config_);
  }

  // The sockets of one address are equivalent for sending.
  bool share_socket(const transport_tuple& a, const transport_tuple& b) const {
    return b.protocol == transport_protocol::udp
           && a.path / config_.sockets_per_address
                  == b.path / config_.sockets_per_address;
  }

  result<void> bind_all() {
    auto port = config_.port;
    for (const auto& text : config_.addresses) {
      auto address = parse_address(text, port);
      if (!address)
        return std::make_error_code(std::errc::invalid_argument);
      if (auto bound = bind_udp(*address); !bound) {
        if (config_.skip_unavailable
            && (address->is_unspecified() || address->is_loopback())
            && is_unavailable(bound.error()))
          continue;
        return bound;
      }
      port = locals_.back().port();
    }
    if (locals_.empty())
      return std::make_error_code(std::errc::address_not_available);
    if (config_.tcp) {
      for (const auto& x : locals_)
        if (auto listening = listener_->listen(x); !listening)
          return listening;
    }
    return {};
  }

  result<void> bind_udp(socket_address address) {
    udp_socket_options options;
    options.receive_buffer = config_.receive_buffer;
    options.send_buffer = config_.send_buffer;
    options.gso = config_.gso;
    options.gro = config_.gro;
    report_steering steer;
    if (config_.report_wait > duration{})
      steer = steer_reports;
    auto group =
        open_socket_group(address, options, config_.sockets_per_address, steer);
    if (!group)
      return group.error();
    address.set_port(group->media.front()->local().port());
    group->reports.resize(steer ? group->media.size() : 0);
    std::ranges::move(group->media, std::back_inserter(sockets_));
    std::ranges::move(group->reports, std::back_inserter(report_sockets_));
    locals_.push_back(address);
    return {};
  }

  result<void> begin() {
    for (size_t i = 0; i < sockets_.size(); ++i) {
      auto loop_index = i % threads_.size();
      readers_.push_back(std::make_shared<udp_reader>(
          threads_.context(loop_index), *sockets_[i], *pools_[loop_index],
          static_cast<uint32_t>(i), receiver_, make_report_reader(i)));
      threads_.post(loop_index, [x = readers_.back()] { x->start(); });
    }
    return {};
  }

  // The reader of the reports that belong to socket `i`, or null.
  std::shared_ptr<report_reader> make_report_reader(size_t i) {
    if (i >= report_sockets_.size() || !report_sockets_[i])
      return nullptr;
    auto loop_index = i % threads_.size();
    return std::make_shared<report_reader>(
        threads_.context(loop_index), *report_sockets_[i], *pools_[loop_index],
        static_cast<uint32_t>(i), receiver_, report_pace{config_.report_wait});
  }

  io_threads& threads_;
  media_receiver& receiver_;
  media_port_config config_;
  bool stopped_ = false;
  // One pool per loop: a pool serves a single thread.
  std::vector<buffer_pool::ptr> pools_;
  std::vector<std::unique_ptr<udp_socket>> sockets_;
  // For reports: one for each of `sockets_`, null where the kernel does not
  // steer; or none.
  std::vector<std::unique_ptr<udp_socket>> report_sockets_;
  std::vector<socket_address> locals_;
  std::vector<std::shared_ptr<udp_reader>> readers_;
  std::unique_ptr<tcp_ice_listener> listener_;
};

media_port::media_port(io_threads& threads, media_receiver& receiver,
                       media_port_config config)
    : impl_(std::make_unique<impl>(threads, receiver, std::move(config))) {}

media_port::~media_port() {
  stop();
}

result<void> media_port::start() {
  return impl_->start();
}

void media_port::stop() {
  impl_->stop();
}

uint16_t media_port::port() const {
  return impl_->port();
}

bool media_port::has_report_sockets() const {
  return impl_->has_report_sockets();
}

std::vector<socket_address> media_port::addresses() const {
  return impl_->addresses();
}

std::optional<uint32_t>
media_port::path_from(const socket_address& local) const {
  return impl_->path_from(local);
}

void media_port::send_batch(std::span<const outgoing_datagram> batch) {
  impl_->send_batch(batch);
}

void media_port::confirm_tcp(const transport_tuple& tuple) {
  impl_->confirm_tcp(tuple);
}

void media_port::close_tcp(const transport_tuple& tuple) {
  impl_->close_tcp(tuple);
}

media_port_stats media_port::stats() const {
  return impl_->stats();
}

} // namespace troupe::net
