#pragma once

#include "actors/sctp/sctp_actor.hpp"

#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// INTERNAL to the sctp actor: the actors that get what the data switch puts
/// out. Output for an actor that is not in the tables is dropped.
class switch_output {
public:
  explicit switch_output(sctp_actor::pointer self) : self_(self) {}

  void add(const open_association& x);

  /// Adds the actor that gets the events of a producer, or of a consumer.
  void add(data_producer_key which, const data_producer_events_actor& events) {
    producers_.insert_or_assign(which, events);
  }
  void add(data_consumer_key which, const data_consumer_events_actor& events) {
    consumers_.insert_or_assign(which, events);
  }

  /// Removes a transport after the next `send_all`, which still sends the last
  /// packets of its association.
  void remove(transport_key which) {
    closed_.push_back(which);
  }
  void remove(data_producer_key which) {
    producers_.erase(which);
  }
  void remove(data_consumer_key which) {
    consumers_.erase(which);
  }

  /// Polls the packets and the events of the switch, and sends them.
  void send_all(data_switch& engine);

private:
  struct transport {
    transport_id id;
    data_transport_actor out;
    sctp_listener_actor listener;
    member_name owner;
  };

  void pass_on(const switch_state_changed& x);
  void pass_on(switch_channel_opened& x);
  void pass_on(const data_consumer_ended& x);

  void pass_on(const data_producer_ended& x) {
    notify(producers_, x.producer, x);
  }

  void pass_on(const data_taken& x) {
    notify(producers_, x.producer, x);
  }

  void pass_on(const data_producer_paused& x) {
    notify(consumers_, x.consumer, x);
  }

  void pass_on(const data_buffered_low& x) {
    notify(consumers_, x.consumer, x);
  }

  void pass_on(const data_arrived& x) {
    notify(consumers_, x.consumer, x);
  }

  template <class Map, class Key, class Message>
  void notify(const Map& all, Key which, const Message& x) {
    if (auto i = all.find(which); i != all.end() && i->second)
      self_->send(i->second, x);
  }

  sctp_actor::pointer self_;
  std::unordered_map<transport_key, transport> transports_;
  std::unordered_map<data_producer_key, data_producer_events_actor> producers_;
  std::unordered_map<data_consumer_key, data_consumer_events_actor> consumers_;
  std::vector<transport_key> closed_; // once their last packets are sent
};

} // namespace troupe::actors
