#include "rtp/packet/header_extensions.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

constexpr std::array<std::string_view, extension_count> uris = {
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "https://aomediacodec.github.io/av1-rtp-spec/"
    "#dependency-descriptor-rtp-header-extension",
    "urn:3gpp:video-orientation",
    "urn:ietf:params:rtp-hdrext:toffset",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
    "urn:mediasoup:params:rtp-hdrext:packet-id",
};

/// The element's value if it has exactly `size` octets, or null.
const uint8_t* read(const packet& x, const extension_map& ids, extension what,
                    size_t size) {
  auto value = x.extension(ids.id(what));
  return value.size() == size ? value.data() : nullptr;
}

std::optional<std::string_view>
read_text(const packet& x, const extension_map& ids, extension what) {
  auto value = x.extension(ids.id(what));
  if (value.empty())
    return std::nullopt;
  return net::as_text(value);
}

} // namespace

std::string_view uri(extension x) {
  return uris[static_cast<size_t>(x)];
}

std::optional<extension> extension_from_uri(std::string_view text) {
  auto i = std::find(uris.begin(), uris.end(), text);
  if (i == uris.end())
    return std::nullopt;
  return static_cast<extension>(i - uris.begin());
}

extension_map extension_map::defaults() {
  extension_map result;
  for (size_t i = 0; i < extension_count; ++i)
    result.ids_[i] = default_id(static_cast<extension>(i));
  return result;
}

bool extension_map::set(extension x, uint8_t id) {
  if (id == 0 || id == 15)
    return false;
  if (auto owner = find(id); owner && *owner != x)
    return false;
  ids_[index(x)] = id;
  return true;
}

std::optional<extension> extension_map::find(uint8_t id) const {
  if (id == 0)
    return std::nullopt;
  auto i = std::find(ids_.begin(), ids_.end(), id);
  if (i == ids_.end())
    return std::nullopt;
  return static_cast<extension>(i - ids_.begin());
}

std::optional<std::string_view> read_mid(const packet& x,
                                         const extension_map& ids) {
  return read_text(x, ids, extension::sdes_mid);
}

std::optional<std::string_view> read_rid(const packet& x,
                                         const extension_map& ids) {
  return read_text(x, ids, extension::sdes_rid);
}

std::optional<std::string_view> read_repaired_rid(const packet& x,
                                                  const extension_map& ids) {
  return read_text(x, ids, extension::sdes_repaired_rid);
}

std::optional<uint32_t> read_abs_send_time(const packet& x,
                                           const extension_map& ids) {
  if (auto p = read(x, ids, extension::abs_send_time, 3))
    return net::load_u24(p);
  return std::nullopt;
}

std::optional<uint16_t> read_transport_cc(const packet& x,
                                          const extension_map& ids) {
  if (auto p = read(x, ids, extension::transport_cc, 2))
    return net::load_u16(p);
  return std::nullopt;
}

std::optional<audio_level> read_audio_level(const packet& x,
                                            const extension_map& ids) {
  auto p = read(x, ids, extension::audio_level, 1);
  if (!p)
    return std::nullopt;
  return audio_level{static_cast<uint8_t>(*p & 0x7F), (*p & 0x80) != 0};
}

std::optional<video_orientation>
read_video_orientation(const packet& x, const extension_map& ids) {
  auto p = read(x, ids, extension::video_orientation, 1);
  if (!p)
    return std::nullopt;
  return video_orientation{(*p & 8) != 0, (*p & 4) != 0,
                           static_cast<uint16_t>((*p & 3) * 90)};
}

std::optional<int32_t> read_toffset(const packet& x, const extension_map& ids) {
  auto p = read(x, ids, extension::toffset, 3);
  if (!p)
    return std::nullopt;
  return static_cast<int32_t>(net::load_u24(p) << 8) >> 8;
}

std::optional<abs_capture_time>
read_abs_capture_time(const packet& x, const extension_map& ids) {
  auto value = x.extension(ids.id(extension::abs_capture_time));
  if (value.size() != 8 && value.size() != 16)
    return std::nullopt;
  abs_capture_time result;
  result.ntp = net::load_u64(value.data());
  if (value.size() == 16)
    result.clock_offset = static_cast<int64_t>(net::load_u64(value.data() + 8));
  return result;
}

std::optional<playout_delay> read_playout_delay(const packet& x,
                                                const extension_map& ids) {
  auto p = read(x, ids, extension::playout_delay, 3);
  if (!p)
    return std::nullopt;
  auto both = net::load_u24(p);
  return playout_delay{static_cast<uint16_t>(both >> 12),
                       static_cast<uint16_t>(both & 0xFFF)};
}

uint32_t to_abs_send_time(time_point x) {
  constexpr int64_t wrap = 64'000'000'000;
  auto ns = std::chrono::nanoseconds{x.time_since_epoch()}.count() % wrap;
  if (ns < 0)
    ns += wrap;
  return static_cast<uint32_t>((ns << 18) / 1'000'000'000);
}

duration abs_send_time_delta(uint32_t from, uint32_t to) {
  int64_t units = static_cast<int32_t>((to - from) << 8) >> 8;
  return std::chrono::nanoseconds{units * 1'000'000'000 / (1 << 18)};
}

} // namespace troupe::rtp
