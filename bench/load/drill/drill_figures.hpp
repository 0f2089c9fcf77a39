#pragma once

#include "bench/load/media/media_stats.hpp"

#include <map>
#include <string>
#include <utility>

namespace troupe::load {

/// The streams from the members at one server to those at another.
struct drill_flow {
  uint64_t consumers = 0;
  uint64_t packets = 0;
  /// Numbers that are missing below the highest.
  uint64_t lost = 0;
  uint64_t duplicates = 0;
  /// Consumers that received nothing in the phase.
  uint64_t silent = 0;
  /// The longest time without a packet of any consumer, up to the end of the
  /// phase.
  net::duration longest_gap{};

  /// Adds a consumer's figures at the end of a phase.
  void add(const consumer_report& x, net::time_point end);
};

/// When the members were told of events of one kind, on the monotonic clock.
struct drill_event {
  uint64_t count = 0;
  net::time_point first{};
  net::time_point last{};

  void add(net::time_point at);
};

/// What the members of a drill saw in one phase of it.
struct drill_figures {
  net::time_point begin{};
  net::time_point end{};
  /// By the positions of the receivers' and the senders' servers.
  std::map<std::pair<size_t, size_t>, drill_flow> flows;
  /// By name.
  std::map<std::string, drill_event> events;
  /// Members whose connection ended although they were in the room.
  uint64_t ended = 0;
  /// Joins: into the room, refused by a server, and failed otherwise.
  uint64_t joins = 0;
  uint64_t refused = 0;
  uint64_t failed = 0;
  /// The first reason of those.
  std::string problem;
  /// From the end of a connection to the first packet at another server.
  latency_histogram back;
  /// From the sender's stamp to the arrival, of all flows.
  net::duration longest_delay{};
  generator_health health;
};

/// The figures as one line of JSON. Times in milliseconds, but for points in
/// time: seconds of the monotonic clock.
std::string to_json(const std::string& name, const drill_figures& x);

} // namespace troupe::load
