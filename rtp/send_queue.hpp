#pragma once

#include "rtp/fifo.hpp"
#include "rtp/room_pool.hpp"

namespace troupe::rtp {

/// Batches that wait to be sent, taken packet by packet.
class send_queue {
public:
  /// Where the room of what has been sent goes; it must outlive this.
  void use(room_pool* x) {
    rooms_ = x;
  }

  void push(outgoing_batch&& x) {
    if (!x.packets.empty())
      waiting_.push(std::move(x));
  }

  /// The next packet; null if there is none.
  const outgoing_packet* front() {
    while (!waiting_.empty()) {
      auto& x = waiting_.front().packets;
      if (position_ < x.size()) [[likely]]
        return &x[position_];
      finish();
    }
    return nullptr;
  }

  /// Takes what front() gave; it stays where it is until the next call.
  void pop() {
    ++position_;
  }

  /// How the header of what front() gave is written.
  const header_writer& headers() {
    return *waiting_.front().headers;
  }

  /// Who writes the next headers; null where nothing waits.
  const header_writer* writer() const {
    return waiting_.empty() ? nullptr : waiting_.front().headers.get();
  }

  /// Since when the next packet waits; there must be one.
  time_point since() {
    return waiting_.front().queued;
  }

  bool empty() {
    return front() == nullptr;
  }

  /// Drops what waits of who writes such headers; how many packets that were.
  size_t drop(const header_writer& whose) {
    size_t count = 0;
    auto sent = position_; // of the oldest
    for (auto left = waiting_.size(); left > 0; --left) {
      auto x = *waiting_.pop();
      if (x.headers.get() == &whose) {
        count += x.packets.size() - sent;
        position_ -= sent;
        give_back(std::move(x));
      } else {
        waiting_.push(std::move(x));
      }
      sent = 0;
    }
    return count;
  }

private:
  void finish() {
    position_ = 0;
    give_back(*waiting_.pop());
  }

  void give_back(outgoing_batch&& x) {
    if (rooms_)
      rooms_->give(std::move(x.packets));
  }

  fifo<outgoing_batch> waiting_;
  size_t position_ = 0; // in the oldest
  room_pool* rooms_ = nullptr;
};

} // namespace troupe::rtp
