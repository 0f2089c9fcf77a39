// Reports what a producer's consumers lose, for its sender's error correction.

#include "actors/fan_out/fan_out.hpp"

namespace troupe::actors {

namespace {

// The shortest time between changes. An unchanged value is repeated before the
// producer forgets it (rtp::worst_loss::max_age).
constexpr auto least_interval = std::chrono::seconds{1};
constexpr auto refresh_interval = std::chrono::seconds{4};

} // namespace

void fan_out::note_loss(consumer_key which, uint8_t fraction_lost,
                        net::time_point now) {
  auto i = consumers_.find(which);
  if (i == consumers_.end() || i->second->facts.kind != rtp::media_kind::audio)
    return;
  auto& source = *i->second->source;
  source.losses.note(static_cast<uint64_t>(which), fraction_lost, now);
  auto worst = source.losses.worst(now);
  auto since = now - source.reported_loss_at;
  if (since
          < (worst == source.reported_loss ? refresh_interval : least_interval)
      || (worst == 0 && source.reported_loss == 0))
    return;
  source.reported_loss = worst;
  source.reported_loss_at = now;
  events_.push({which, i->second->from, consumer_loss{worst}});
}

} // namespace troupe::actors
