#include "rtp/recording/media_clock.hpp"

#include <algorithm>

namespace troupe::rtp {

media_clock::media_clock(const config& x, std::shared_ptr<sync_group> group)
    : config_(x)
    , group_(std::move(group))
    , track_(group_->add_track()) {
  // Rates are signaled by clients; lower ones would make times overflow.
  config_.clock_rate = std::max<uint32_t>(config_.clock_rate, 1000);
}

// Converts whole seconds apart from the rest: multiplying all ticks at once
// would overflow after a day.
duration media_clock::length(int64_t ticks) const {
  auto rate = static_cast<int64_t>(config_.clock_rate);
  return std::chrono::seconds{ticks / rate}
         + std::chrono::nanoseconds{ticks % rate * 1'000'000'000 / rate};
}

media_clock::source& media_clock::source_of(uint8_t encoding) {
  if (sources_.size() <= encoding)
    sources_.resize(size_t{encoding} + 1);
  return sources_[encoding];
}

void media_clock::handle_packet(const media_packet& x) {
  auto arrival = x.packet.arrival();
  auto& from = source_of(x.encoding);
  if (current_ != x.encoding)
    select(x.encoding, arrival);
  // Later packets of a frame and repairs say nothing new.
  if (from.latest && (x.timestamp == from.latest->timestamp || x.late))
    return;
  if (from.latest) {
    auto drift = length(x.timestamp - from.latest->timestamp)
                 - (arrival - from.latest->arrival);
    if (std::chrono::abs(drift) > max_drift)
      lose_reference(from, arrival);
  }
  from.latest = {x.timestamp, arrival};
  from.delays.add(arrival.time_since_epoch() - length(x.timestamp), arrival);
  read_capture_time(x, from);
  note_transit(from, *from.latest);
  resumed_ = false;
}

void media_clock::select(uint8_t encoding, time_point arrival) {
  current_ = encoding;
  group_->handle_start(track_, arrival);
  if (source_of(encoding).known)
    group_->handle_reference(track_);
}

void media_clock::lose_reference(source& x, time_point arrival) {
  x.known.reset();
  x.delays.clear();
  group_->handle_start(track_, arrival);
}

void media_clock::read_capture_time(const media_packet& x, source& to) {
  auto read = read_abs_capture_time(x.packet, config_.extensions);
  if (!read || read->ntp == 0)
    return;
  auto ntp = ntp_time{read->ntp
                      - static_cast<uint64_t>(read->clock_offset.value_or(0))};
  auto at = ntp_.to_time(ntp, {});
  if (group_->fits(x.packet.arrival() - at))
    adopt(to, x.encoding, {x.timestamp, at, group_->epoch(), true});
}

void media_clock::adopt(source& x, uint8_t encoding, const reference& from) {
  x.known = from;
  if (current_ == encoding)
    group_->handle_reference(track_);
}

// A transit that is far too short would be the least one: the timestamps went
// ahead, and only a new report can tell by how much.
void media_clock::note_transit(source& x, const latest_packet& from) {
  if (!x.known || x.known->epoch != group_->epoch())
    return;
  auto transit = from.arrival - captured(*x.known, from.timestamp);
  if (auto least = group_->least_transit()) {
    auto excess = transit - *least;
    if (excess < -sync_group::max_report_error
        || (resumed_ && excess > max_slew)) {
      lose_reference(x, from.arrival);
      return;
    }
  }
  group_->add_transit(track_, transit, from.arrival);
}

bool media_clock::handle_report(const source_report& x) {
  auto& to = source_of(x.encoding);
  auto at = ntp_.to_time(x.ntp, {});
  auto transit = x.arrival - at;
  auto plausible = x.ntp.value != 0;
  if (to.latest) {
    auto since = length(x.timestamp - to.latest->timestamp);
    auto error = since - (x.arrival - to.latest->arrival);
    plausible &= std::chrono::abs(error) <= sync_group::max_report_error;
    transit = to.latest->arrival - (at - since);
  }
  if (!plausible || !group_->admit(transit)) {
    ++reports_ignored_;
    return false;
  }
  auto epoch = group_->epoch();
  if (to.known && to.known->from_packet && to.known->epoch == epoch)
    return true;
  auto is_first = !to.known || to.known->epoch != epoch;
  adopt(to, x.encoding, {x.timestamp, at, epoch, false});
  if (is_first)
    note_delays(to, x.encoding);
  return true;
}

// Later reports wait for the next packet to show the transit: if the media
// clock has stopped since the last one, that one would seem too fast.
void media_clock::note_delays(const source& x, uint8_t encoding) {
  auto delay = x.delays.value();
  if (!delay || current_ != encoding)
    return;
  auto zero = captured(*x.known, 0);
  group_->add_transit(track_, *delay - zero.time_since_epoch(),
                      x.latest->arrival);
}

time_point media_clock::time_of(const origin& x) {
  auto aim = unsmoothed(x);
  if (!last_ || last_->encoding != x.encoding) {
    last_ = {x.encoding, x.timestamp, aim};
    return aim;
  }
  auto elapsed = length(x.timestamp - last_->timestamp);
  auto expected = last_->at + elapsed;
  auto error = aim - expected;
  if (std::chrono::abs(error) > max_slew) {
    jump_ = jump_.value_or(duration{}) + error;
  } else {
    auto step = std::chrono::abs(elapsed) / 1000;
    aim = expected + std::clamp(error, -step, step);
  }
  last_ = {x.encoding, x.timestamp, aim};
  return aim;
}

time_point media_clock::unsmoothed(const origin& x) {
  const auto& from = source_of(x.encoding);
  // An earlier epoch goes on with its own offset until its next report.
  if (from.known && from.known->epoch == group_->epoch() && group_->offset())
    offset_ = group_->offset();
  auto out = x.arrival;
  if (from.known && offset_)
    out = captured(*from.known, x.timestamp) + *offset_;
  else if (auto delay = from.delays.value())
    out = time_point{length(x.timestamp)} + *delay;
  if (out > x.arrival + max_drift || out < x.arrival - max_lateness)
    return x.arrival;
  return out;
}

} // namespace troupe::rtp
