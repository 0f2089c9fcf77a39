#include "actors/transport/stream_router.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>

namespace troupe::actors {

using rtp::stream_handle;

net::result<void> stream_router::add(const add_transport_producer& x) {
  auto handle = stream_handle{next_handle_++};
  auto added = demuxer_.add_producer(handle, x.identity);
  if (added)
    producers_.emplace(handle, producer{x.id, x.producer, x.identity.extensions,
                                        x.reporter, x.gauge});
  return added;
}

std::optional<stream_router::removed_producer>
stream_router::remove(const remove_transport_producer& x) {
  auto i = std::ranges::find(producers_, x.id,
                             [](const auto& entry) { return entry.second.id; });
  if (i == producers_.end())
    return std::nullopt;
  removed_producer out{demuxer_.remove_producer(i->first), i->second.reporter};
  producers_.erase(i);
  return out;
}

void stream_router::add(const add_transport_consumer& x) {
  auto handle = stream_handle{next_handle_++};
  auto rtx = x.ssrcs.size() > 1 ? std::optional{x.ssrcs[1]} : std::nullopt;
  dispatcher_.add_consumer(handle, x.ssrcs.at(0), rtx);
  consumers_.emplace(handle, consumer{x.id, x.consumer});
}

void stream_router::remove(const remove_transport_consumer& x) {
  std::erase_if(consumers_, [&](const auto& entry) {
    if (entry.second.id != x.id)
      return false;
    dispatcher_.remove_consumer(entry.first);
    return true;
  });
}

void stream_router::request_key_frames(transport_actor::pointer self,
                                       const shard_actor& shard) {
  std::vector<feedback_item> requests;
  for (const auto& [handle, x] : consumers_)
    requests.emplace_back(
        consumer_feedback{x.key, rtp::keyframe_request_received{handle}});
  send_feedback(self, shard, net::buffer_ptr{}, std::move(requests));
}

void stream_router::send_feedback(transport_actor::pointer self,
                                  const shard_actor& shard,
                                  const net::buffer_ptr& compound,
                                  std::vector<feedback_item> items) {
  if (!items.empty() && to_shard_->admit())
    self->send(shard, transport_feedback{transport_key{self->id()}, compound,
                                         std::move(items), to_shard_});
}

void stream_router::pass_on(transport_actor::pointer self, rtp::rtcp_event& x,
                            std::vector<feedback_item>& for_shard) {
  std::visit(
      [&](auto& event) {
        if constexpr (requires { event.producer; }) {
          const auto& to = producers_.at(event.producer);
          if (to.gauge->admit())
            self->send(to.actor, std::move(event));
        } else if constexpr (requires { event.consumer; }) {
          for_shard.emplace_back(consumer_feedback{
              consumers_.at(event.consumer).key, std::move(event)});
        } else if (estimates_) {
          for_shard.emplace_back(event);
        }
      },
      x);
}

} // namespace troupe::actors
