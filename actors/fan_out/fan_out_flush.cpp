// What of a fan_out's output waits for other packets, and the sending of it.

#include "actors/fan_out/fan_out.hpp"

#include <utility>

namespace troupe::actors {

// Packets of several producers to one receiver leave in fewer messages if they
// leave together. Those of a single producer already come as whole frames.
bool fan_out::may_wait(const transport& to, const rtp::outgoing_batch& x) {
  auto repair = !x.packets.empty()
                && x.packets.front().original_sequence_number.has_value();
  return to.several && !repair && !to.sender.plain();
}

void fan_out::queue_media(transport& to, rtp::outgoing_batch&& x,
                          net::time_point now) {
  auto prompt = !may_wait(to, x);
  to.sender.queue_media(std::move(x), now);
  to.sender.prefetch_more();
  mark(to, prompt);
}

void fan_out::mark(transport& x, bool prompt) {
  (prompt ? prompt_ : patient_) = true;
  x.prompt = x.prompt || prompt;
  if (std::exchange(x.dirty, true))
    return;
  dirty_.push_back(&x);
}

net::duration fan_out::flush(net::datagram_sink& out, net::time_point now) {
  settle(now);
  if (pacing_ && *pacing_ <= now)
    handle_pacing(now);
  {
    datagram_batcher sender{out};
    for (size_t k = 0; k < dirty_.size(); ++k) {
      if (k + 2 < dirty_.size())
        dirty_[k + 2]->sender.prefetch_source();
      send(*dirty_[k], sender, now);
    }
    send_replays(sender, now);
  }
  dirty_.clear();
  prompt_ = false;
  patient_ = false;
  handle_late(now);
  auto waited = oldest_ ? now - *oldest_ : net::duration{};
  oldest_.reset();
  return waited;
}

void fan_out::flush_prompt(net::datagram_sink& out, net::time_point now) {
  {
    datagram_batcher sender{out};
    std::erase_if(dirty_, [&](transport* x) {
      if (!x->prompt)
        return false;
      send(*x, sender, now);
      return true;
    });
    send_replays(sender, now);
  }
  prompt_ = false;
  patient_ = !dirty_.empty();
  if (!patient_)
    oldest_.reset();
  handle_late(now);
}

void fan_out::send(transport& x, datagram_batcher& out, net::time_point now) {
  x.dirty = false;
  x.prompt = false;
  if (x.in_line) [[unlikely]] {
    x.sender.flush_urgent(out, now);
    return;
  }
  x.sender.flush(out, now, coalesces_);
  note_sent(x);
}

void fan_out::note_sent(transport& x) {
  if (auto next = x.sender.egress().poll_timeout())
    hold(x, *next);
  if (x.sender.egress().has_dropped())
    late_.push_back(&x);
}

void fan_out::handle_late(net::time_point now) {
  for (auto* x : late_)
    handle_dropped(*x, now);
  late_.clear();
}

} // namespace troupe::actors
