#include "bench/load/report/floor.hpp"

#include "bench/load/report/loopback_peers.hpp"
#include "bench/load/report/statistics.hpp"
#include "bench/load/report/text_table.hpp"
#include "net/base/assert.hpp"
#include "net/base/rng.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <thread>

namespace troupe::load {

namespace {

using std::chrono::nanoseconds;

// A fixed header and one extension element for the transport-wide number, as in
// the scenarios (RFC 3550, section 5.1; RFC 8285, section 4.2).
constexpr size_t header_octets = 20;
constexpr std::array<uint8_t, header_octets> media_header{
    0x90, 96,   0, 0, 0,    0, 0, 0, 0, 0, 0, 1, // X bit, SSRC 1
    0xbe, 0xde, 0, 1, 0x31, 0, 0, 0};            // id 3, two octets

// The minimum of packets sent between two checks of the clock.
constexpr size_t sent_per_burst = 128;

// A receiver of the server: its address, and its key.
struct destination {
  sockaddr_in address;
  std::unique_ptr<net::srtp_sender> sender;
  uint16_t sequence = 0;
};

nanoseconds own_cpu_time() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds{used.tv_sec} + nanoseconds{used.tv_nsec};
}

// The minimal server whose cost is the floor: one socket, and a loop.
class plain_server {
public:
  static outcome<plain_server> make(const floor_options& options, size_t octets,
                                    size_t fan_out);

  // Serves until it has used `slice` of CPU time. Returns the time per packet.
  double serve(nanoseconds slice);

  // Adds the counts so far.
  void count(floor_figure& out) const;

private:
  size_t serve_burst(size_t inputs);
  void send_to(destination& to);

  udp_endpoint endpoint_;
  std::unique_ptr<loopback_peers> peers_;
  std::vector<destination> destinations_;
  std::array<uint8_t, header_octets> header_ = media_header;
  std::vector<uint8_t> payload_;
  std::array<uint8_t, 2048> out_{};
  size_t fan_out_ = 1;
  size_t next_ = 0;
  uint64_t received_ = 0;
  uint64_t sent_ = 0;
};

std::unique_ptr<net::srtp_sender> make_sender(net::srtp_backend backend,
                                              net::rng& random) {
  constexpr auto profile = net::srtp_profile::aead_aes_128_gcm;
  net::srtp_master_key key;
  key.key.resize(net::srtp_key_length(profile));
  key.salt.resize(net::srtp_salt_length(profile));
  random.fill(key.key);
  random.fill(key.salt);
  return net::make_srtp_sender(backend, profile, key);
}

outcome<plain_server> plain_server::make(const floor_options& options,
                                         size_t octets, size_t fan_out) {
  constexpr auto least = header_octets + net::srtp_max_overhead;
  plain_server self;
  if (octets <= least || octets > self.out_.size())
    return failure{"the floor takes packets of " + std::to_string(least + 1)
                   + " to " + std::to_string(self.out_.size()) + " octets"};
  auto endpoint = open_loopback_udp();
  if (!endpoint)
    return endpoint.error();
  self.endpoint_ = std::move(*endpoint);
  auto peers = loopback_peers::start(std::max(options.receivers, fan_out),
                                     self.endpoint_.address, octets);
  if (!peers)
    return peers.error();
  self.peers_ = std::move(*peers);
  self.payload_.assign(octets - least, 0x55);
  self.fan_out_ = fan_out;
  auto random = net::make_seeded_rng(octets);
  for (auto& address : self.peers_->addresses()) {
    auto sender = make_sender(options.backend, *random);
    if (!sender)
      return failure{"the SRTP backend "
                     + std::string{net::to_string(options.backend)}
                     + " is not available"};
    self.destinations_.push_back({address, std::move(sender), 0});
  }
  return self;
}

void plain_server::send_to(destination& to) {
  ++to.sequence;
  header_[2] = static_cast<uint8_t>(to.sequence >> 8);
  header_[3] = static_cast<uint8_t>(to.sequence);
  auto size = to.sender->protect_rtp(header_, payload_, out_);
  TROUPE_ASSERT(size.has_value());
  ::sendto(*endpoint_.socket, out_.data(), *size, 0,
           reinterpret_cast<const sockaddr*>(&to.address), sizeof(to.address));
}

// Returns how many packets it sent.
size_t plain_server::serve_burst(size_t inputs) {
  std::array<char, 2048> in;
  size_t sent = 0;
  for (; inputs > 0; --inputs) {
    sockaddr_in from{};
    socklen_t length = sizeof(from);
    if (::recvfrom(*endpoint_.socket, in.data(), in.size(), 0,
                   reinterpret_cast<sockaddr*>(&from), &length)
        < 0)
      break;
    ++received_;
    for (size_t i = 0; i < fan_out_; ++i, ++sent) {
      send_to(destinations_[next_]);
      next_ = next_ + 1 < destinations_.size() ? next_ + 1 : 0;
    }
  }
  return sent;
}

double plain_server::serve(nanoseconds slice) {
  auto inputs = std::max<size_t>(1, sent_per_burst / fan_out_);
  nanoseconds used{0};
  size_t sent = 0;
  while (used < slice) {
    peers_->feed(inputs);
    auto before = own_cpu_time();
    sent += serve_burst(inputs);
    used += own_cpu_time() - before;
  }
  sent_ += sent;
  return static_cast<double>(used.count())
         / static_cast<double>(std::max<size_t>(sent, 1));
}

void plain_server::count(floor_figure& out) const {
  // Draining takes a moment; a packet that met a full queue never arrives.
  for (int i = 0; i < 100 && peers_->received() < sent_; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  out.received = received_;
  out.sent = sent_;
  out.delivered = static_cast<double>(peers_->received())
                  / static_cast<double>(std::max<uint64_t>(sent_, 1));
}

outcome<floor_figure> measure(const floor_options& options, size_t octets,
                              size_t fan_out) {
  auto server = plain_server::make(options, octets, fan_out);
  if (!server)
    return server.error();
  server->serve(options.slice / 4); // warms caches, keys and the socket
  std::vector<double> costs;
  for (size_t i = 0; i < options.repetitions; ++i)
    costs.push_back(server->serve(options.slice));
  auto figure = quartiles_of(std::move(costs));
  figure.octets = octets;
  figure.fan_out = fan_out;
  server->count(figure);
  return figure;
}

} // namespace

floor_figure quartiles_of(std::vector<double> costs) {
  if (costs.empty())
    return {};
  std::ranges::sort(costs);
  floor_figure out;
  out.median_ns = quantile_of(costs, 0.5);
  out.low_ns = quantile_of(costs, 0.25);
  out.high_ns = quantile_of(costs, 0.75);
  return out;
}

const floor_figure* floor_report::find(size_t octets, size_t fan_out) const {
  auto found = std::ranges::find_if(figures, [&](const floor_figure& x) {
    return x.octets == octets && x.fan_out == fan_out;
  });
  return found == figures.end() ? nullptr : &*found;
}

outcome<floor_report> measure_floor(const floor_options& options) {
  floor_report out;
  out.backend = net::to_string(options.backend);
  auto fan_outs = options.fan_outs;
  fan_outs.insert(fan_outs.begin(), 1);
  for (auto fan_out : fan_outs) {
    for (auto octets : options.octets) {
      if (fan_out == 0 || out.find(octets, fan_out) != nullptr)
        continue;
      auto figure = measure(options, octets, fan_out);
      if (!figure)
        return figure.error();
      out.figures.push_back(*figure);
    }
  }
  return out;
}

std::string to_table(const floor_report& report) {
  text_table out;
  out.row({"CPU ns per packet sent", "octets", "out per in", "median",
           "1st quartile", "3rd quartile", "delivered"});
  for (auto& x : report.figures)
    out.row({x.fan_out == 1 ? "floor" : "fanout_floor",
             std::to_string(x.octets), std::to_string(x.fan_out),
             in_thousands(x.median_ns), in_thousands(x.low_ns),
             in_thousands(x.high_ns),
             in_thousands(x.delivered * 100, 1) + " %"});
  return "AEAD_AES_128_GCM by " + report.backend + "\n" + out.str();
}

} // namespace troupe::load
