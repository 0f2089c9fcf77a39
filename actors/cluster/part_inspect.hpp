#pragma once

#include "actors/replica/part_entry.hpp"

#include <caf/meta/type_name.hpp>

#include <string>

/// Lets the parts of a room cross nodes. The order of the fields is the format:
/// it is frozen once released.
namespace troupe::actors {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, stamp& x) {
  return f(caf::meta::type_name("troupe::stamp"), x.wall_ms, x.counter, x.node);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, entry_key& x) {
  return f(caf::meta::type_name("troupe::entry_key"), x.kind, x.id);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f,
                                        part_entry<std::string>& x) {
  return f(caf::meta::type_name("troupe::part_entry"), x.key, x.owner, x.since,
           x.host_candidate, x.payload);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, lock_register& x) {
  return f(caf::meta::type_name("troupe::lock_register"), x.locked, x.at, x.by);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, part_epoch& x) {
  return f(caf::meta::type_name("troupe::part_epoch"), x.incarnation,
           x.opening);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, part_position& x) {
  return f(caf::meta::type_name("troupe::part_position"), x.epoch, x.seq);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f,
                                        part_snapshot<std::string>& x) {
  return f(caf::meta::type_name("troupe::part_snapshot"), x.epoch, x.seq,
           x.piece, x.last, x.lock, x.entries);
}

} // namespace troupe::actors
