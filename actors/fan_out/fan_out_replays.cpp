// Replays: hundreds of packets for a consumer that begins, sent in slices so
// that the media of others does not wait for them.

#include "actors/fan_out/fan_out.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {

namespace {

net::duration gap_of(const std::vector<rtp::media_packet>& x) {
  if (x.size() <= fan_out::unpaced_replay)
    return {};
  auto took = x.back().packet.arrival() - x.front().packet.arrival();
  auto slices = static_cast<int64_t>(x.size() / fan_out::replay_slice);
  return std::max(took, net::duration{}) / (slices * fan_out::replay_speed);
}

} // namespace

// The whole replay goes through the forwarder at once, which is cheap and keeps
// its numbers in order. It is the sending that takes long.
void fan_out::handle_replay(consumer_key which, const rtp::media_batch& packets,
                            net::time_point now) {
  auto i = consumers_.find(which);
  if (i == consumers_.end())
    return;
  auto& x = *i->second;
  change(x).handle_replay(packets, now);
  collect(x, now);
  auto& to = *x.on;
  if (!to.dirty || !to.sender.writable() || to.sender.plain())
    return;
  to.slice_gap = std::max(to.slice_gap, gap_of(*packets));
  if (!std::exchange(to.in_line, true))
    line_.push_back(&to);
}

void fan_out::handle_keyframe_request(consumer_key which, net::time_point now) {
  auto i = consumers_.find(which);
  if (i == consumers_.end())
    return;
  auto& x = *i->second;
  if (x.on->in_line && x.on->sender.egress().holds_video(x.engine.headers()))
    x.engine.count_keyframe_request();
  else
    change(x).handle_keyframe_request(now);
  collect(x, now);
}

void fan_out::send_replays(datagram_batcher& out, net::time_point now) {
  auto left = replay_slice;
  while (!line_.empty() && left > 0) {
    auto& x = *line_.front();
    if (now < x.slice_due) [[unlikely]] {
      rest_first(); // its hold ended with that of another transport
      continue;
    }
    left -= x.sender.flush_slice(out, now, left);
    if (left == 0) { // there may be more
      if (x.slice_gap > net::duration{}) {
        x.slice_due = now + x.slice_gap;
        rest_first();
      }
      return;
    }
    x.in_line = false;
    x.slice_gap = {};
    x.slice_due = {};
    line_.erase(line_.begin());
    note_sent(x);
  }
}

void fan_out::rest_first() {
  auto& x = *line_.front();
  line_.erase(line_.begin());
  x.rests = true;
  hold(x, x.slice_due);
}

} // namespace troupe::actors
