#pragma once

#include "actors/cluster/chat_messages.hpp"
#include "actors/data/chat_listener.hpp"
#include "net/base/time.hpp"
#include "protocol/verbs/replies.hpp"

#include <caf/typed_response_promise.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

struct room_state;

/// Part of room_replica: makes the history of a room's chat the same on all
/// nodes that have the room. Each node tells the others what its members say,
/// and asks one node after the other for what was said before.
class room_chat_sync {
public:
  /// How long a member's request for the history waits for other nodes.
  static constexpr net::duration patience = std::chrono::milliseconds{500};

  explicit room_chat_sync(room_state& room) : room_(room) {}

  /// Members of this node have said something: keeps it, and tells the others.
  void add(chat_heard& x, const std::function<stamp()>& next_stamp);

  /// A node that has the room is connected, or connected again.
  void attach(const std::string& node);

  /// The node has it no longer, or is dead.
  void detach(const std::string& node);

  /// A member joins a room whose chat was forgotten, as it was empty: asks the
  /// nodes that still have it.
  void restart(const std::vector<std::string>& nodes);

  /// Another node asks, or tells. Returns false if it breaks a rule.
  bool handle(const std::string& node, const chat_wanted& x);
  bool handle(const std::string& node, chat_told& x,
              const std::function<stamp(stamp)>& observe);

  /// What a member is sent, once the other nodes have told what they know.
  caf::result<protocol::reply::chat_history> history();

  /// Answers the requests that have waited for too long.
  void handle_tick(net::time_point now);

private:
  struct waiting {
    net::time_point until;
    caf::typed_response_promise<protocol::reply::chat_history> promise;
  };

  net::time_point now() const;

  void send(const std::string& node, std::vector<told_chat_message> all,
            bool answer);

  // Asks the next node, or answers members if none is left.
  void ask_next();

  void answer_all();

  room_state& room_;
  std::optional<std::string> asked_;
  std::deque<std::string> to_ask_;
  std::vector<waiting> waiting_;
};

} // namespace troupe::actors
