#pragma once

#include "bench/load/media/latency_histogram.hpp"
#include "bench/load/signaling/dialect_wire.hpp"
#include "bench/load/signaling/signaling_client.hpp"
#include "net/base/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::load {

struct crowd_config {
  server_address server;
  load::dialect dialect = load::dialect::ws;
  std::string room = "hall";
};

/// Frames and octets sent to members.
struct crowd_counts {
  uint64_t frames = 0;
  uint64_t octets = 0; // WebSocket headers and payloads
};

/// A large number of members of one room without media: on one thread, on bare
/// sockets, without a parser, so that a thousand members can receive an event
/// within milliseconds and the figures show the server's time.
///
/// Members are numbered from 0 in the order in which they joined. Speakers have
/// a producer; the room is notified of its pause and resume.
class crowd {
public:
  explicit crowd(crowd_config cfg);

  /// Closes all connections.
  ~crowd();

  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  /// Adds `count` members, of which `at_once` join at a time.
  void enter(size_t count, size_t at_once);

  /// Closes the member's connection.
  void leave(size_t who);

  /// The member creates a transport and a producer.
  void speak(size_t who);

  /// The speaker pauses or resumes its producer: each other member is notified,
  /// which is one sample of `notification_latency()`.
  void toggle(size_t who);

  /// Stops or resumes reading by the member.
  void set_reading(size_t who, bool on);

  /// Sends `count` requests of the member without awaiting replies, or as many
  /// as its socket takes. Returns their number.
  size_t flood(size_t who, size_t count);

  /// Runs until `done` returns true or for `limit`. Returns whether it was
  /// done. `each` is called between two rounds, about every millisecond.
  bool run(net::duration limit, const std::function<bool()>& done = {},
           const std::function<void()>& each = {});

  size_t size() const;

  /// The number of members in the room.
  size_t inside() const;
  bool inside(size_t who) const;

  /// The number of speakers with a producer.
  size_t speaking() const;

  /// Members whose connection the server has closed, by code or in all.
  size_t ended_with(uint16_t code) const;
  size_t ended() const;
  bool ended(size_t who) const;

  /// The time that members took to join: from connecting until the first
  /// response from inside the room.
  const latency_histogram& joins() const;

  /// The time from a speaker's `toggle` until a member received the event.
  /// Members that do not read are not counted.
  latency_histogram& notification_latency();

  crowd_counts counts() const;

  /// The first error.
  const std::string& problem() const;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::load
