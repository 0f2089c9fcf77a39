#pragma once

#include "rtp/packet/media_packet.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::rtp {

/// Holds the first packets of a frame until its last one has arrived, so that a
/// frame goes to its receivers as one batch. A network delivers the packets of
/// a frame one by one, and each would cost a system call for each receiver.
///
/// A frame ends with the marker, with the end of a spatial layer, or with the
/// first packet of the next timestamp; its last packet never waits. If the end
/// does not come, the packets leave after `longest`; a frame whose packets
/// arrive over a longer time leaves in slices. Late packets, repairs and
/// padding wait for nothing, and end the hold of their encoding. Encodings wait
/// separately, each in its order.
class frame_hold {
public:
  /// With a `longest` of 0 it is off, and must not be given packets.
  explicit frame_hold(duration longest) : longest_(longest) {}

  bool enabled() const {
    return longest_ > duration{};
  }

  /// Takes all packets out of `arrived`. `now` never goes back.
  void handle_packets(std::vector<media_packet>& arrived, time_point now) {
    for (auto& x : arrived)
      take(x, now);
    arrived.clear();
    handle_timeout(now);
  }

  /// Releases what has waited for `longest`.
  void handle_timeout(time_point now) {
    for (auto& x : frames_)
      if (!x.packets.empty() && now - x.since >= longest_)
        release(x, now);
  }

  /// Releases everything.
  void release_all(time_point now) {
    for (auto& x : frames_)
      release(x, now);
  }

  /// When handle_timeout() is next wanted; nothing while nothing waits.
  std::optional<time_point> poll_timeout() const {
    std::optional<time_point> out;
    for (const auto& x : frames_)
      if (!x.packets.empty() && (!out || x.since + longest_ < *out))
        out = x.since + longest_;
    return out;
  }

  /// The sequence of the first packet of this encoding that waits; nothing if
  /// none does. All packets before it have been released.
  std::optional<int64_t> first_waiting(uint8_t encoding) const {
    if (encoding >= frames_.size() || frames_[encoding].packets.empty())
      return std::nullopt;
    return frames_[encoding].packets.front().sequence;
  }

  /// The packets that may go on; the caller takes them out.
  std::vector<media_packet>& released() {
    return released_;
  }

  /// For how long the first packet that was released since the caller last took
  /// them waited here, at most `longest`.
  duration waited() const {
    return waited_;
  }

private:
  // The waiting packets of one encoding, all of one frame.
  struct frame {
    std::vector<media_packet> packets;
    int64_t timestamp = 0;
    time_point since{};
  };

  void take(media_packet& x, time_point now) {
    auto& to = frame_of(x.encoding);
    auto last = x.end_of_frame || x.packet.marker() || x.late || x.filler;
    if (last || x.timestamp != to.timestamp)
      release(to, now);
    if (last) {
      add(std::move(x), duration{});
      return;
    }
    if (to.packets.empty()) {
      to.timestamp = x.timestamp;
      to.since = now;
    }
    to.packets.push_back(std::move(x));
  }

  void release(frame& from, time_point now) {
    if (from.packets.empty())
      return;
    // And for the last packet, which follows.
    released_.reserve(released_.size() + from.packets.size() + 1);
    auto waited = std::min(now - from.since, longest_);
    for (auto& x : from.packets)
      add(std::move(x), waited);
    from.packets.clear();
  }

  void add(media_packet&& x, duration waited) {
    if (released_.empty())
      waited_ = waited;
    released_.push_back(std::move(x));
  }

  frame& frame_of(uint8_t encoding) {
    if (frames_.size() <= encoding)
      frames_.resize(size_t{encoding} + 1);
    return frames_[encoding];
  }

  duration longest_;
  duration waited_{};
  std::vector<frame> frames_; // by encoding
  std::vector<media_packet> released_;
};

} // namespace troupe::rtp
