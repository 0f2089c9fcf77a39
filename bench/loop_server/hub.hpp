#pragma once

#include "actors/io/route_table.hpp"
#include "actors/transport/media_services.hpp"
#include "bench/loop_server/room.hpp"
#include "bench/loop_server/wake_queue.hpp"
#include "protocol/verbs/verbs.hpp"

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

/// The outcome with the reply `x`.
template <class Reply>
outcome success(Reply x) {
  return protocol::success{std::move(x)};
}

/// The outcome with the default error of `code`.
inline outcome refuse(error_code code) {
  return protocol::make_error(code);
}

/// The state shared by all parts of the loop. Used by one thread.
class hub {
public:
  /// Drains awake objects until there are none, media first.
  void settle(net::time_point now);

  /// Runs the timeouts that are due, and settles. Returns when to call it next,
  /// within the bounds below, which equal those of the server's timers.
  net::time_point handle_timeout(net::time_point now);

  static constexpr net::duration shortest_wait = std::chrono::milliseconds{5};
  static constexpr net::duration longest_wait = std::chrono::milliseconds{20};

  /// The room of that name, created if necessary.
  room& find_or_make_room(const protocol::room_id& name);

  /// A new key for an object in a shard.
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
  wake_queue<transport> transports;
  wake_queue<producer> producers;
  wake_queue<shard> shards;
  wake_queue<session> sessions;

private:
  uint64_t last_key_ = 0;
};

} // namespace troupe::loop
