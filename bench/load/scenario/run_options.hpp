#pragma once

#include "bench/load/media/packet_spacing.hpp"
#include "bench/load/media/traffic_pattern.hpp"
#include "bench/load/signaling/dialect_wire.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::load {

/// The SRTP profile that the clients offer first.
enum class srtp_choice : uint8_t { gcm, cm };

std::string_view to_string(srtp_choice x);

std::optional<srtp_choice> srtp_choice_from(std::string_view name);

/// The server of a run: a running one, or a binary to launch.
struct server_options {
  std::string url;
  pid_t pid = 0;
  /// The running servers of nodes 1, 2, …, which are not measured.
  std::vector<std::string> other_urls;
  std::string binary;
  /// Further flags of the binary; they take precedence.
  std::vector<std::string> arguments;
  uint32_t scheduler_threads = 1;
  uint32_t io_threads = 1;
  /// The number of cores for the server alone; the generator uses the others.
  /// 0: both share all cores.
  uint32_t cores = 0;
  /// Launches the server with overload protection switched off.
  bool unprotected = false;
};

/// The options of all scenarios. A scenario sets its own defaults and ignores
/// options that it does not use.
struct run_options {
  std::string scenario;
  server_options server;

  // -- measurement -----------------------------------------------------------
  double seconds = 10;
  double warmup = 2;
  load::dialect dialect = load::dialect::ws;
  srtp_choice profile = srtp_choice::gcm;
  uint32_t generator_threads = 1;
  /// The share of packets that receivers decrypt, 0 to 1.
  double decrypt_share = 0.05;
  uint64_t seed = 1;
  /// How the packets of a frame follow each other.
  arrival_config arrivals;
  /// Whether the clients' sockets have UDP_GRO.
  bool gro = false;
  double joins_per_second = 100;
  /// The time for all members to join and receive, in seconds.
  double join_timeout = 120;
  bool floor = true;
  uint32_t floor_repetitions = 7;
  std::string json;
  /// Treats packets lost by the server as a failure (exit code 4).
  bool fail_on_loss = false;
  /// A void run is not a failure: for tests, which run on busy machines.
  bool lenient = false;

  // -- members and streams ---------------------------------------------------
  uint32_t receivers = 100;
  uint32_t speakers = 10;
  uint32_t rooms = 1;
  uint32_t size = 7;
  /// Absent: only audio.
  std::optional<traffic> video = traffic::v600;
  bool audio = false;

  // class
  uint32_t students = 5;
  uint32_t listeners = 294;
  uint32_t heard = 3;
  uint32_t seen = 3;
  double rotation_seconds = 10;
  /// Every member consumes all streams, and the server selects those that are
  /// heard and seen, by speech.
  bool by_server = false;

  // large
  uint32_t low = 9;

  // lossy
  /// The share lost on each leg, to and from the server, for each client.
  double loss = 0;
  /// From client to client: half of it on each leg.
  std::chrono::milliseconds delay{0};

  // join-storm, idle, signal, churn
  uint32_t joins = 500;
  double join_seconds = 5;
  uint32_t peers = 2'000;
  uint32_t window = 4;
  double changes_per_second = 5;

  // hall
  uint32_t joining = 16;
  double broadcasts_per_second = 10;
  double busy_broadcasts_per_second = 100;
  /// The share of members that stop reading; 0 skips the phase.
  double stalled = 0;
  /// The number of flooding clients, and their total requests per second; 0
  /// skips the phase.
  uint32_t flooders = 10;
  double flood_per_second = 0;

  // overload
  uint32_t factor = 3;
  /// The load consists of members that join, of which the server may refuse
  /// some, instead of joined members that start to send.
  bool by_joining = false;
};

} // namespace troupe::load
