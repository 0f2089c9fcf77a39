#include "actors/recording/recorder_table.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

// Leaves room in a slug for the source, a number and an extension.
constexpr size_t max_peer_size = 40;

} // namespace

std::string recorder_table::make_stem(const recorder_key& whose) {
  const auto peer = to_slug(whose.peer.str()).substr(0, max_peer_size);
  const auto source =
      whose.source == recording_source::screen ? "-screen" : "-camera";
  auto out = peer + source;
  for (size_t i = 2; !stems_.insert(out).second; ++i)
    out = peer + "." + std::to_string(i) + source;
  return out;
}

recorder_actor recorder_table::find(const recorder_key& whose,
                                    protocol::media_kind kind) const {
  for (const auto& x : entries_) {
    const auto taken = [&](const producer& y) {
      return y.recorder == x.actor.address() && y.kind == kind;
    };
    if (x.key == whose && !x.stopped && std::ranges::none_of(producers_, taken))
      return x.actor;
  }
  return {};
}

void recorder_table::add(const recorder_key& whose, const recorder_actor& x) {
  entries_.push_back({whose, x});
}

void recorder_table::add_producer(const recorder_actor& to,
                                  const producer_actor& x,
                                  const protocol::producer_info& info) {
  producers_.push_back({x.address(), to.address(), info.peer, info.kind});
}

bool recorder_table::has(const producer_actor& x) const {
  return std::ranges::any_of(
      producers_, [&](const producer& y) { return y.address == x.address(); });
}

void recorder_table::note_file(const caf::actor_addr& by,
                               const std::string& file) {
  for (auto& x : entries_)
    if (x.actor.address() == by)
      x.file = file;
}

std::string recorder_table::last_file(const caf::actor_addr& of) const {
  for (const auto& x : entries_)
    if (x.actor.address() == of)
      return x.file;
  return {};
}

void recorder_table::remove_producer(const caf::actor_addr& gone) {
  std::erase_if(producers_,
                [&](const producer& x) { return x.address == gone; });
}

bool recorder_table::remove(const caf::actor_addr& gone) {
  return std::erase_if(
             entries_,
             [&](const entry& x) { return x.actor.address() == gone; })
         > 0;
}

std::vector<recorder_actor> recorder_table::stop(const peer_id* whose) {
  std::vector<recorder_actor> out;
  for (auto& x : entries_)
    if (!x.stopped && (!whose || x.key.peer == *whose)) {
      x.stopped = true;
      out.push_back(x.actor);
    }
  return out;
}

} // namespace troupe::actors
