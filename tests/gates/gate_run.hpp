#pragma once

#include "tests/gates/figures.hpp"
#include "tests/gates/virtual_source.hpp"

#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <vector>

namespace troupe::gates {

/// What a member of a room does.
struct member_plan {
  std::string room;
  std::vector<media> sends;
  bool receives = true;
  /// Takes the lowest encoding of all but the first simulcast track.
  bool low = false;
};

/// A scenario at one load.
struct scenario_plan {
  /// "webinar/light".
  std::string name;
  std::vector<member_plan> members;
};

/// One run of a scenario against a server of its own, in virtual time. The same
/// plan gives the same counts, on whatever machine and however busy it is.
class gate_run {
public:
  /// Instants are rounded up to this: what arrives in between is read by one
  /// wake-up, as with a thread that takes as long to wake up.
  static constexpr net::duration grid = std::chrono::microseconds{100};

  /// Sources send for this time before the counts begin, so that all links are
  /// known and all have had a key frame.
  static constexpr net::duration warmup = std::chrono::seconds{5};

  /// The time that is counted: one group of pictures.
  static constexpr net::duration measured = std::chrono::seconds{3};

  /// Lets all members join, connect, produce and consume.
  explicit gate_run(const scenario_plan& plan);

  ~gate_run();

  /// Runs the warm-up and the measurement. Returns the counts per packet.
  figures run();

  /// The packets of RTP that the server sent in the measurement.
  uint64_t packets() const {
    return packets_;
  }

private:
  struct member {
    member_plan plan;
    std::unique_ptr<test::fake_client> client;
    virtual_transport* up = nullptr;
    virtual_transport* down = nullptr;
  };

  // What has its own times: a source, or the reports of a transport.
  struct agent {
    std::function<net::time_point()> due;
    std::function<void(net::time_point, std::vector<arrival>&)> act;
  };

  void join(const member_plan& plan);
  void produce(member& x);
  void consume(member& x);
  void resume(member& x, const test::json& consumer, size_t simulcast);
  virtual_transport& add_transport(member& x, const std::string& direction);
  void receive(const net::outgoing_datagram& x);
  void add_agent(agent x);
  void advance(net::time_point end);

  // By time, then in the order in which they were added.
  using turn = std::pair<net::time_point, size_t>;

  client_network network_;
  std::vector<std::unique_ptr<virtual_transport>> transports_;
  gate_world world_;
  std::vector<member> members_;
  std::vector<std::unique_ptr<virtual_source>> sources_;
  std::vector<agent> agents_;
  std::priority_queue<turn, std::vector<turn>, std::greater<>> turns_;
  uint32_t next_ssrc_ = 1'000;
  uint64_t packets_ = 0;
};

} // namespace troupe::gates
