#include "bench/load/media/traffic_pattern.hpp"

#include "bench/load/media/cheap_random.hpp"

#include <algorithm>
#include <array>

namespace troupe::load {

namespace {

constexpr uint32_t packet_octets = 1200;
constexpr uint32_t audio_octets = 130;
constexpr uint32_t video_rate = 30;
constexpr uint32_t group_seconds = 3;
constexpr size_t group_frames = video_rate * group_seconds;

// Video whose packets all have the full size: the key frame, and the other
// frames with `least` to `most` packets each, so that the rate is met.
struct full_packets {
  uint32_t packets_per_second;
  uint16_t keyframe;
  uint16_t least;
  uint16_t most;
};

constexpr full_packets v600_shape{58, 20, 1, 3};
constexpr full_packets v1500_shape{150, 20, 3, 6};

// Video of a bitrate: frame sizes differ by up to 30 % from their mean.
struct bit_rate {
  uint32_t kbps;
  uint16_t keyframe;
};

constexpr std::array<bit_rate, 3> sim3_shape{{{100, 2}, {300, 5}, {1200, 20}}};

// Distributes `total` over `count` numbers between `least` and `most`, first
// evenly, then by moving random amounts between them.
std::vector<uint32_t> spread(uint32_t total, size_t count, uint32_t least,
                             uint32_t most, uint32_t step,
                             cheap_random& random) {
  std::vector<uint32_t> out(count);
  for (size_t i = 0; i < count; ++i)
    out[i] = static_cast<uint32_t>((i + 1) * total / count - i * total / count);
  for (size_t i = 0; i < 2 * count; ++i) {
    auto n = static_cast<uint32_t>(count);
    auto& from = out[random.below(n)];
    auto& to = out[random.below(n)];
    auto moved = step == 1 ? 1 : random.below(step);
    if (&from != &to && from >= least + moved && to + moved <= most) {
      from -= moved;
      to += moved;
    }
  }
  return out;
}

frame_shape full_frame(uint32_t packets, bool keyframe) {
  return {packets * packet_octets, static_cast<uint16_t>(packets), keyframe};
}

std::vector<frame_shape> make_group(const full_packets& x,
                                    cheap_random& random) {
  std::vector<frame_shape> group{full_frame(x.keyframe, true)};
  auto rest = x.packets_per_second * group_seconds - x.keyframe;
  for (auto n : spread(rest, group_frames - 1, x.least, x.most, 1, random))
    group.push_back(full_frame(n, false));
  return group;
}

std::vector<frame_shape> make_group(const bit_rate& x, cheap_random& random) {
  std::vector<frame_shape> group{full_frame(x.keyframe, true)};
  auto rest = x.kbps * 1000 / 8 * group_seconds - x.keyframe * packet_octets;
  auto mean = rest / static_cast<uint32_t>(group_frames - 1);
  for (auto n : spread(rest, group_frames - 1, mean - mean * 3 / 10,
                       mean + mean * 3 / 10, mean / 4, random)) {
    auto packets = (n + packet_octets - 1) / packet_octets;
    group.push_back({n, static_cast<uint16_t>(packets), false});
  }
  return group;
}

std::vector<frame_shape> make_group(traffic kind, size_t encoding,
                                    uint64_t seed) {
  cheap_random random{seed};
  switch (kind) {
    case traffic::audio:
      break;
    case traffic::v600:
      return make_group(v600_shape, random);
    case traffic::v1500:
      return make_group(v1500_shape, random);
    case traffic::sim3:
      return make_group(sim3_shape[encoding % sim3_shape.size()], random);
  }
  return {{audio_octets, 1, false}};
}

constexpr std::array<std::string_view, 4> names{"audio", "v600", "v1500",
                                                "sim3"};

} // namespace

std::string_view to_string(traffic x) {
  return names[static_cast<size_t>(x)];
}

std::optional<traffic> traffic_from(std::string_view name) {
  auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end())
    return std::nullopt;
  return static_cast<traffic>(at - names.begin());
}

traffic_pattern::traffic_pattern(traffic kind, size_t encoding, uint64_t seed)
    : group_(make_group(kind, encoding, seed))
    , rate_(is_audio(kind) ? 50 : video_rate)
    , clock_rate_(is_audio(kind) ? 48000 : 90000) {}

} // namespace troupe::load
