#include "bench/loop_server/hub.hpp"

#include "bench/loop_server/producer.hpp"
#include "bench/loop_server/session.hpp"
#include "bench/loop_server/shard.hpp"
#include "bench/loop_server/transport.hpp"

namespace troupe::loop {

void hub::settle(net::time_point now) {
  auto drain = [now](auto& x) {
    x.drain(now);
  };
  for (bool busy = true; busy;) {
    busy = transports.run(drain);
    busy |= producers.run(drain);
    busy |= shards.run(drain);
    busy |= sessions.run(drain);
  }
}

net::time_point hub::handle_timeout(net::time_point now) {
  auto next = now + longest_wait;
  next = transports.handle_timeout(now, next);
  next = producers.handle_timeout(now, next);
  next = shards.handle_timeout(now, next);
  next = sessions.handle_timeout(now, next);
  settle(now);
  return std::max(next, now + shortest_wait);
}

room& hub::find_or_make_room(const protocol::room_id& name) {
  auto& x = rooms[name];
  if (!x)
    x = std::make_unique<room>(*this);
  return *x;
}

} // namespace troupe::loop
