#include "actors/transport/plain_sending.hpp"

#include <utility>

namespace troupe::actors {

std::shared_ptr<plain_sender>
plain_sending::begin(const std::shared_ptr<plain_ports>& ports,
                     const plain_addresses& to, bool trusted) {
  sent_ = sent();
  if (!destination_)
    destination_ =
        std::make_shared<plain_destination>(*net::make_secure_rng(), trusted);
  sender_ = std::make_shared<plain_sender>(ports, to, destination_);
  return sender_;
}

bool plain_sending::take(rtp::rtcp_event& x) const {
  auto* report = std::get_if<rtp::report_block_received>(&x);
  return report && destination_ && destination_->take_report(report->block);
}

std::optional<plain_refusal> plain_sending::poll_refusal(net::time_point now) {
  if (!destination_ || !destination_->given_up(now)
      || std::exchange(refused_, true))
    return std::nullopt;
  return destination_->guessed() ? plain_refusal::guessed
                                 : plain_refusal::unproven;
}

net::traffic plain_sending::sent() const {
  auto out = sent_;
  if (sender_) {
    out.packets += sender_->packets();
    out.bytes += sender_->octets();
  }
  return out;
}

} // namespace troupe::actors
