#pragma once

#include "actors/data/data_producer_actor.hpp"
#include "protocol/verbs/data_verbs.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace troupe::actors {

/// A data producer as a room lists it.
struct data_producer_entry {
  protocol::data_producer_info info;
  /// The parameters of its client's channel; its consumers' follow them.
  protocol::sctp_stream_parameters stream;
  data_producer_actor producer;
  /// Sent to the server itself, and never listed.
  bool for_server = false;
};

/// The data producers of a room, the oldest first, without actors to notify:
/// the room's actor knows those. Members have few data producers, so the list
/// is searched linearly.
class data_directory {
public:
  /// Returns false if it is listed already.
  bool publish(data_producer_entry entry) {
    if (find(entry.info.id))
      return false;
    entries_.push_back(std::move(entry));
    return true;
  }

  /// Removes a data producer; returns what it was.
  std::optional<protocol::data_producer_info>
  withdraw(const data_producer_id& id) {
    auto i = std::ranges::find(entries_, id, id_of);
    if (i == entries_.end())
      return std::nullopt;
    auto info = std::move(i->info);
    entries_.erase(i);
    return info;
  }

  /// Removes all data producers of a member; returns their ids.
  std::vector<data_producer_id> remove(const peer_id& who) {
    std::vector<data_producer_id> gone;
    std::erase_if(entries_, [&](const data_producer_entry& x) {
      if (x.info.peer != who)
        return false;
      gone.push_back(x.info.id);
      return true;
    });
    return gone;
  }

  void set_paused(const data_producer_id& id, bool paused) {
    auto i = std::ranges::find(entries_, id, id_of);
    if (i != entries_.end())
      i->info.paused = paused;
  }

  /// Returns null if there is none.
  const data_producer_entry* find(const data_producer_id& id) const {
    auto i = std::ranges::find(entries_, id, id_of);
    return i == entries_.end() ? nullptr : &*i;
  }

  /// The first data producer of another member than `asking`, or of `asking`
  /// itself if `own`, that is not in `except`. The server's own come last.
  const data_producer_entry*
  next_for(const peer_id& asking, const std::vector<data_producer_id>& except,
           bool own) const {
    const data_producer_entry* of_server = nullptr;
    for (const auto& x : entries_) {
      if ((x.info.peer == asking) != own
          || std::ranges::find(except, x.info.id) != except.end())
        continue;
      if (!x.info.peer.empty())
        return &x;
      if (!of_server)
        of_server = &x;
    }
    return of_server;
  }

  /// All data producers but those of `asking`.
  std::vector<protocol::data_producer_info>
  others(const peer_id& asking) const {
    std::vector<protocol::data_producer_info> out;
    for (const auto& x : entries_)
      if (x.info.peer != asking)
        out.push_back(x.info);
    return out;
  }

  void clear() {
    entries_.clear();
  }

private:
  static const data_producer_id& id_of(const data_producer_entry& x) {
    return x.info.id;
  }

  std::vector<data_producer_entry> entries_;
};

} // namespace troupe::actors
