#include "actors/speech/active_speaker_detector.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {

namespace event = protocol::event;

namespace {

/// The loudest first; equal ones by id, so that the order is stable.
bool louder(const event::peer_volume& a, const event::peer_volume& b) {
  return a.volume != b.volume ? a.volume > b.volume : a.peer < b.peer;
}

} // namespace

void active_speaker_detector::handle_sample(volumes sample) {
  std::ranges::sort(sample, louder);
  note_speaking(sample);
  choose_active(sample);
  report();
}

void active_speaker_detector::remove(const peer_id& who) {
  speaking_.erase(who);
  if (active_ == who)
    active_.reset();
}

void active_speaker_detector::note_speaking(const volumes& sample) {
  for (auto& [who, x] : speaking_)
    ++x.quiet;
  for (const auto& x : sample)
    speaking_[x.peer] = {x.volume, 0};
  std::erase_if(speaking_,
                [](const auto& x) { return x.second.quiet >= hangover; });
}

void active_speaker_detector::choose_active(const volumes& sample) {
  if (!speaking_.empty())
    silent_ = 0;
  else if (active_ && ++silent_ >= silence)
    set_active(std::nullopt);
  if (sample.empty() || sample.front().peer == active_) {
    challenger_.reset();
    return;
  }
  if (active_ && speaking_.contains(*active_))
    challenge(sample.front());
  else
    set_active(sample.front().peer);
}

void active_speaker_detector::challenge(const event::peer_volume& loudest) {
  const auto& holder = speaking_.at(*active_);
  if (holder.quiet == 0 && loudest.volume < holder.volume + lead) {
    challenger_.reset();
    return;
  }
  wins_ = challenger_ == loudest.peer ? wins_ + 1 : 1;
  challenger_ = loudest.peer;
  if (wins_ >= patience)
    set_active(loudest.peer);
}

void active_speaker_detector::set_active(std::optional<peer_id> who) {
  active_ = std::move(who);
  challenger_.reset();
  silent_ = 0;
}

void active_speaker_detector::report() {
  std::vector<peer_id> now;
  for (const auto& [who, x] : speaking_)
    now.push_back(who);
  if (now != reported_speaking_) {
    reported_speaking_ = std::move(now);
    event::speaking_peers out;
    for (const auto& [who, x] : speaking_)
      out.peers.push_back({who, x.volume});
    std::ranges::sort(out.peers, louder);
    speaking_changed_ = std::move(out);
  }
  if (active_ != reported_active_) {
    reported_active_ = active_;
    auto volume = active_ ? speaking_.at(*active_).volume : 0;
    active_changed_ = event::active_speaker{active_, volume};
  }
}

std::optional<protocol::any_event> active_speaker_detector::poll_event() {
  if (speaking_changed_)
    return std::exchange(speaking_changed_, std::nullopt);
  return std::exchange(active_changed_, std::nullopt);
}

} // namespace troupe::actors
