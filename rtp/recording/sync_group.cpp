#include "rtp/recording/sync_group.hpp"

namespace troupe::rtp {

size_t sync_group::add_track() {
  tracks_.emplace_back();
  return tracks_.size() - 1;
}

void sync_group::handle_start(size_t number, time_point now) {
  auto& x = tracks_[number];
  x.since = now;
  x.started = true;
  x.referenced = x.ready = false;
}

bool sync_group::ready(size_t number, time_point now) {
  auto& x = tracks_[number];
  if (x.ready)
    return true;
  if (!x.started)
    return false;
  auto all = std::ranges::all_of(
      tracks_, [](const member& y) { return y.referenced || y.ended; });
  // A track that joins later waits for itself alone.
  auto others_run = std::ranges::any_of(
      tracks_, [](const member& y) { return y.ready && !y.ended; });
  x.ready = all || (others_run && x.referenced) || now - x.since >= max_hold;
  return x.ready;
}

bool sync_group::admit(duration transit) {
  if (fits(transit)) {
    suspects_ = 0;
    return true;
  }
  if (suspects_ == 0 || std::chrono::abs(transit - suspect_) > max_report_error)
    suspects_ = 0;
  suspect_ = transit;
  if (++suspects_ < proof)
    return false;
  suspects_ = 0;
  least_transit_.reset();
  offset_.reset();
  ++epoch_;
  // Those that wait need a report of this epoch.
  for (auto& x : tracks_) {
    x.transits.clear();
    x.referenced &= x.ready;
  }
  return true;
}

void sync_group::add_transit(size_t number, duration transit,
                             time_point arrival) {
  auto& x = tracks_[number];
  auto second = window_minimum::second_of(arrival);
  auto is_new = second != newest_second_;
  auto known = x.transits.newest_second() == second;
  x.transits.add(transit, arrival);
  x.seen = true;
  newest_second_ = std::max(newest_second_, second);
  if (is_new || !known || transit < x.least) {
    update_least();
    move_offset(arrival);
  }
}

// Leads change only while all tracks send, since then they can be compared.
void sync_group::update_least() {
  auto all_send = true;
  std::optional<duration> least;
  std::optional<duration> with_leads;
  for (auto& x : tracks_) {
    auto value = x.transits.value();
    auto sends =
        value
        && newest_second_ - x.transits.newest_second() < window_minimum::window;
    all_send &= sends || !x.seen || x.ended;
    if (!sends)
      continue;
    x.least = *value;
    least = std::min(least.value_or(x.least), x.least);
    with_leads =
        std::min(with_leads.value_or(x.least + x.lead), x.least + x.lead);
  }
  if (with_leads)
    least_transit_ = with_leads;
  if (!least || !all_send)
    return;
  least_transit_ = least;
  for (auto& x : tracks_)
    if (x.seen)
      x.lead = *least - x.least;
}

void sync_group::move_offset(time_point now) {
  if (!least_transit_)
    return;
  auto has_times = std::ranges::any_of(
      tracks_, [](const member& x) { return x.ready && !x.ended; });
  auto error = *least_transit_ - offset_.value_or(*least_transit_);
  auto most = std::clamp((now - moved_) / slew_divisor, duration{}, max_slew);
  if (!offset_ || !has_times || std::chrono::abs(error) > max_slew)
    offset_ = least_transit_;
  else
    *offset_ += std::clamp(error, -most, most);
  moved_ = std::max(moved_, now);
}

} // namespace troupe::rtp
