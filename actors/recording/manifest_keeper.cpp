#include "actors/recording/manifest_keeper.hpp"

#include <algorithm>
#include <ranges>

namespace troupe::actors {

using protocol::peer_id;

void manifest_keeper::handle_join(const peer_id& who, const std::string& name,
                                  int64_t now) {
  if (auto* known = present(who)) {
    changed_ |= known->name != name;
    known->name = name;
    return;
  }
  if (manifest_.members.size() >= max_entries || size_ > large_size)
    return;
  manifest_.members.push_back({who, name, now, std::nullopt});
  changed_ = true;
}

void manifest_keeper::handle_leave(const peer_id& who, int64_t now) {
  if (auto* known = present(who)) {
    known->left = now;
    changed_ = true;
  }
}

void manifest_keeper::handle_speaker(const peer_id& who, int64_t now) {
  add_moment(now, "speaker", who);
}

void manifest_keeper::handle_degraded(const peer_id& whose, int64_t now) {
  add_moment(now, "degraded", whose);
}

bool manifest_keeper::handle_part(const recorded_part& x) {
  auto& parts = manifest_.parts;
  // Those that grow are mostly the last ones.
  const auto i = std::ranges::find(parts.rbegin(), parts.rend(), x.file,
                                   &recorded_part::file);
  const bool is_new = i == parts.rend();
  if (is_new)
    parts.push_back(x);
  else
    *i = x;
  changed_ = true;
  return is_new;
}

const recorded_part* manifest_keeper::find_part(const std::string& file) const {
  const auto& parts = manifest_.parts;
  const auto i = std::ranges::find(parts, file, &recorded_part::file);
  return i == parts.end() ? nullptr : &*i;
}

void manifest_keeper::remove_part(const std::string& file) {
  const auto gone = std::erase_if(
      manifest_.parts, [&](const auto& x) { return x.file == file; });
  changed_ |= gone > 0;
}

void manifest_keeper::finish(std::string reason, bool by_failure, int64_t now) {
  const auto plays = std::ranges::any_of(
      manifest_.parts, [](const auto& x) { return x.duration > 0; });
  manifest_.state = by_failure && !plays ? recording_state::failed
                                         : recording_state::finished;
  manifest_.reason = std::move(reason);
  manifest_.duration = now;
  for (auto& x : manifest_.members)
    if (!x.left)
      x.left = now;
  changed_ = true;
}

uint64_t manifest_keeper::octets() const {
  uint64_t out = 0;
  for (const auto& x : manifest_.parts)
    out += x.size;
  return out;
}

std::string manifest_keeper::save(int64_t now) {
  auto out = to_json(at(now));
  size_ = out.size();
  changed_ = false;
  return out;
}

manifest manifest_keeper::at(int64_t now) const {
  auto out = manifest_;
  if (out.state == recording_state::recording)
    out.duration = now;
  return out;
}

recorded_member* manifest_keeper::present(const peer_id& who) {
  const auto i = std::ranges::find_if(manifest_.members, [&](const auto& x) {
    return x.peer == who && !x.left;
  });
  return i == manifest_.members.end() ? nullptr : &*i;
}

void manifest_keeper::add_moment(int64_t at, std::string what,
                                 const peer_id& whose) {
  if (manifest_.timeline.size() >= max_entries || size_ > large_size)
    return;
  manifest_.timeline.push_back({at, std::move(what), whose});
  changed_ = true;
}

} // namespace troupe::actors
