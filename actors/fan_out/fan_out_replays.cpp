// Replays: hundreds of packets for a consumer that begins, sent in slices so
// that the media of others does not wait for them.

#include "actors/fan_out/fan_out.hpp"

#include <utility>

namespace troupe::actors {

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
    left -= x.sender.flush_slice(out, now, left);
    if (left == 0)
      return; // there may be more
    x.in_line = false;
    line_.erase(line_.begin());
    note_sent(x);
  }
}

} // namespace troupe::actors
