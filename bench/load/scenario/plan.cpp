#include "bench/load/scenario/plan.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

using protocol::media_kind;

// Visits the other members of a room with members `first` to `last`, exclusive.
template <class Visitor>
void for_others(member_index self, member_index first, member_index last,
                Visitor visit) {
  for (auto i = first; i < last; ++i)
    if (i != self)
      visit(i);
}

media_kind kind_of(traffic x) {
  return is_audio(x) ? media_kind::audio : media_kind::video;
}

double packets_per_second(traffic x, std::optional<int> layer) {
  auto encodings = encoding_count(x);
  auto encoding =
      layer ? std::min<size_t>(static_cast<size_t>(*layer), encodings - 1)
            : encodings - 1;
  traffic_pattern pattern{x, encoding, 1};
  double packets = 0;
  for (size_t i = 0; i < pattern.group_size(); ++i)
    packets += pattern.frame(i).packets;
  return packets * pattern.rate() / static_cast<double>(pattern.group_size());
}

} // namespace

bool member_plan::publishes_kind(media_kind kind) const {
  return std::ranges::any_of(
      publishes, [&](const auto& x) { return kind_of(x.traffic) == kind; });
}

const consume_plan* member_plan::find(member_index from,
                                      media_kind kind) const {
  auto x = std::ranges::find_if(consumes, [&](const auto& c) {
    return c.from == from && c.kind == kind;
  });
  return x == consumes.end() ? nullptr : &*x;
}

bool speaker_rotation::active(member_index who, media_kind kind,
                              uint32_t step) const {
  who %= members_;
  if (who == 0)
    return true;
  if (who > students_)
    return false;
  auto slots = kind == media_kind::audio ? heard_ - 1 : seen_;
  auto slot = (who - 1 + students_ - step % students_) % students_;
  return slot < slots;
}

uint32_t scenario_plan::rooms() const {
  uint32_t count = 0;
  for (const auto& x : members)
    count = std::max(count, x.room + 1);
  return count;
}

size_t scenario_plan::consumers() const {
  size_t count = 0;
  for (const auto& x : members)
    count += x.consumes.size();
  return count;
}

double scenario_plan::planned_packets_per_second(media_kind kind) const {
  double sum = 0;
  for (const auto& x : members)
    for (const auto& c : x.consumes) {
      if (c.kind != kind || c.paused)
        continue;
      for (const auto& p : members[c.from].publishes)
        if (kind_of(p.traffic) == kind && !p.silent)
          sum += packets_per_second(p.traffic, c.spatial_layer);
    }
  return sum;
}

scenario_plan repeated(scenario_plan one, uint32_t rooms) {
  auto size = static_cast<member_index>(one.members.size());
  auto out = std::move(one);
  out.members.reserve(size_t{size} * rooms);
  for (uint32_t room = 1; room < rooms; ++room)
    for (member_index i = 0; i < size; ++i) {
      auto x = out.members[i];
      x.room = room;
      for (auto& c : x.consumes)
        c.from += room * size;
      out.members.push_back(std::move(x));
    }
  return out;
}

scenario_plan divided(scenario_plan plan, uint32_t publishers,
                      uint32_t receivers) {
  for (auto& x : plan.members)
    x.node = x.publishes.empty() ? receivers : publishers;
  return plan;
}

scenario_plan broadcast_plan(uint32_t receivers, traffic video, bool audio) {
  scenario_plan out;
  auto& sender = out.members.emplace_back();
  sender.publishes.push_back({video});
  if (audio)
    sender.publishes.push_back({traffic::audio});
  for (uint32_t i = 0; i < receivers; ++i) {
    auto& x = out.members.emplace_back();
    x.consumes.push_back({0, media_kind::video, {}, false});
    if (audio)
      x.consumes.push_back({0, media_kind::audio, {}, false});
  }
  return out;
}

scenario_plan whep_plan(uint32_t viewers, std::optional<traffic> video,
                        bool audio) {
  scenario_plan out;
  auto& sender = out.members.emplace_back();
  member_plan viewer;
  viewer.views = true;
  if (audio) {
    sender.publishes.push_back({traffic::audio});
    viewer.consumes.push_back({0, media_kind::audio, {}, false});
  }
  if (video) {
    sender.publishes.push_back({*video});
    viewer.consumes.push_back({0, media_kind::video, {}, false});
  }
  out.members.insert(out.members.end(), viewers, viewer);
  return out;
}

scenario_plan webinar_plan(uint32_t speakers, uint32_t receivers) {
  scenario_plan out;
  for (member_index i = 0; i < speakers + receivers; ++i) {
    auto& x = out.members.emplace_back();
    if (i < speakers)
      x.publishes.push_back({traffic::audio});
    for_others(i, 0, speakers, [&](member_index from) {
      x.consumes.push_back({from, media_kind::audio, {}, false});
    });
  }
  return out;
}

scenario_plan meetings_plan(uint32_t rooms, uint32_t size,
                            std::optional<traffic> video) {
  scenario_plan out;
  for (uint32_t room = 0; room < rooms; ++room)
    for (uint32_t i = 0; i < size; ++i) {
      auto& x = out.members.emplace_back();
      x.room = room;
      x.publishes.push_back({traffic::audio});
      if (video)
        x.publishes.push_back({*video});
      auto first = room * size;
      for_others(first + i, first, first + size, [&](member_index from) {
        x.consumes.push_back({from, media_kind::audio, {}, false});
        if (video)
          x.consumes.push_back({from, media_kind::video, {}, false});
      });
    }
  return out;
}

scenario_plan class_plan(uint32_t students, uint32_t listeners, uint32_t heard,
                         uint32_t seen, traffic video, bool by_server) {
  scenario_plan out;
  auto speakers = students + 1;
  out.rotation.emplace(students, heard, seen, speakers + listeners);
  for (member_index i = 0; i < speakers + listeners; ++i) {
    auto& x = out.members.emplace_back();
    if (i < speakers) {
      x.publishes.push_back({traffic::audio});
      x.publishes.push_back({i == 0 ? traffic::sim3 : video});
    }
    for_others(i, 0, speakers, [&](member_index from) {
      for (auto kind : {media_kind::audio, media_kind::video})
        x.consumes.push_back(
            {from,
             kind,
             {},
             !by_server && !out.rotation->active(from, kind, 0)});
    });
  }
  return out;
}

scenario_plan large_plan(uint32_t members, uint32_t low, uint32_t heard) {
  scenario_plan out;
  for (member_index i = 0; i < members; ++i) {
    auto& x = out.members.emplace_back();
    x.publishes = {{traffic::audio}, {traffic::sim3}};
    auto neighbour = [&](uint32_t distance) {
      return (i + distance) % members;
    };
    auto seen = std::min(low + 1, members - 1);
    for (uint32_t d = 1; d <= seen; ++d)
      x.consumes.push_back(
          {neighbour(d), media_kind::video, d == 1 ? 2 : 0, false});
    for (uint32_t d = 1; d <= std::min(heard, members - 1); ++d)
      x.consumes.push_back({neighbour(d), media_kind::audio, {}, false});
  }
  return out;
}

scenario_plan storm_plan(uint32_t rooms, uint32_t joins) {
  scenario_plan out;
  for (member_index i = 0; i < rooms + joins; ++i) {
    auto& x = out.members.emplace_back();
    x.room = i % rooms;
    x.publishes.push_back({traffic::audio, i >= rooms});
    for (auto from = x.room; from < rooms + joins; from += rooms)
      if (from != i)
        x.consumes.push_back({from, media_kind::audio, {}, false});
  }
  return out;
}

scenario_plan idle_plan(uint32_t peers, uint32_t size) {
  scenario_plan out;
  auto rooms = (peers + size - 1) / size;
  for (member_index i = 0; i < peers + rooms; ++i) {
    auto& x = out.members.emplace_back();
    x.always_connects = true;
    x.room = i < peers ? i / size : i - peers;
    auto producer = peers + x.room;
    if (i == producer)
      x.publishes = {{traffic::audio, true}, {traffic::v600, true}};
    else
      x.consumes = {{producer, media_kind::audio, {}, true},
                    {producer, media_kind::video, {}, true}};
  }
  return out;
}

scenario_plan remote_plan(uint32_t rooms, uint32_t peers) {
  scenario_plan out;
  for (member_index i = 0; i < rooms + peers; ++i) {
    auto& x = out.members.emplace_back();
    x.room = i % rooms;
    x.node = i < rooms ? 0 : 1;
  }
  return out;
}

scenario_plan signal_plan(uint32_t peers, uint32_t size) {
  scenario_plan out;
  for (member_index i = 0; i < peers; ++i) {
    auto& x = out.members.emplace_back();
    x.room = i / size;
    x.publishes = {{traffic::audio, true}};
  }
  return out;
}

} // namespace troupe::load
