// How another SSRC takes over an encoding. If the sender restarts without
// notice, its packets still have the same MID or RID.

#include "rtp/receive/receiver.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

// The most stored packets of all successors: 100 ms of 10 Mbit/s.
constexpr size_t max_successor_packets = 128;

// An SSRC that still sends this long after another began was not replaced.
constexpr auto overlap = std::chrono::milliseconds{50};

} // namespace

bool receiver::admit(slot& to, const packet& x, time_point now) {
  auto& known = to.identity.ssrc;
  if (known == x.ssrc()) {
    if (!to.stream)
      bind_media(to, x.ssrc());
    if (!to.next.packets.empty() && now - to.next.began >= overlap)
      drop_successor(to);
    return true;
  }
  if (!known) {
    bind_media(to, x.ssrc());
    return true;
  }
  // The signaled SSRC takes precedence.
  if (!to.stream) {
    drops_.add(drop_reason::unknown_encoding);
    return false;
  }
  if (now < takeover_time(to, x.ssrc())) {
    store_successor(to, x, now);
    return false;
  }
  take_over(to, x.ssrc(), now);
  return true;
}

// When `by` may take over if no more packets of the old SSRC arrive.
time_point receiver::takeover_time(const slot& of, ssrc by) const {
  // Late packets of a replaced SSRC do not restore it.
  if (of.replaced == by)
    return of.last_arrival + takeover_silence;
  return of.stream->active() ? of.last_arrival + takeover_patience
                             : of.last_arrival;
}

void receiver::store_successor(slot& to, const packet& x, time_point now) {
  if (to.replaced == x.ssrc()) {
    drops_.add(drop_reason::unknown_encoding);
    return;
  }
  auto& next = to.next;
  if (next.ssrc != x.ssrc())
    drop_successor(to);
  if (successor_packets_ == max_successor_packets) {
    drops_.add(drop_reason::unknown_encoding);
    return;
  }
  if (next.packets.empty()) {
    next.ssrc = x.ssrc();
    next.began = now;
  }
  next.packets.push_back(x);
  ++successor_packets_;
}

void receiver::take_over(slot& to, ssrc by, time_point now) {
  if (to.next.ssrc != by)
    drop_successor(to);
  auto packets = std::exchange(to.next.packets, {});
  successor_packets_ -= packets.size();
  to.replaced = to.identity.ssrc;
  bind_media(to, by);
  for (auto& x : packets)
    handle_media(to, x, now);
}

void receiver::drop_successor(slot& of) {
  drops_.add(drop_reason::unknown_encoding, of.next.packets.size());
  successor_packets_ -= of.next.packets.size();
  of.next.packets = {};
}

void receiver::handle_takeovers(time_point now) {
  for (auto& s : slots_)
    if (!s.next.packets.empty() && now >= takeover_time(s, s.next.ssrc))
      take_over(s, s.next.ssrc, now);
}

} // namespace troupe::rtp
