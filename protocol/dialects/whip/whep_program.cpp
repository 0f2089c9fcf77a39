#include "protocol/dialects/whip/whep_program.hpp"

#include "protocol/json/json_limits.hpp"
#include "protocol/json/shared_screen.hpp"

#include <algorithm>
#include <tuple>

namespace troupe::protocol::whep {

namespace {

// Whether the member publishes by WHIP, as its device says.
bool publishes_by_whip(const participant& who) {
  const auto parsed = parse_json(who.device.text);
  if (!parsed || !parsed->IsObject())
    return false;
  const rapidjson::Value& device = *parsed;
  const auto flag = device.FindMember("flag");
  return flag != device.MemberEnd() && flag->value.IsString()
         && std::string_view{flag->value.GetString(),
                             flag->value.GetStringLength()}
                == "whip";
}

} // namespace

void program::begin(const reply::joined& x) {
  for (const auto& who : x.participants)
    note_member(who);
  for (const auto& producer : x.producers)
    add(producer);
  speaker_ = x.speaker;
}

void program::handle(const event::producer_added& x) {
  add(x.producer);
}

void program::handle(const event::producer_closed& x) {
  remove(x.producer);
}

void program::handle(const event::producer_paused& x) {
  set_paused(x.producer, true);
}

void program::handle(const event::producer_resumed& x) {
  set_paused(x.producer, false);
}

// The last speaker is what was chosen last: silence changes nothing.
void program::handle(const event::active_speaker& x) {
  speaker_ = x.peer;
  changed_ = true;
}

void program::handle(const event::peer_joined& x) {
  note_member(x.peer);
}

void program::handle(const event::peer_left& x) {
  whip_.erase(x.peer);
}

void program::skip(const producer_id& which) {
  has_skipped_ = true;
  if (auto* found = find(which))
    found->skipped = changed_ = true;
}

void program::remove(const producer_id& which) {
  changed_ |=
      std::erase_if(sources_, [&](const auto& x) { return x.info.id == which; })
      > 0;
}

void program::set_paused(const producer_id& which, bool paused) {
  auto* found = find(which);
  if (!found)
    return;
  found->info.paused = paused;
  changed_ = true;
}

std::optional<producer_id> program::choose(media_kind kind) const {
  const source* best = nullptr;
  for (const auto& x : sources_)
    if (x.info.kind == kind && !x.skipped
        && (!best || is_better(x, *best, kind)))
      best = &x;
  return best ? std::optional{best->info.id} : std::nullopt;
}

// `b` is older.
bool program::is_better(const source& a, const source& b,
                        media_kind kind) const {
  const auto weigh = [&](const source& x) {
    return std::tuple{!x.info.paused, rank(x.info.peer, kind),
                      x.info.peer == sent(kind),
                      x.screen == (kind == media_kind::video)};
  };
  return weigh(a) > weigh(b);
}

int program::rank(const peer_id& whose, media_kind kind) const {
  const auto other =
      kind == media_kind::audio ? media_kind::video : media_kind::audio;
  if (whip_.contains(whose))
    return 4;
  if (whose == speaker_)
    return 3;
  if (whose == sent(kind))
    return 2;
  return whose == sent(other) ? 1 : 0;
}

program::source* program::find(const producer_id& which) {
  const auto i = std::ranges::find_if(
      sources_, [&](const auto& x) { return x.info.id == which; });
  return i == sources_.end() ? nullptr : &*i;
}

void program::add(const producer_info& x) {
  if (find(x.id) || (pinned_ && x.peer != *pinned_))
    return;
  sources_.push_back({x, is_shared_screen(x.app_data)});
  changed_ = true;
}

void program::note_member(const participant& who) {
  if (publishes_by_whip(who))
    whip_.insert(who.id);
}

} // namespace troupe::protocol::whep
