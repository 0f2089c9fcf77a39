#include "rtp/bwe/probe_results.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

constexpr uint32_t enough_probe_packets = 4;
constexpr double enough_probe_octets = 0.8;

/// If packets arrive at less than this part of the send rate, the link is full:
/// it carries a little less than the rate of arrival.
constexpr double full = 0.9;
constexpr double below_full = 0.95;

/// Packets that arrive faster than this were released by a queue on the network
/// path.
constexpr double most_speedup = 2;

} // namespace

void probe_results::expect(const probe& x) {
  expected_ = x;
  packets_ = 0;
  octets_ = 0;
}

std::optional<double> probe_results::add(const packet_report& x) {
  if (!expected_ || x.probe != expected_->id || !x.received)
    return std::nullopt;
  if (packets_ == 0) {
    first_sent_ = last_sent_ = x.sent;
    first_received_ = last_received_ = *x.received;
    first_octets_ = last_octets_ = x.octets;
  }
  ++packets_;
  octets_ += x.octets;
  if (x.sent >= last_sent_) {
    last_sent_ = x.sent;
    last_octets_ = x.octets;
  }
  if (*x.received < first_received_) {
    first_received_ = *x.received;
    first_octets_ = x.octets;
  }
  last_received_ = std::max(last_received_, *x.received);
  if (packets_ < enough_probe_packets
      || octets_ < enough_probe_octets * expected_->octets)
    return std::nullopt;
  auto sent_in = net::to_seconds(last_sent_ - first_sent_);
  auto came_in = net::to_seconds(last_received_ - first_received_);
  expected_.reset();
  if (sent_in <= 0 || came_in <= 0)
    return std::nullopt;
  auto sent = 8.0 * (octets_ - last_octets_) / sent_in;
  auto came = 8.0 * (octets_ - first_octets_) / came_in;
  if (came > most_speedup * sent)
    return std::nullopt;
  return came < full * sent ? below_full * came : std::min(sent, came);
}

} // namespace troupe::rtp
