#pragma once

#include "actors/cluster/chat_messages.hpp"
#include "actors/data/chat_listener.hpp"
#include "protocol/verbs/replies.hpp"

#include <deque>
#include <functional>

namespace troupe::actors {

/// The last chat messages of a room, in memory only. Bounded in number and in
/// octets: the oldest go first. In a cluster each message has a stamp, which
/// orders them alike on all nodes.
class chat_log {
public:
  /// The octets of all messages of a room, with message_overhead for each.
  static constexpr size_t max_octets = 128 * 1024;
  static constexpr size_t message_overhead = 128;

  /// Keeps `limit` messages; none if it is 0.
  explicit chat_log(size_t limit = 0) : limit_(limit) {}

  size_t limit() const {
    return limit_;
  }

  /// Which of the room's chats this is: each clear() begins another.
  uint64_t number() const {
    return number_;
  }

  /// Adds messages, unless they belong to a former chat. `name` is their
  /// author's name now; that in `x` counts if it is empty. In a cluster
  /// `next_stamp` stamps them, and they are returned as other nodes are told
  /// them.
  std::vector<told_chat_message>
  add(chat_heard x, const std::string& name, net::time_point now,
      const std::function<stamp()>& next_stamp = {});

  /// Adds a message of which another node tells. One that is here already
  /// changes nothing.
  void add(told_chat_message x, net::time_point now);

  /// The stamp of the newest message of each node that has said anything here.
  std::vector<stamp> known() const;

  /// The messages that are newer than those in `known`, oldest first.
  std::vector<told_chat_message> newer_than(const std::vector<stamp>& known,
                                            net::time_point now) const;

  /// Forgets all messages.
  void clear();

  /// What a member is sent: the oldest message first.
  protocol::reply::chat_history history(net::time_point now) const;

private:
  struct entry {
    protocol::chat_message message;
    net::time_point at;
    stamp id;
  };

  static told_chat_message tell(const entry& x, net::time_point now);

  void add(entry x);

  static size_t octets_of(const entry& x);

  size_t limit_;
  uint64_t number_ = 0;
  std::deque<entry> entries_;
  size_t octets_ = 0;
};

} // namespace troupe::actors
