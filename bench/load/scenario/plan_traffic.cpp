#include "bench/load/scenario/plan_traffic.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

using protocol::media_kind;

constexpr double feedback_per_second = 10;
constexpr double reports_per_second = 1;

media_kind kind_of(const publish_plan& x) {
  return is_audio(x.traffic) ? media_kind::audio : media_kind::video;
}

// Whether a consumer gets that encoding: by default the highest.
bool takes(const consume_plan& x, size_t encoding, size_t count) {
  auto highest = static_cast<int>(count) - 1;
  auto wanted = std::clamp(x.spatial_layer.value_or(highest), 0, highest);
  return static_cast<size_t>(wanted) == encoding;
}

floor_stream stream_of(traffic kind, size_t encoding, uint64_t seed) {
  traffic_pattern pattern{kind, encoding, seed};
  floor_stream out;
  out.rate = pattern.rate();
  for (size_t n = 0; n < pattern.group_size(); ++n) {
    auto& frame = out.frames.emplace_back();
    auto& shape = pattern.frame(n);
    for (size_t i = 0; i < shape.packets; ++i)
      frame.push_back(static_cast<uint16_t>(shape.packet_size(i)));
  }
  return out;
}

bool receives(const member_plan& x, media_kind kind) {
  return std::ranges::any_of(
      x.consumes, [&](const auto& c) { return c.kind == kind && !c.paused; });
}

double rtcp_per_second(const scenario_plan& plan) {
  double out = 0;
  for (const auto& x : plan.members) {
    auto video = receives(x, media_kind::video);
    out += video ? feedback_per_second : 0;
    out += video || receives(x, media_kind::audio) ? reports_per_second : 0;
  }
  return out;
}

} // namespace

floor_traffic traffic_of(const scenario_plan& plan, uint64_t seed) {
  floor_traffic out;
  // The number of each member among those who receive.
  std::vector<uint32_t> numbers;
  for (const auto& x : plan.members) {
    numbers.push_back(out.receivers);
    out.receivers += x.consumes.empty() ? 0 : 1;
  }
  for (member_index from = 0; from < plan.members.size(); ++from)
    for (const auto& sent : plan.members[from].publishes) {
      auto count = encoding_count(sent.traffic);
      for (size_t encoding = 0; encoding < count && !sent.silent; ++encoding) {
        auto stream = stream_of(sent.traffic, encoding, seed);
        for (member_index to = 0; to < plan.members.size(); ++to) {
          auto* x = plan.members[to].find(from, kind_of(sent));
          if (x && !x->paused && takes(*x, encoding, count))
            stream.receivers.push_back(numbers[to]);
        }
        out.streams.push_back(std::move(stream));
      }
    }
  auto packets = plan.planned_packets_per_second(media_kind::audio)
                 + plan.planned_packets_per_second(media_kind::video);
  if (packets > 0)
    out.rtcp_per_packet = rtcp_per_second(plan) / packets;
  return out;
}

} // namespace troupe::load
