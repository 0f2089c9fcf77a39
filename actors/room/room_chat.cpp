#include "actors/room/room_chat.hpp"

namespace troupe::actors {

void room_chat::follow(caf::actor_system& system,
                       const protocol::data_producer_info& x,
                       const data_producer_actor& source,
                       std::string author_name,
                       const chat_keeper_actor& keeper) {
  const auto format = chat_format_of(x.label);
  if (!format || log_.limit() == 0)
    return;
  auto& followed = followed_[x.peer];
  if (followed.size() == max_per_member)
    return;
  followed.push_back(x.id);
  spawn_chat_listener(system,
                      {sctp_,
                       source,
                       keeper,
                       *format,
                       {x.peer, std::move(author_name), x.label, log_.number()},
                       load_});
}

void room_chat::forget(const protocol::data_producer_info& x) {
  const auto found = followed_.find(x.peer);
  if (found == followed_.end())
    return;
  std::erase(found->second, x.id);
  if (found->second.empty())
    followed_.erase(found);
}

std::vector<told_chat_message>
room_chat::add(chat_heard& x, const roster& people, net::time_point now,
               const std::function<stamp()>& next_stamp) {
  const auto author = people.describe(x.author.peer);
  return log_.add(std::move(x), author ? author->name : std::string{}, now,
                  next_stamp);
}

} // namespace troupe::actors
