// What a trunk tells the other node of itself, and hears from it.

#include "actors/base/log.hpp"
#include "actors/trunk/trunk_state.hpp"

#include <atomic>

namespace troupe::actors {

namespace {

// The tags of one process follow each other from a random one, so no two of its
// trunks have the same unless there are a million.
uint32_t next_trunk_tag(net::rng& random) {
  constexpr uint32_t tag_count = uint32_t{1} << (32 - trunk_stream_bits);
  static std::atomic<uint32_t> last{random.below(tag_count)};
  return 1 + last.fetch_add(1, std::memory_order_relaxed) % (tag_count - 1);
}

} // namespace

void trunk_state::renumber() {
  tags.push_back(next_trunk_tag(*trunk.random));
  relays.set_tag(tags.back());
  route_tags();
  announce(tags.back());
}

void trunk_state::announce(uint32_t tag) {
  open_trunk x;
  trunk.keys->describe(x);
  x.address = trunk.settings.media_address.ip();
  x.port = trunk.settings.media_address.port();
  x.tag = tag;
  x.reporter = trunk_numbers{tag}.reporter();
  trunk.tell_node(std::move(x));
}

void trunk_state::repeat() {
  // The other node takes only SSRCs of the tag that it was told last. This ends
  // with the one that is in use.
  for (auto tag : tags)
    if (tag == tags.back() || relays.uses(tag)) {
      announce(tag);
      relays.repeat_wants(tag);
    }
}

void trunk_state::handle(const open_trunk& x) {
  using change = trunk_keys::change;
  const auto what = trunk.keys->accept(x);
  if (what == change::refused) {
    ++trunk.refused;
    log::refusal(
        log::level::warn, "trunk-refused",
        {{"room", trunk.settings.room.str()}, {"node", trunk.settings.node}});
  }
  if (what == change::refused || what == change::none)
    return;
  route_tags();
  net::transport_tuple path;
  path.local = trunk.settings.media_address;
  if (const auto* port = trunk.settings.services->port)
    path.path = port->path_from(path.local).value_or(0);
  path.remote = *trunk.keys->remote();
  self->send(trunk.settings.shard, set_transport_path{trunk.key(), path});
  if (what == change::renumbered)
    return;
  relays.for_each_source(
      [this](uint32_t ssrc) { trunk.keys->receiver()->keep(ssrc); });
  log::event(
      log::level::debug, "trunk-open",
      {{"room", trunk.settings.room.str()}, {"node", trunk.settings.node}});
  if (what == change::first)
    return;
  // It knows neither our keys nor what we want of it.
  relays.restart();
  serving.close_all();
  repeat();
}

void trunk_state::route_tags() {
  if (const auto& remote = trunk.keys->remote())
    for (auto tag : tags)
      self->send(trunk.settings.services->sockets,
                 route_trunk{tag, *remote, me(), intake});
}

} // namespace troupe::actors
