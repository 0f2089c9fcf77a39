#pragma once

#include "rtp/fifo.hpp"
#include "rtp/outgoing_packet.hpp"

namespace troupe::rtp {

/// Batches that wait to be sent, taken packet by packet.
class send_queue {
public:
  void push(outgoing_batch x) {
    if (!x.packets.empty())
      waiting_.push(std::move(x));
  }

  /// The next packet and how its header is written; null if there is none.
  const outgoing_packet* front() {
    if (position_ < current_.packets.size()) [[likely]]
      return &current_.packets[position_];
    if (waiting_.empty()) {
      if (position_ > 0)
        finish();
      return nullptr;
    }
    position_ = 0;
    current_ = *waiting_.pop();
    return &current_.packets.front();
  }

  /// Takes what front() gave; it stays where it is until the next call.
  void pop() {
    ++position_;
  }

  const header_writer& headers() const {
    return *current_.headers;
  }

  /// Since when the first packet waits; there must be one.
  time_point since() const {
    return current_.queued;
  }

  bool empty() {
    return front() == nullptr;
  }

  /// Drops what waits of who writes such headers; how many packets that were.
  size_t drop(const header_writer& whose) {
    auto is_of = [&](const outgoing_batch& x) {
      return x.headers.get() == &whose;
    };
    size_t count = 0;
    if (position_ < current_.packets.size() && is_of(current_)) {
      count += current_.packets.size() - position_;
      position_ = current_.packets.size();
    }
    for (auto left = waiting_.size(); left > 0; --left) {
      auto batch = *waiting_.pop();
      if (is_of(batch))
        count += batch.packets.size();
      else
        waiting_.push(std::move(batch));
    }
    return count;
  }

private:
  void finish() {
    position_ = 0;
    current_ = {};
  }

  fifo<outgoing_batch> waiting_;
  outgoing_batch current_;
  size_t position_ = 0;
};

} // namespace troupe::rtp
