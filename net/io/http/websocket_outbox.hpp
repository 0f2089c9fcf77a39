#pragma once

#include "net/base/time.hpp"
#include "net/io/http/connection.hpp"
#include "net/io/http/frame_header.hpp"
#include "net/io/http/whole_stream.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <vector>

namespace troupe::net {

/// The messages queued for a WebSocket, each written as one frame.
///
/// A client is slow if it does not drain its queue. The size of one batch, such
/// as an answer that lists a whole room, does not make it slow, so a batch
/// counts at most half of the limit.
class websocket_outbox {
public:
  explicit websocket_outbox(size_t limit) : most_charged_(limit) {}

  /// Charges a batch to the client before it is pushed. False if the queue
  /// exceeds the limit. Thread-safe; all other functions belong to the loop.
  bool charge(const std::vector<outgoing_message>& batch) {
    size_t octets = 0;
    for (const auto& x : batch)
      octets += size_of(x);
    auto cost = std::min(octets, most_charged_ / 2);
    return charged_.fetch_add(cost) + cost <= most_charged_;
  }

  /// Queues a batch that has been charged.
  void push(std::vector<outgoing_message> batch, time_point now) {
    auto left = most_charged_ / 2;
    for (auto& x : batch) {
      auto cost = std::min(left, size_of(x));
      left -= cost;
      octets_ += size_of(x);
      waiting_.emplace_back(std::move(x), cost, now);
    }
  }

  bool empty() const {
    return waiting_.empty();
  }

  /// The octets of all queued messages, uncapped.
  size_t octets() const {
    return octets_;
  }

  /// Whether a run is being written.
  bool writing() const {
    return writing_ > 0;
  }

  /// When the oldest waiting message was queued.
  time_point oldest() const {
    return waiting_.front().queued;
  }

  /// Forms the next run of queued messages; returns its octets.
  size_t gather() {
    size_t octets = 0;
    run_.clear();
    for (const auto& x : waiting_) {
      if (writing_ == max_run || octets > max_run_octets)
        break;
      run_.push_back(x.header.buffer());
      run_.push_back(boost::asio::buffer(*x.what.text));
      octets += run_[run_.size() - 2].size() + run_.back().size();
      ++writing_;
    }
    return octets;
  }

  /// The buffers of the run.
  const std::vector<boost::asio::const_buffer>& run() const {
    return run_;
  }

  /// Removes octets from the front of the run; returns their number.
  size_t skip(size_t octets) {
    auto left = octets;
    for (auto& x : run_) {
      auto part = std::min(left, x.size());
      x += part;
      left -= part;
    }
    return octets;
  }

  /// Removes the messages of the run, which has been written.
  void pop_run() {
    for (; writing_ > 0; --writing_) {
      const auto& x = waiting_.front();
      charged_ -= x.cost;
      octets_ -= size_of(x.what);
      waiting_.pop_front();
    }
  }

  /// Drops the messages that are not being written.
  void drop_waiting() {
    while (waiting_.size() > writing_)
      waiting_.pop_back();
  }

private:
  // The memory of a queued message beyond its octets.
  static constexpr size_t message_overhead = 64;

  // The approximate maximum for one system call.
  static constexpr size_t max_run = whole_stream::max_now / 2;
  static constexpr size_t max_run_octets = 64 << 10;

  struct waiting_message {
    waiting_message(outgoing_message x, size_t charge, time_point now)
        : what(std::move(x))
        , header(what.text->size(), what.binary)
        , cost(charge)
        , queued(now) {}

    outgoing_message what;
    frame_header header;
    size_t cost;
    time_point queued;
  };

  static size_t size_of(const outgoing_message& x) {
    return x.text->size() + message_overhead;
  }

  const size_t most_charged_;
  std::atomic<size_t> charged_{0};
  size_t octets_ = 0;
  std::deque<waiting_message> waiting_;
  // The number of messages at the front being written, and their buffers.
  size_t writing_ = 0;
  std::vector<boost::asio::const_buffer> run_;
};

} // namespace troupe::net
