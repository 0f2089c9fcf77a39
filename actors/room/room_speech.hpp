#pragma once

#include "actors/speech/active_speaker_detector.hpp"
#include "actors/speech/loudest_speakers.hpp"
#include "actors/speech/speech_activity.hpp"

#include <algorithm>
#include <unordered_map>

namespace troupe::actors {

/// The speech of a room: the activity of its members, what shards and producers
/// share about it, and the detector of the active speaker, which needs a sample
/// each `interval` while a sample may change anything.
class room_speech {
public:
  static constexpr auto interval = active_speaker_detector::interval;

  explicit room_speech(loudest_speakers_limits limits = {})
      : loudest_(std::make_shared<loudest_speakers>(limits)) {}

  /// Adds a member that has just joined, and sends no video yet. It takes the
  /// place of one with its id.
  std::shared_ptr<speech_activity> add(const peer_id& who,
                                       net::time_point now) {
    remove(who);
    auto added = ranking_->add(now);
    added->set_seen(false);
    activities_.insert_or_assign(who, added);
    loudest_->set_members(activities_.size());
    return added;
  }

  /// The member is gone; the next sample emits the change.
  void remove(const peer_id& who) {
    auto i = activities_.find(who);
    if (i == activities_.end())
      return;
    ranking_->remove(i->second);
    activities_.erase(i);
    digests_.erase(who);
    loudest_->set_members(activities_.size());
    detector_.remove(who);
  }

  /// The member has another id now. To others, the former one is gone.
  void rename(const peer_id& from, const peer_id& to) {
    auto entry = activities_.extract(from);
    entry.key() = to;
    activities_.insert(std::move(entry));
    detector_.remove(from);
  }

  /// All members are gone, and no change is emitted.
  void clear() {
    for (const auto& [who, x] : activities_)
      ranking_->remove(x);
    activities_.clear();
    digests_.clear();
    loudest_->set_members(0);
    detector_ = {};
  }

  /// Sets whether the member sends video. Ignored for a non-member.
  void set_seen(const peer_id& who, bool seen) {
    if (auto i = activities_.find(who); i != activities_.end())
      i->second->set_seen(seen);
  }

  /// Notes how loud a member of another node is there, in dBov. Ignored for a
  /// non-member.
  void note_volume(const peer_id& who, int volume, net::time_point now) {
    auto i = activities_.find(who);
    if (i == activities_.end())
      return;
    i->second->note_level(static_cast<uint8_t>(std::clamp(-volume, 0, 127)),
                          now);
    digests_[who] = {volume, now};
  }

  /// The members that were heard since the last sample, with their volumes in
  /// dBov.
  std::vector<protocol::event::peer_volume>
  recent_volumes(net::time_point now) const {
    std::vector<protocol::event::peer_volume> out;
    for (const auto& [who, x] : activities_)
      if (auto volume = x->recent_volume(now, interval))
        out.push_back({who, *volume});
      else if (auto i = digests_.find(who);
               i != digests_.end() && now - i->second.at < digest_age)
        out.push_back({who, i->second.volume});
    return out;
  }

  /// The speech activity of a member, which must exist.
  const std::shared_ptr<speech_activity>& of(const peer_id& who) const {
    return activities_.at(who);
  }

  /// Whether to call handle_sample() after `interval`: no call is due yet, and
  /// a sample may change anything. `audible` says whether any member sends
  /// audio.
  bool begin_interval(bool audible) {
    if (sampling_ || (!audible && detector_.idle()))
      return false;
    sampling_ = true;
    return true;
  }

  /// Samples the members of which `audible(id)` is true. Then poll the events.
  template <class Audible>
  void handle_sample(net::time_point now, Audible audible) {
    sampling_ = false;
    auto volumes = recent_volumes(now);
    std::erase_if(volumes, [&](const auto& x) { return !audible(x.peer); });
    detector_.handle_sample(std::move(volumes));
  }

  std::optional<protocol::any_event> poll_event() {
    return detector_.poll_event();
  }

  /// The active speaker, as members were told last.
  const std::optional<peer_id>& active() const {
    return detector_.reported();
  }

  /// Shared with the room's shards.
  const std::shared_ptr<speech_ranking>& ranking() const {
    return ranking_;
  }

  /// Shared with the room's audio producers.
  const std::shared_ptr<loudest_speakers>& loudest() const {
    return loudest_;
  }

private:
  // What another node said of a member.
  struct digest {
    int volume = 0;
    net::time_point at;
  };

  // Digests come each `interval`, sooner or later by the time on the way.
  static constexpr auto digest_age = 2 * interval;

  std::shared_ptr<speech_ranking> ranking_ = std::make_shared<speech_ranking>();
  std::shared_ptr<loudest_speakers> loudest_;
  active_speaker_detector detector_;
  std::unordered_map<peer_id, std::shared_ptr<speech_activity>> activities_;
  std::unordered_map<peer_id, digest> digests_;
  bool sampling_ = false; // a call of handle_sample() is due
};

} // namespace troupe::actors
