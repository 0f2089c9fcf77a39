#include "bench/load/report/batched_floor.hpp"

#include "bench/load/report/batched_sender.hpp"
#include "bench/load/report/floor_feeder.hpp"
#include "bench/load/report/loopback_peers.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace troupe::load {

namespace {

using std::chrono::nanoseconds;

constexpr size_t largest_datagram = 2048;

nanoseconds own_cpu_time() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds{used.tv_sec} + nanoseconds{used.tv_nsec};
}

// The server: a loop over recvmmsg and a batched_sender.
class batched_server {
public:
  static outcome<std::unique_ptr<batched_server>>
  make(const floor_traffic& traffic, net::srtp_backend backend);

  // Serves until it has used `slice` of CPU time. Returns the time per packet.
  double serve(nanoseconds slice);

private:
  explicit batched_server(const floor_traffic& traffic) : traffic_(traffic) {}

  void prepare();
  void serve_burst();
  size_t receive();
  void handle(size_t slot);
  void forward_frame();

  const floor_traffic& traffic_;
  udp_endpoint endpoint_;
  std::unique_ptr<loopback_peers> peers_;
  std::unique_ptr<floor_feeder> feeder_;
  std::unique_ptr<batched_sender> sender_;
  std::vector<net::mutable_byte_span> frame_; // decrypted
  std::array<std::array<uint8_t, largest_datagram>, floor_feeder::max_datagrams>
      buffers_;
  std::array<iovec, floor_feeder::max_datagrams> parts_;
  std::array<mmsghdr, floor_feeder::max_datagrams> messages_;
};

outcome<std::unique_ptr<batched_server>>
batched_server::make(const floor_traffic& traffic, net::srtp_backend backend) {
  std::unique_ptr<batched_server> self{new batched_server{traffic}};
  auto endpoint = open_loopback_udp();
  if (!endpoint)
    return endpoint.error();
  self->endpoint_ = std::move(*endpoint);
  auto peers =
      loopback_peers::start(traffic.receivers, self->endpoint_.address, 1);
  if (!peers)
    return peers.error();
  self->peers_ = std::move(*peers);
  auto feeder = floor_feeder::make(traffic, self->endpoint_.address, backend);
  if (!feeder)
    return feeder.error();
  self->feeder_ = std::move(*feeder);
  self->sender_ = std::make_unique<batched_sender>(*self->endpoint_.socket);
  for (size_t i = 0; i < traffic.receivers; ++i)
    self->sender_->add_receiver(self->peers_->addresses()[i],
                                self->feeder_->make_receiver_key(backend));
  self->prepare();
  return self;
}

void batched_server::prepare() {
  for (size_t i = 0; i < messages_.size(); ++i) {
    parts_[i] = {buffers_[i].data(), buffers_[i].size()};
    messages_[i] = {};
    messages_[i].msg_hdr.msg_iov = &parts_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
  }
}

double batched_server::serve(nanoseconds slice) {
  nanoseconds used{0};
  auto before = sender_->sent();
  while (used < slice) {
    feeder_->feed();
    auto begin = own_cpu_time();
    serve_burst();
    used += own_cpu_time() - begin;
  }
  auto sent = std::max<uint64_t>(sender_->sent() - before, 1);
  return static_cast<double>(used.count()) / static_cast<double>(sent);
}

void batched_server::serve_burst() {
  auto count = receive();
  for (size_t i = 0; i < count; ++i)
    handle(i);
  forward_frame();
  sender_->flush();
}

size_t batched_server::receive() {
  auto n = ::recvmmsg(*endpoint_.socket, messages_.data(),
                      static_cast<unsigned>(messages_.size()), MSG_DONTWAIT,
                      nullptr);
  return n > 0 ? static_cast<size_t>(n) : 0;
}

void batched_server::handle(size_t slot) {
  auto packet =
      net::mutable_byte_span{buffers_[slot]}.first(messages_[slot].msg_len);
  if (floor_feeder::is_rtcp(packet)) {
    feeder_->unprotect_rtcp(packet);
    return;
  }
  auto plain = feeder_->unprotect_rtp(packet);
  if (!plain)
    return;
  // A frame ends where another stream or time begins.
  if (!frame_.empty()
      && !std::equal(&frame_.front()[4], &frame_.front()[12], &packet[4]))
    forward_frame();
  frame_.push_back(packet.first(*plain));
}

void batched_server::forward_frame() {
  if (frame_.empty())
    return;
  auto& stream = traffic_.streams[floor_feeder::stream_of(frame_.front())];
  for (auto who : stream.receivers)
    sender_->send(who, frame_);
  frame_.clear();
}

} // namespace

std::optional<double> batched_floor::ns() const {
  auto least = std::min(before_ns, after_ns);
  if (least <= 0 || std::abs(before_ns - after_ns) > least * tolerance)
    return std::nullopt;
  return (before_ns + after_ns) / 2;
}

outcome<double> measure_batched_floor(const floor_traffic& traffic,
                                      const batched_floor_options& options) {
  std::optional<core_guard> pinned;
  if (options.cores)
    pinned.emplace(options.cores->generator);
  // Its peers have a thread, which stays on these cores.
  auto server = batched_server::make(traffic, options.backend);
  if (!server)
    return server.error();
  pinned.reset();
  if (options.cores)
    pinned.emplace(options.cores->server);
  (*server)->serve(options.slice / 4); // warms caches, keys and sockets
  std::vector<double> costs;
  for (size_t i = 0; i < options.repetitions; ++i)
    costs.push_back((*server)->serve(options.slice));
  return quartiles_of(std::move(costs)).median_ns;
}

} // namespace troupe::load
