#pragma once

#include "actors/replica/room_union.hpp"
#include "tests/actors/replica/client_model.hpp"

#include <array>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <variant>
#include <vector>

namespace troupe::test {

/// How often paths were taken, to show that the histories reach them.
struct cluster_tally {
  std::array<uint64_t, 5> outcomes{};
  uint64_t snapshots = 0;
  uint64_t replaced = 0;
  uint64_t ids_taken = 0;
  uint64_t events = 0;
  uint64_t deaths = 0;
  uint64_t returns = 0;
  uint64_t dropped = 0;
  uint64_t repeated = 0;
};

/// Nodes with one room, in virtual time. Each pair has a connection that keeps
/// the order of its messages, and may lose and repeat some, reset, or be cut.
class virtual_cluster {
public:
  using payload = uint32_t;
  using room = actors::room_union<payload>;

  /// Entries of a message: few, so that most parts take several.
  static constexpr size_t message_size = 2;
  static constexpr int64_t step_ms = 20;
  static constexpr int64_t timeout_ms = 2'000;
  static constexpr int64_t grace_ms = 1'500;

  struct ask {
    actors::part_position after;
  };

  /// Every half second: the node has the room, and its part is that far.
  struct hello {
    bool has_room = true;
  };

  using message = std::variant<hello, ask, actors::part_delta<payload>,
                               actors::part_snapshot<payload>>;

  struct node {
    uint64_t incarnation = 0;
    bool running = false;
    int64_t skew_ms = 0;
    uint64_t opening = 0;
    std::unique_ptr<actors::hybrid_clock> clock;
    std::unique_ptr<room> replica;
    client_model client;
    std::vector<client_model::entry> dismissed;
  };

  virtual_cluster(size_t nodes, uint64_t seed);

  /// A number below `bound`.
  size_t draw(size_t bound) {
    return static_cast<size_t>(random_() % bound);
  }

  void run_for(int64_t ms);

  void start(size_t which);
  void kill(size_t which);

  /// Closes and opens the room on a node; the others are told or find out.
  void reopen(size_t which, bool tell);

  void set_cut(size_t a, size_t b, bool cut);
  void reset(size_t a, size_t b);

  actors::stamp stamp_of(size_t which) {
    return at(which).clock->next(wall_of(which));
  }

  node& at(size_t which) {
    return nodes_[which];
  }

  size_t size() const {
    return nodes_.size();
  }

  /// Of a hundred messages, how many are lost and how many come again later.
  size_t lost = 0;
  size_t repeated = 0;

  cluster_tally tally;

  /// The first contradiction that a client was told.
  std::string error;

private:
  struct letter {
    int64_t due = 0;
    message what;
  };

  /// One end's view of a connection, and what is on the way to it.
  struct end {
    // The incarnation at the other end while attached or suspect; 0 if none.
    uint64_t known = 0;
    int64_t broken_at = 0;
    int64_t dead_at = 0;
    // What the other end was sent of this end's part.
    std::optional<actors::part_position> sent;
    std::deque<letter> inbox;
    std::deque<message> recent;
    int64_t last_due = 0;
  };

  struct link {
    bool up = false;
    bool cut = false;
    int64_t retry_at = 0;
    int64_t delay = 0;
  };

  int64_t wall_of(size_t which) const {
    return 1'000'000 + now_ms_ + nodes_[which].skew_ms;
  }

  net::time_point now() const {
    return net::time_point{std::chrono::milliseconds{now_ms_}};
  }

  link& link_of(size_t a, size_t b) {
    return links_[std::min(a, b) * nodes_.size() + std::max(a, b)];
  }

  end& end_of(size_t at, size_t of) {
    return ends_[at * nodes_.size() + of];
  }

  void tick();
  void open_room(size_t which);
  void connect(size_t a, size_t b);
  void disconnect(size_t a, size_t b, bool died);
  void meet(size_t at, size_t of);
  void watch(size_t at, size_t of);
  void send(size_t from, size_t to, message what);
  void send_part(size_t from, size_t to, const actors::part_position& after);
  void talk(size_t from, size_t to);
  void receive(size_t at, size_t of);
  void handle(size_t at, size_t of, message what);
  void drain(size_t which);

  std::mt19937_64 random_;
  int64_t now_ms_ = 0;
  std::vector<node> nodes_;
  std::vector<link> links_;
  std::vector<end> ends_;
};

} // namespace troupe::test
