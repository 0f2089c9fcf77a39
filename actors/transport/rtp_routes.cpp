#include "actors/transport/rtp_routes.hpp"

#include <algorithm>

namespace troupe::actors {

using rtp::stream_handle;

net::result<void> rtp_routes::add(const add_transport_producer& x) {
  auto handle = stream_handle{next_handle_++};
  auto added = demuxer_.add_producer(handle, x.identity);
  if (added)
    producers_.emplace(handle, producer{x.id, x.producer, x.identity.extensions,
                                        x.reporter, x.gauge});
  return added;
}

std::optional<rtp_routes::removed_producer>
rtp_routes::remove(const remove_transport_producer& x) {
  auto i = std::ranges::find(producers_, x.id,
                             [](const auto& entry) { return entry.second.id; });
  if (i == producers_.end())
    return std::nullopt;
  removed_producer out{demuxer_.remove_producer(i->first), i->second.reporter};
  producers_.erase(i);
  return out;
}

void rtp_routes::add(const add_transport_consumer& x) {
  auto handle = stream_handle{next_handle_++};
  auto rtx = x.ssrcs.size() > 1 ? std::optional{x.ssrcs[1]} : std::nullopt;
  dispatcher_.add_consumer(handle, x.ssrcs.at(0), rtx);
  consumers_.emplace(handle, consumer{x.id, x.consumer});
}

void rtp_routes::remove(const remove_transport_consumer& x) {
  std::erase_if(consumers_, [&](const auto& entry) {
    if (entry.second.id != x.id)
      return false;
    dispatcher_.remove_consumer(entry.first);
    return true;
  });
}

void rtp_routes::request_key_frames() {
  std::vector<feedback_item> requests;
  for (const auto& [handle, x] : consumers_)
    requests.emplace_back(
        consumer_feedback{x.key, rtp::keyframe_request_received{handle}});
  queue_feedback(net::buffer_ptr{}, std::move(requests));
}

void rtp_routes::queue_feedback(const net::buffer_ptr& compound,
                                std::vector<feedback_item> items) {
  if (!items.empty() && to_shard_->admit())
    feedback_.push(
        transport_feedback{key_, compound, std::move(items), to_shard_});
}

void rtp_routes::route(rtp::rtcp_event& x,
                       std::vector<feedback_item>& for_shard) {
  std::visit(
      [&](auto& event) {
        if constexpr (requires { event.producer; }) {
          const auto& to = producers_.at(event.producer);
          if (to.gauge->admit())
            reports_.push(routed_report{&to.actor, std::move(event)});
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
