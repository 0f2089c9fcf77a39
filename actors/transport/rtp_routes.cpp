#include "actors/transport/rtp_routes.hpp"

#include <algorithm>

namespace troupe::actors {

using rtp::stream_handle;

namespace {

// Space for the items of a usual compound, so that they are allocated at once.
constexpr size_t few_items = 4;

} // namespace

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

bool rtp_routes::has_producer(const producer_id& which) const {
  return std::ranges::any_of(
      producers_, [&](const auto& entry) { return entry.second.id == which; });
}

void rtp_routes::add(const add_transport_consumer& x) {
  auto handle = stream_handle{next_handle_++};
  auto rtx = x.ssrcs.size() > 1 ? std::optional{x.ssrcs[1]} : std::nullopt;
  dispatcher_.add_consumer(handle, x.ssrcs.at(0), rtx);
  consumers_.emplace(handle, x.consumer);
}

void rtp_routes::remove(const remove_transport_consumer& x) {
  std::erase_if(consumers_, [&](const auto& entry) {
    if (entry.second != x.consumer)
      return false;
    dispatcher_.remove_consumer(entry.first);
    return true;
  });
}

void rtp_routes::request_key_frames() {
  auto before = feedback_.size();
  for (const auto& [handle, key] : consumers_)
    queue_feedback(
        consumer_feedback{key, rtp::keyframe_request_received{handle}});
  admit_feedback(before);
}

void rtp_routes::queue_feedback(feedback_item x) {
  if (feedback_.capacity() == 0)
    feedback_.reserve(few_items);
  feedback_.push_back(std::move(x));
}

void rtp_routes::admit_feedback(size_t before) {
  if (feedback_.size() == before)
    return;
  if (to_shard_->admit())
    ++compounds_;
  else
    feedback_.erase(feedback_.begin() + static_cast<std::ptrdiff_t>(before),
                    feedback_.end());
}

void rtp_routes::route(rtp::rtcp_event& x, const net::buffer_ptr& compound) {
  std::visit(
      [&](auto& event) {
        if constexpr (requires { event.producer; }) {
          const auto& to = producers_.at(event.producer);
          if (to.gauge->admit())
            reports_.push(routed_report{&to.actor, std::move(event)});
        } else if constexpr (requires { event.consumer; }) {
          queue_feedback(consumer_feedback{consumers_.at(event.consumer),
                                           std::move(event)});
        } else if (!estimates_) {
          return;
        } else if constexpr (requires { event.feedback; }) {
          queue_feedback(arrivals_reported{compound, event.feedback});
        } else {
          queue_feedback(event);
        }
      },
      x);
}

} // namespace troupe::actors
