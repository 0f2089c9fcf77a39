#include "actors/media/shard_counters.hpp"

#include "actors/base/log.hpp"

namespace troupe::actors {

void shard_counters::publish(const sender_totals& totals, net::time_point now) {
  publish_due_ = now + publish_interval;
  constexpr auto exhausted =
      static_cast<size_t>(rtp::drop_reason::srtp_exhausted);
  if (totals.drops[exhausted] > published_.drops[exhausted])
    log::event(log::level::warn, "srtp-exhausted", {{"direction", "send"}});
  board_->counters().consumers.publish(writer_, totals, published_);
}

} // namespace troupe::actors
