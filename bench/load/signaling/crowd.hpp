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

/// What members were sent.
struct crowd_counts {
  uint64_t frames = 0;
  uint64_t octets = 0; // payloads and headers of the WebSocket
};

/// Very many members of one room who only signal: on one thread, on bare
/// sockets, without a parser, so that a thousand of them can be told something
/// within milliseconds and the figures are the server's.
///
/// Members are numbered from 0 in the order in which they came. Speakers have
/// a producer; pausing and resuming it is what the room is told.
class crowd {
public:
  explicit crowd(crowd_config cfg);

  /// Everybody hangs up.
  ~crowd();

  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  /// Lets `count` more members come, `at_once` of them joining at a time.
  void enter(size_t count, size_t at_once);

  /// The member hangs up.
  void leave(size_t who);

  /// The member makes a transport and a producer.
  void speak(size_t who);

  /// The speaker pauses its producer, or resumes it: each other member hears
  /// of it, which is one sample of `heard()`.
  void toggle(size_t who);

  /// The member does not read any more, or does again.
  void set_reading(size_t who, bool on);

  /// Sends requests of the member without waiting for an answer, `count` or as
  /// many as its socket takes. Returns how many.
  size_t flood(size_t who, size_t count);

  /// Lets everything happen until `done` or for that long. Returns whether it
  /// was done. `each` is called between two rounds, every millisecond or so.
  bool run(net::duration limit, const std::function<bool()>& done = {},
           const std::function<void()>& each = {});

  size_t size() const;

  /// Members that are in the room.
  size_t inside() const;
  bool inside(size_t who) const;

  /// Speakers with a producer.
  size_t speaking() const;

  /// Members whose connection the server has ended, with its code.
  size_t ended_with(uint16_t code) const;
  size_t ended() const;
  bool ended(size_t who) const;

  /// How long members took to join: from connecting until the first answer
  /// from inside the room.
  const latency_histogram& joins() const;

  /// From a speaker's `toggle` to each reader's receiving it. Those who do not
  /// read are not counted.
  latency_histogram& heard();

  crowd_counts counts() const;

  /// What went wrong first.
  const std::string& problem() const;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::load
