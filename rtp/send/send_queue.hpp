#pragma once

#include "rtp/base/fifo.hpp"
#include "rtp/send/packet_vector_pool.hpp"

#include <algorithm>
#include <utility>

namespace troupe::rtp {

/// Batches that wait to be sent, removed packet by packet.
class send_queue {
public:
  /// Gives emptied packet vectors to the pool, which must outlive this object.
  void set_pool(packet_vector_pool* x) {
    pool_ = x;
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

  /// Removes the packet that front() returned. It stays valid until the next
  /// call.
  void pop() {
    ++position_;
  }

  /// The header writer of the packet that front() returned.
  const header_writer& headers() {
    return *waiting_.front().headers;
  }

  /// The header writer of the next packet; null if the queue is empty.
  const header_writer* writer() const {
    return waiting_.empty() ? nullptr : waiting_.front().headers.get();
  }

  /// The SSRC of the next packet. Nothing if the queue is empty; may be nothing
  /// between pop() and front().
  std::optional<ssrc> source() const {
    if (waiting_.empty() || position_ >= waiting_.front().packets.size())
      return std::nullopt;
    return waiting_.front().packets[position_].fields.ssrc;
  }

  /// Prefetches where the next batch will be put.
  void prefetch() const {
    waiting_.prefetch();
  }

  /// When the next packet was queued; there must be one.
  time_point since() {
    return waiting_.front().queued;
  }

  bool empty() {
    return front() == nullptr;
  }

  /// How many packets wait.
  size_t packets() {
    size_t out = 0;
    for (const auto& x : waiting_.items())
      out += x.packets.size();
    return out - position_;
  }

  /// Whether packets with this header writer wait.
  bool holds(const header_writer& whose) {
    return !empty()
           && std::ranges::any_of(waiting_.items(), [&](const auto& x) {
                return x.headers.get() == &whose;
              });
  }

  /// Puts batches of larger packets first, by the first packet of each; those
  /// of one stream keep their order. Must not be called between front() and the
  /// end of the batch that it belongs to.
  void sort_by_size() {
    auto all = waiting_.items();
    auto size = [](const outgoing_batch& x) {
      return x.packets.front().packet.payload().size();
    };
    for (size_t i = 1; i < all.size(); ++i)
      for (auto k = i; k > 0 && all[k - 1].headers != all[k].headers
                       && size(all[k - 1]) < size(all[k]);
           --k)
        std::swap(all[k - 1], all[k]);
  }

  /// Drops the packets with this header writer. Returns how many.
  size_t drop(const header_writer& whose) {
    size_t count = 0;
    auto sent = position_; // packets sent of the oldest batch
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
    if (pool_)
      pool_->give(std::move(x.packets));
  }

  fifo<outgoing_batch> waiting_;
  size_t position_ = 0; // in the oldest batch
  packet_vector_pool* pool_ = nullptr;
};

} // namespace troupe::rtp
