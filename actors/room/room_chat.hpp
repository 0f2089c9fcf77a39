#pragma once

#include "actors/room/chat_log.hpp"
#include "actors/room/room_actor.hpp"
#include "actors/room/roster.hpp"

#include <unordered_map>

namespace troupe::actors {

/// The chat of a room: listens to the members' data producers that carry chat,
/// and keeps what they say for members who join later. Costs nothing where
/// `room.chat-history` is 0 or there are no data channels.
class room_chat {
public:
  /// At most this many data producers of one member are listened to.
  static constexpr size_t max_per_member = 4;

  room_chat() = default;

  explicit room_chat(const room_services& services)
      : log_(services.sctp ? services.limits.chat_history : 0)
      , sctp_(services.sctp)
      , load_(services.shards.load) {}

  /// A member offers a data producer. `keeper` is the room.
  void follow(caf::actor_system& system, const protocol::data_producer_info& x,
              const data_producer_actor& source, std::string author_name,
              const chat_keeper_actor& keeper);

  /// A data producer of a member has ended; its listener ends by itself. What
  /// was said stays.
  void forget(const protocol::data_producer_info& x);

  /// A member has left; so do its data producers.
  void forget(const peer_id& who) {
    followed_.erase(who);
  }

  /// Members have said something; see chat_log.
  std::vector<told_chat_message> add(chat_heard& x, const roster& people,
                                     net::time_point now,
                                     const std::function<stamp()>& next_stamp);

  /// What is kept, for the rooms of other nodes.
  chat_log& log() {
    return log_;
  }

  /// The last member has left: the next ones see nothing of this chat.
  void clear() {
    log_.clear();
    followed_.clear();
  }

  protocol::reply::chat_history history(net::time_point now) const {
    return log_.history(now);
  }

private:
  chat_log log_;
  sctp_actor sctp_;
  std::shared_ptr<overload_state_board> load_;
  std::unordered_map<peer_id, std::vector<data_producer_id>> followed_;
};

} // namespace troupe::actors
