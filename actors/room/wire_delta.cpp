#include "actors/room/wire_delta.hpp"

#include <optional>
#include <utility>

namespace troupe::actors {

namespace {

wire_change to_wire(part_change<std::string> x) {
  using what = wire_change::what;
  if (auto* set = std::get_if<part_entry<std::string>>(&x))
    return {static_cast<uint8_t>(what::set), std::move(*set), {}};
  if (auto* key = std::get_if<entry_key>(&x)) {
    wire_change out{static_cast<uint8_t>(what::remove), {}, {}};
    out.entry.key = std::move(*key);
    return out;
  }
  return {static_cast<uint8_t>(what::lock), {}, std::get<lock_register>(x)};
}

// Nothing for a kind that this version does not know.
std::optional<part_change<std::string>> from_wire(wire_change x) {
  switch (static_cast<wire_change::what>(x.kind)) {
    case wire_change::what::set:
      return std::move(x.entry);
    case wire_change::what::remove:
      return std::move(x.entry.key);
    case wire_change::what::lock:
      return x.lock;
  }
  return std::nullopt;
}

} // namespace

room_delta to_wire(const room_id& room, part_delta<std::string> x) {
  room_delta out{room.str(), x.epoch, x.from, {}};
  for (auto& change : x.changes)
    out.changes.push_back(to_wire(std::move(change)));
  return out;
}

std::optional<part_delta<std::string>> from_wire(room_delta& x) {
  part_delta<std::string> out{x.epoch, x.from, {}};
  for (auto& change : x.changes) {
    auto known = from_wire(std::move(change));
    if (!known)
      return std::nullopt;
    out.changes.push_back(std::move(*known));
  }
  return out;
}

} // namespace troupe::actors
