// The control plane of one room over many nodes, in virtual time: how many
// messages and octets the nodes exchange, and what CPU their engines take. Each
// node runs a whole room_union. Octets follow the sizes below, and the CPU of
// serialisation the rates below; only the engines' CPU is measured.

#include "actors/replica/room_union.hpp"

#include <CLI/CLI.hpp>

#include <ctime>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using namespace troupe;
using namespace troupe::actors;

// -- the model ----------------------------------------------------------------

// Octets of a message besides its content: BASP 32, CAF's envelope 40, a TLS
// record 22, TCP and IP 52.
constexpr size_t envelope_size = 146;
// Each second, on each link and in each direction: hello and seen.
constexpr size_t hello_size = envelope_size + 120;
constexpr size_t seen_size = envelope_size + 16;
// Loudness of the speakers of one node, every 300 ms.
constexpr size_t voices_size = envelope_size + 3 * 20;
// Stamp, flags, and lengths of an entry.
constexpr size_t entry_overhead = 32;
// CPU of CAF's serialisers, in seconds per octet: 3 KB take 6 us to write and
// 12 us to read.
constexpr double write_time = 2e-9;
constexpr double read_time = 4e-9;

constexpr auto tick = std::chrono::milliseconds{50};
constexpr int ticks_per_second = 20;

struct settings {
  size_t nodes = 100;
  size_t members = 10'000;
  size_t producers = 500;
  size_t member_size = 180;
  size_t producer_size = 3'000;
  size_t rush_seconds = 60;
  size_t steady_seconds = 60;
  size_t busy_seconds = 10;
  // How long a member stays, and how often a producer is paused or resumed.
  double stay_seconds = 1'800;
  double pause_seconds = 20;
  size_t speaking_nodes = 3;
  uint64_t seed = 1;
};

/// Stands for what the nodes tell of an entry.
struct facts {
  uint32_t octets = 0;
  uint32_t version = 0;

  bool operator==(const facts&) const = default;
};

using room = room_union<facts>;
using entry = room::entry;

size_t size_of(const entry& x) {
  return entry_overhead + x.key.id.size() + x.owner.size() + x.payload.octets;
}

size_t size_of(const part_delta<facts>& x) {
  auto out = envelope_size + 28;
  for (const auto& change : x.changes)
    if (const auto* set = std::get_if<entry>(&change))
      out += size_of(*set);
    else
      out += entry_overhead;
  return out;
}

size_t size_of(const part_snapshot<facts>& x) {
  auto out = envelope_size + 60;
  for (const auto& y : x.entries)
    out += size_of(y);
  return out;
}

double thread_seconds() {
  timespec x{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &x);
  return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_nsec) / 1e9;
}

/// The resident memory of the process in octets.
double resident() {
  std::ifstream in{"/proc/self/statm"};
  size_t total = 0;
  size_t pages = 0;
  in >> total >> pages;
  return static_cast<double>(pages)
         * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// What all nodes did in one phase.
struct tally {
  uint64_t messages = 0;
  uint64_t octets = 0;
  uint64_t changes = 0;
  uint64_t events = 0;
  double engine_seconds = 0;
  double worst_tick = 0; // CPU seconds of one node in one tick
};

// -- the nodes ----------------------------------------------------------------

class simulation {
public:
  explicit simulation(settings x) : settings_(x), random_(x.seed) {
    const auto before = resident();
    for (size_t i = 0; i < settings_.nodes; ++i)
      add_node();
    empty_ = before;
  }

  /// Adds a node, which gets the parts of all others.
  void add_node() {
    const auto incarnation = nodes_.size() + 1;
    node added{std::make_unique<room>(part_epoch{incarnation, 1}),
               hybrid_clock{incarnation},
               {},
               {}};
    added.sent = added.replica->own().position();
    for (size_t i = 0; i < nodes_.size(); ++i) {
      nodes_[i].replica->attach(incarnation);
      added.replica->attach(i + 1);
    }
    nodes_.push_back(std::move(added));
    auto& newcomer = nodes_.back();
    for (size_t i = 0; i + 1 < nodes_.size(); ++i) {
      send_snapshot(i, newcomer);
      send_snapshot(nodes_.size() - 1, nodes_[i]);
    }
  }

  /// All members join at random moments; some open a producer.
  tally rush() {
    tally_ = {};
    const auto ticks = settings_.rush_seconds * ticks_per_second;
    for (size_t i = 0; i < ticks; ++i) {
      const auto due = settings_.members * (i + 1) / ticks;
      while (joined_ < due)
        join();
      while (producers_.size() < settings_.producers * (i + 1) / ticks)
        open();
      run_tick();
    }
    return tally_;
  }

  /// Members come and go, producers are paused and resumed.
  tally steady() {
    tally_ = {};
    const auto ticks = settings_.steady_seconds * ticks_per_second;
    const auto leaves = static_cast<double>(settings_.members)
                        / settings_.stay_seconds / ticks_per_second;
    const auto pauses = static_cast<double>(settings_.producers)
                        / settings_.pause_seconds / ticks_per_second;
    double leaving = 0;
    double pausing = 0;
    for (size_t i = 0; i < ticks; ++i) {
      for (leaving += leaves; leaving >= 1; --leaving) {
        leave();
        join();
      }
      for (pausing += pauses; pausing >= 1 && !producers_.empty(); --pausing)
        pause();
      run_tick();
    }
    return tally_;
  }

  /// Each node has a change in each tick: the most messages that there can be.
  tally busy() {
    tally_ = {};
    for (size_t i = 0; i < settings_.busy_seconds * ticks_per_second; ++i) {
      for (auto& x : nodes_)
        if (!x.members.empty())
          change(x, x.members[draw(x.members.size())]);
      run_tick();
    }
    return tally_;
  }

  /// A node comes: what it is sent, and what CPU it takes to know all.
  tally welcome() {
    tally_ = {};
    add_node();
    const auto& newcomer = nodes_.back();
    if (!newcomer.replica->complete()
        || newcomer.replica->roster().size() != settings_.members)
      throw std::runtime_error("the newcomer does not know all members");
    return tally_;
  }

  /// The first node dies, and its members leave after the grace time.
  tally lose() {
    tally_ = {};
    for (size_t i = 1; i < nodes_.size(); ++i)
      measure([&] {
        nodes_[i].replica->handle_dead(1, now_);
        nodes_[i].replica->handle_timeout(now_ + std::chrono::minutes{1});
        drain(nodes_[i]);
      });
    return tally_;
  }

  /// Whether all nodes agree about the room.
  bool agree() const {
    const auto& first = nodes_.back().replica;
    return std::ranges::all_of(nodes_, [&](const node& x) {
      return &x == &nodes_.front()
             || (x.replica->roster().size() == first->roster().size()
                 && x.replica->roster().host()->key
                        == first->roster().host()->key);
    });
  }

  double octets_per_replica() const {
    return (resident() - empty_) / static_cast<double>(nodes_.size());
  }

private:
  struct node {
    std::unique_ptr<room> replica;
    hybrid_clock clock;
    part_position sent;
    std::vector<entry_key> members;
  };

  struct opened {
    size_t node = 0;
    entry_key key;
  };

  int64_t wall_ms() const {
    return 1'000'000
           + std::chrono::duration_cast<std::chrono::milliseconds>(
                 now_.time_since_epoch())
                 .count();
  }

  size_t draw(size_t bound) {
    return static_cast<size_t>(random_() % bound);
  }

  template <class Work>
  void measure(Work work) {
    const auto start = thread_seconds();
    work();
    const auto took = thread_seconds() - start;
    tally_.engine_seconds += took;
    tally_.worst_tick = std::max(tally_.worst_tick, took);
  }

  void drain(node& x) {
    while (x.replica->poll_event())
      ++tally_.events;
  }

  std::string make_id(char kind) {
    auto out = std::to_string(++made_);
    return kind + std::string(14 - std::min<size_t>(14, out.size()), '0') + out;
  }

  void add(size_t where, entry x) {
    auto& to = nodes_[where];
    x.since = to.clock.next(wall_ms());
    measure([&] {
      to.replica->set(std::move(x));
      drain(to);
    });
    ++tally_.changes;
  }

  void join() {
    const auto where = draw(settings_.nodes);
    entry x;
    x.key = {entry_kind::member, make_id('m')};
    x.owner = "user-" + x.key.id;
    x.host_candidate = true;
    x.payload.octets = static_cast<uint32_t>(settings_.member_size);
    nodes_[where].members.push_back(x.key);
    ++joined_;
    add(where, std::move(x));
  }

  // A node that has a member, or the first.
  size_t pick_node() {
    for (auto tries = 0; tries < 1'000; ++tries)
      if (auto where = draw(settings_.nodes); !nodes_[where].members.empty())
        return where;
    return 0;
  }

  void open() {
    const auto where = pick_node();
    const auto& members = nodes_[where].members;
    if (members.empty())
      return;
    entry x;
    x.key = {entry_kind::producer, make_id('p')};
    x.owner = members[draw(members.size())].id;
    x.payload.octets = static_cast<uint32_t>(settings_.producer_size);
    producers_.push_back({where, x.key});
    add(where, std::move(x));
  }

  // Another one opens what the leaving member had open.
  void leave() {
    const auto where = pick_node();
    auto& from = nodes_[where];
    if (from.members.empty())
      return;
    std::swap(from.members[draw(from.members.size())], from.members.back());
    const auto gone = from.members.back();
    from.members.pop_back();
    measure([&] {
      from.replica->remove(gone);
      drain(from);
    });
    ++tally_.changes;
    const auto closed = std::erase_if(producers_, [&](const opened& x) {
      return x.node == where && !from.replica->own().entries().find(x.key);
    });
    for (size_t i = 0; i < closed; ++i)
      open();
  }

  void pause() {
    const auto& what = producers_[draw(producers_.size())];
    change(nodes_[what.node], what.key);
  }

  void change(node& at, const entry_key& what) {
    auto x = *at.replica->own().entries().find(what);
    ++x.payload.version;
    measure([&] {
      at.replica->set(std::move(x));
      drain(at);
    });
    ++tally_.changes;
  }

  void count(size_t octets, size_t copies) {
    tally_.messages += copies;
    tally_.octets += octets * copies;
  }

  void send_snapshot(size_t from, node& to) {
    std::vector<part_snapshot<facts>> pieces;
    measure([&] { pieces = nodes_[from].replica->own().snapshot(); });
    for (const auto& x : pieces)
      count(size_of(x), 1);
    measure([&] {
      for (auto& x : pieces)
        to.replica->handle_snapshot(from + 1, std::move(x), to.clock,
                                    wall_ms());
      drain(to);
    });
  }

  void run_tick() {
    now_ += tick;
    ++ticks_;
    const auto others = nodes_.size() - 1;
    std::vector<part_delta<facts>> deltas;
    for (auto& x : nodes_)
      measure([&] {
        while (x.sent != x.replica->own().position()) {
          deltas.push_back(*x.replica->own().poll_delta(x.sent));
          x.sent.seq += deltas.back().changes.size();
        }
      });
    for (const auto& x : deltas)
      count(size_of(x), others);
    for (auto& x : nodes_)
      receive(x, deltas);
    if (ticks_ % ticks_per_second == 0) {
      count(hello_size, nodes_.size() * others);
      count(seen_size, nodes_.size() * others);
    }
    if (ticks_ % 6 == 0)
      count(voices_size, settings_.speaking_nodes * others);
  }

  void receive(node& to, const std::vector<part_delta<facts>>& deltas) {
    const auto own = to.replica->own().position().epoch;
    // The copies that CAF's deserialiser would make are not the engine's.
    auto copies = deltas;
    measure([&] {
      for (auto& x : copies)
        if (x.epoch != own)
          to.replica->handle_delta(x.epoch.incarnation, std::move(x), to.clock,
                                   wall_ms());
      drain(to);
    });
  }

  settings settings_;
  std::mt19937_64 random_;
  net::time_point now_{};
  uint64_t ticks_ = 0;
  uint64_t made_ = 0;
  size_t joined_ = 0;
  double empty_ = 0;
  std::vector<node> nodes_;
  std::vector<opened> producers_;
  tally tally_;
};

// -- the report ---------------------------------------------------------------

void print(const char* what, const tally& x, double nodes, double seconds) {
  const auto per = nodes * seconds;
  const auto octets = static_cast<double>(x.octets);
  const auto share = [&](double cpu) {
    return 100 * cpu / per;
  };
  std::cout << std::fixed << std::setprecision(1) << std::left << std::setw(8)
            << what << std::right << std::setw(9)
            << static_cast<double>(x.changes) / seconds << std::setw(12)
            << static_cast<double>(x.messages) / per << std::setw(10)
            << octets / per / 1'000 << std::setprecision(2) << std::setw(10)
            << share(x.engine_seconds) << std::setw(12)
            << share(octets * (read_time + write_time)) << std::setw(12)
            << x.worst_tick * 1e3 << std::setprecision(1) << std::setw(12)
            << static_cast<double>(x.events) / per << '\n';
}

void print_once(const char* what, const tally& x, double nodes) {
  std::cout << std::fixed << std::setprecision(2) << what << ": " << x.messages
            << " messages, " << static_cast<double>(x.octets) / 1e6
            << " MB, engines " << x.engine_seconds / nodes * 1e3
            << " ms, serialisation "
            << static_cast<double>(x.octets) * (read_time + write_time) * 1e3
            << " ms\n";
}

// Returns whether all nodes agree in the end.
bool run(const settings& x) {
  const auto nodes = static_cast<double>(x.nodes);
  simulation all{x};
  std::cout << x.nodes << " nodes, " << x.members << " members, " << x.producers
            << " producers, one room\n\n"
            << "phase    changes  messages/s      KB/s  engine %   serialise %"
               "  worst ms    events/s\n"
               "           /s      in per node  in, node   of a core"
               "   of a core   of a tick   per node\n";
  const auto rush = all.rush();
  print("rush", rush, nodes, static_cast<double>(x.rush_seconds));
  const auto memory = all.octets_per_replica();
  const auto steady = all.steady();
  print("steady", steady, nodes, static_cast<double>(x.steady_seconds));
  print("busy", all.busy(), nodes, static_cast<double>(x.busy_seconds));
  std::cout << "on paper: at most 2000 messages/s, 2 % of a core\n\n";
  print_once("a newcomer (4 MB on paper)", all.welcome(), 1);
  print_once("a node dies, for each other node", all.lose(), nodes);
  std::cout << "memory: " << memory / 1e6 << " MB per replica\n"
            << (all.agree() ? "all nodes agree\n" : "NODES DIFFER\n");
  return all.agree();
}

} // namespace

int main(int argc, char** argv) {
  settings x;
  CLI::App app{"The control plane of one room over many nodes, simulated"};
  app.add_option("--nodes", x.nodes)->check(CLI::Range(2, 1'000));
  app.add_option("--members", x.members)->check(CLI::Range(1, 1'000'000));
  app.add_option("--producers", x.producers);
  app.add_option("--member-size", x.member_size, "octets on the wire");
  app.add_option("--producer-size", x.producer_size, "octets on the wire");
  app.add_option("--rush", x.rush_seconds, "seconds in which all join");
  app.add_option("--steady", x.steady_seconds, "seconds");
  app.add_option("--busy", x.busy_seconds, "seconds");
  app.add_option("--stay", x.stay_seconds, "seconds that a member stays");
  app.add_option("--pause", x.pause_seconds,
                 "seconds between two changes of a producer");
  app.add_option("--seed", x.seed);
  CLI11_PARSE(app, argc, argv);
  return run(x) ? 0 : 1;
}
