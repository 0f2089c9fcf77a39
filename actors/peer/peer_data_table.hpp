#pragma once

#include "actors/data/data_consumer_actor.hpp"
#include "actors/data/data_producer_actor.hpp"
#include "actors/peer/record_list.hpp"

#include <deque>

namespace troupe::actors {

/// One of the peer's data producers.
struct data_producer_record {
  data_producer_id id;
  transport_id transport;
  data_producer_actor actor = {};
  bool paused = false;
  std::shared_ptr<void> quota_tokens = {};
};

/// One of the peer's data consumers.
struct data_consumer_record {
  data_consumer_id id;
  transport_id transport;
  data_producer_id producer;
  data_consumer_actor actor = {};
  std::shared_ptr<void> quota_token = {};
  std::vector<subchannel> subchannels = {}; // sorted
};

/// The data producers and data consumers of a peer: which there are, and how
/// many there may be.
class peer_data_table {
public:
  /// Consumers of one data producer that one peer may have, as for media.
  static constexpr std::ptrdiff_t max_replicas = 64;

  /// Data producers that are remembered after their channels closed.
  static constexpr size_t max_closed_producers = 64;

  /// How many data producers and data consumers the peer may have.
  void set_limits(size_t producers, size_t consumers) {
    max_producers_ = producers;
    max_consumers_ = consumers;
  }

  // -- data producers ---------------------------------------------------------

  const record_list<data_producer_record>& producers() const {
    return producers_;
  }

  data_producer_record* find(const data_producer_id& which) {
    return producers_.find(which);
  }

  /// Whether the peer may have one more data producer.
  bool may_add_producer() const {
    return producers_.size() < max_producers_;
  }

  data_producer_record& add(data_producer_record x) {
    return producers_.add(std::move(x));
  }

  /// Removes a data producer and returns it, if it exists.
  std::optional<data_producer_record> remove(const data_producer_id& which) {
    return producers_.remove(which);
  }

  /// Remembers a data producer whose channel its client has closed: a request
  /// to close it may follow. Forgets the oldest of too many.
  void note_closed(data_producer_id which) {
    if (closed_.size() == max_closed_producers)
      closed_.pop_front();
    closed_.push_back(std::move(which));
  }

  /// Forgets a data producer whose channel its client has closed. Returns false
  /// if none is remembered under that id.
  bool forget_closed(const data_producer_id& which) {
    return std::erase(closed_, which) > 0;
  }

  // -- data consumers ---------------------------------------------------------

  const record_list<data_consumer_record>& consumers() const {
    return consumers_;
  }

  data_consumer_record* find(const data_consumer_id& which) {
    return consumers_.find(which);
  }

  /// Whether the peer may have one more data consumer.
  bool may_add_consumer() const {
    return consumers_.size() < max_consumers_;
  }

  /// Whether the peer may consume that data producer once more. Each consumer
  /// costs one more delivery of every message.
  bool may_consume_again(const data_producer_id& which) const {
    return std::ranges::count(consumers_, which,
                              &data_consumer_record::producer)
           < max_replicas;
  }

  /// The data producers that the peer consumes, one for each consumer.
  std::vector<data_producer_id> consumed() const {
    std::vector<data_producer_id> out;
    for (const auto& x : consumers_)
      out.push_back(x.producer);
    return out;
  }

  data_consumer_record& add(data_consumer_record x) {
    return consumers_.add(std::move(x));
  }

  /// Removes a data consumer and returns it, if it exists.
  std::optional<data_consumer_record> remove(const data_consumer_id& which) {
    return consumers_.remove(which);
  }

private:
  size_t max_producers_ = 0;
  size_t max_consumers_ = 0;
  record_list<data_producer_record> producers_;
  record_list<data_consumer_record> consumers_;
  std::deque<data_producer_id> closed_; // the oldest first
};

} // namespace troupe::actors
