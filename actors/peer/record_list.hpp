#pragma once

#include "actors/base/ids.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::actors {

/// A peer's records of one kind of object, the oldest first. Each record has an
/// `id`. A lookup takes linear time. Pointers to records are valid until one is
/// added or removed.
template <class Record>
class record_list {
public:
  using id_type = decltype(Record::id);

  /// The record of that id, or null.
  Record* find(const id_type& id) {
    auto i = std::ranges::find(records_, id, &Record::id);
    return i == records_.end() ? nullptr : &*i;
  }
  const Record* find(const id_type& id) const {
    auto i = std::ranges::find(records_, id, &Record::id);
    return i == records_.end() ? nullptr : &*i;
  }

  Record& add(Record x) {
    // In small steps: every peer has such lists, and records are large.
    if (records_.size() == records_.capacity())
      records_.reserve(records_.size()
                       + std::max<size_t>(2, records_.size() / 4));
    return records_.emplace_back(std::move(x));
  }

  /// Removes the record of that id and returns it, if it exists.
  std::optional<Record> remove(const id_type& id) {
    auto i = std::ranges::find(records_, id, &Record::id);
    if (i == records_.end())
      return std::nullopt;
    std::optional<Record> out{std::move(*i)};
    records_.erase(i);
    return out;
  }

  /// Whether any record's object is on that transport.
  bool has_any_on(const transport_id& which) const {
    return std::ranges::any_of(
        records_, [&](const auto& x) { return x.transport == which; });
  }

  /// Copies of the records whose objects are on that transport.
  std::vector<Record> on(const transport_id& which) const {
    std::vector<Record> out;
    std::ranges::copy_if(records_, std::back_inserter(out),
                         [&](const auto& x) { return x.transport == which; });
    return out;
  }

  /// The record whose `actor` has that address, or null.
  template <class Address>
  const Record* find_actor(const Address& address) const {
    auto i = std::ranges::find_if(
        records_, [&](const auto& x) { return x.actor.address() == address; });
    return i == records_.end() ? nullptr : &*i;
  }

  size_t size() const {
    return records_.size();
  }

  /// How many records there is memory for.
  size_t capacity() const {
    return records_.capacity();
  }

  bool empty() const {
    return records_.empty();
  }

  auto begin() {
    return records_.begin();
  }
  auto end() {
    return records_.end();
  }
  auto begin() const {
    return records_.begin();
  }
  auto end() const {
    return records_.end();
  }

private:
  std::vector<Record> records_;
};

} // namespace troupe::actors
