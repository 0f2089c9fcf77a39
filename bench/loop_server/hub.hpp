#pragma once

#include "actors/media_services.hpp"
#include "actors/route_table.hpp"
#include "bench/loop_server/crew.hpp"
#include "bench/loop_server/room.hpp"
#include "protocol/verbs.hpp"

#include <chrono>

namespace troupe::loop {

class producer;
class session;
class shard;
class transport;

using protocol::error_code;
using protocol::outcome;

namespace reply = protocol::reply;
namespace verb = protocol::verb;

/// The outcome that gives `x`.
template <class Reply>
outcome success(Reply x) {
  return protocol::success{std::move(x)};
}

/// The outcome that refuses with the default words of `code`.
inline outcome refuse(error_code code) {
  return protocol::make_error(code);
}

/// What all parts of the loop share. One thread only.
class hub {
public:
  /// Drains all that is awake, until nothing is, media first.
  void settle(net::time_point now);

  /// Runs the timeouts that are due, and settles. Returns when to call it next,
  /// within these bounds: those of the server's timers.
  net::time_point handle_timeout(net::time_point now);

  static constexpr net::duration shortest_wait = std::chrono::milliseconds{5};
  static constexpr net::duration longest_wait = std::chrono::milliseconds{20};

  /// The room of that name, made if need be.
  room& enter(const protocol::room_id& name);

  /// A number for something in a shard.
  template <class Key>
  Key next_key() {
    return Key{++last_key_};
  }

  static net::time_point now() {
    return std::chrono::steady_clock::now();
  }

  actors::media_services services;
  std::unique_ptr<net::rng> random = net::make_secure_rng();
  actors::route_table<transport*> routes;
  std::unordered_map<protocol::room_id, std::unique_ptr<room>> rooms;
  crew<transport> transports;
  crew<producer> producers;
  crew<shard> shards;
  crew<session> sessions;

private:
  uint64_t last_key_ = 0;
};

} // namespace troupe::loop
