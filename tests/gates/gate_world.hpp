#pragma once

#include "actors/io/transport_intake.hpp"
#include "net/io/udp/report_pace.hpp"
#include "tests/actors/support/actor_world.hpp"
#include "tests/gates/counted_wire.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::gates {

/// Where datagrams of a transport go.
struct route {
  actors::burst_receiver_actor to;
  std::shared_ptr<actors::transport_intake> intake;
};

/// A datagram for a transport.
struct arrival {
  const route* to = nullptr;
  net::datagram what;
};

/// What a server did from one moment to another.
struct server_counts {
  wire_counts sent;
  uint64_t received = 0; // datagrams
  uint64_t rtcp_received = 0;
  /// What udp_reader would have called.
  uint64_t receive_calls = 0;
  /// Steps in which an I/O thread had datagrams or ticks to deliver, or looked
  /// for RTCP reports.
  uint64_t wakeups = 0;
  /// Steps in which CAF's clock, which has a thread of its own, had a timeout.
  uint64_t timer_wakeups = 0;
  /// Messages that actors have handled.
  uint64_t actor_messages = 0;
  uint64_t allocations = 0;
};

/// A whole server without network, HTTP and threads, in virtual time: all its
/// actors run one message at a time in an order that depends on nothing but
/// their input, and media leaves by a counted_wire. Only the handshakes leave
/// by a real socket on loopback (see virtual_client).
class gate_world : public test::actor_world {
public:
  /// Media goes to `to`.
  explicit gate_world(counted_wire::receiver to);

  ~gate_world();

  /// One step: time advances to `at`; the timers that are due fire, `datagrams`
  /// arrive by one socket, and the server handles everything.
  void step(net::time_point at, std::vector<arrival> datagrams);

  /// From now on allocations are counted, and instructions under callgrind.
  void begin_measurement() {
    measuring_ = true;
  }

  /// The next step at which the server itself has something to do, or nothing.
  std::optional<net::time_point> due();

  net::time_point now() {
    return scheduler().clock().now();
  }

  /// What the server has done since its start.
  server_counts counts() const;

  /// The route of the transport with this ICE username fragment.
  const route& find(const std::string& fragment) const {
    return routes_.at(fragment);
  }

private:
  void handle_step(net::time_point at, std::vector<arrival>& datagrams);
  size_t deliver_ticks(net::time_point at);
  void deliver_prompt_ticks(net::time_point at);
  void enqueue(actors::tick_queue::tick x);
  void run_actors();
  void deliver(std::vector<arrival>& datagrams);
  // Moves what the kernel would steer to the socket for reports.
  void take_reports(std::vector<arrival>& datagrams);
  // Why the socket for reports is read now, after media or not; or nothing.
  std::optional<net::report_pace::cause> read_cause(net::time_point at,
                                                    bool media) const;

  std::map<std::string, route> routes_;
  actors::tick_queue ticks_;
  counted_wire wire_;
  actors::socket_actor recorder_;
  server_counts counts_;
  std::vector<std::pair<const route*, actors::burst>> gathered_; // reused
  net::report_pace pace_{actors::config{}.rtc.report_wait};
  std::vector<arrival> reports_; // not read yet
  net::time_point tick_due_{};
  bool measuring_ = false;
};

} // namespace troupe::gates
