#pragma once

#include "actors/webhooks/webhook_event.hpp"
#include "net/base/rng.hpp"
#include "net/base/time.hpp"

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace troupe::actors {

/// Bounds of a queue.
struct webhook_limits {
  /// The most events that wait, lasting ones not counted.
  size_t events = 10'000;
  /// The most lasting events that wait.
  size_t lasting = 100'000;
  /// The most rooms whose events are under way at once.
  size_t parallel = 8;
  /// How often an event is tried.
  uint32_t tries = 10;
};

/// An event on its way to one receiver.
struct webhook_message {
  std::string id;
  /// The room's name.
  std::string room;
  /// JSON without `numDropped`.
  std::string body;
  webhook_priority priority = webhook_priority::minor;
};

/// What came of an attempt.
enum class webhook_result : uint8_t {
  delivered,
  /// It may succeed later.
  failed,
  /// The receiver does not want the event (410).
  refused,
};

/// Why an event is not delivered.
enum class webhook_loss : uint8_t {
  /// The queue was full.
  full,
  /// It was tried too often.
  gave_up,
  /// The receiver did not want it.
  refused,
};

inline constexpr size_t webhook_loss_count = 3;

/// "full", "gave_up" and "refused".
std::string_view to_string(webhook_loss x);

/// A request to make.
struct webhook_attempt {
  /// For handle_result().
  uint64_t number = 0;
  std::string id;
  std::string room;
  /// The whole body.
  std::string body;
};

/// An event that has left the queue.
struct webhook_end {
  webhook_message event;
  /// Nothing: it was delivered.
  std::optional<webhook_loss> loss;
};

/// The events that wait for one receiver.
///
/// The events of a room are sent one after the other, in the order in which
/// they happened: while one is tried again, the later ones of its room wait,
/// and other rooms go on. After a failed try the next one follows in 0.5 s, and
/// in twice as long each time, at most 60 s; a quarter more or less, at random,
/// so that many rooms do not come at once.
///
/// A full queue gives up the oldest event of the lowest priority, the new one
/// included, but none that is under way. The next event that comes says by
/// `numDropped` how many were lost since the one before it.
class webhook_queue {
public:
  static constexpr auto first_pause = std::chrono::milliseconds{500};
  static constexpr auto longest_pause = std::chrono::seconds{60};

  /// `random` outlives this object.
  webhook_queue(webhook_limits limits, net::rng& random)
      : limits_(limits)
      , random_(random) {}

  /// Queues an event.
  void handle_event(webhook_message x, net::time_point now);

  /// The attempt of that number has ended.
  void handle_result(uint64_t number, webhook_result how, net::time_point now);

  /// The next attempt that is due; nothing while there is none, or enough are
  /// under way.
  std::optional<webhook_attempt> poll_attempt(net::time_point now);

  /// An event that has left the queue.
  std::optional<webhook_end> poll_end();

  /// When poll_attempt() is next wanted, unless a result comes first.
  std::optional<net::time_point> poll_timeout() const;

  /// The number of events that wait or are under way.
  size_t size() const {
    return entries_.size();
  }

  /// When the oldest of them came; nothing if there is none.
  std::optional<net::time_point> oldest() const;

private:
  struct entry {
    webhook_message event;
    net::time_point since;
    uint32_t num_dropped = 0;
    uint32_t tries = 0;
    bool under_way = false;
  };

  // The events of a room, in order; the first one is tried.
  struct line {
    std::set<uint64_t> numbers;
    net::time_point due;
  };

  using entry_map = std::map<uint64_t, entry>;

  // Events that may be given up, oldest first.
  std::set<uint64_t>& waiting(webhook_priority x) {
    return waiting_[static_cast<size_t>(x)];
  }

  // Makes place for an event of this priority. False: there is none.
  bool make_place(webhook_priority x, net::time_point now);

  void end(entry_map::iterator i, std::optional<webhook_loss> loss,
           net::time_point now);

  void note_loss(webhook_message event, webhook_loss loss);

  // Sets when the room is next tried.
  void schedule(const std::string& room, net::time_point due);

  net::duration pause_after(uint32_t tries);

  webhook_limits limits_;
  net::rng& random_;
  uint64_t last_number_ = 0;
  uint32_t dropped_ = 0; // since the last event that said so
  size_t under_way_ = 0;
  entry_map entries_;
  std::array<std::set<uint64_t>, 3> waiting_; // by priority
  std::unordered_map<std::string, line> lines_;
  // Rooms with events and none under way, by when they are due.
  std::set<std::pair<net::time_point, std::string>> due_;
  std::deque<webhook_end> ends_;
};

} // namespace troupe::actors
