#include "actors/peer/peer_media_table.hpp"

namespace troupe::actors {

std::vector<producer_id> peer_media_table::active_producers(
    std::optional<protocol::media_kind> kind) const {
  std::vector<producer_id> out;
  for (const auto& x : producers_)
    if (!x.paused && (!kind || x.kind == *kind))
      out.push_back(x.id);
  return out;
}

bool peer_media_table::may_consume_again(producer_age age) const {
  return age > newest_consumed_
         || std::ranges::count(consumers_, age, &consumer_record::age)
                < max_replicas;
}

consumer_record& peer_media_table::add(consumer_record x, quota_share token) {
  x.own = producers_.find(x.producer) != nullptr;
  newest_consumed_ = std::max(newest_consumed_, x.age);
  consumed_own_ |= x.own;
  consumer_tokens_.merge(std::move(token));
  return consumers_.add(std::move(x));
}

std::optional<consumer_record>
peer_media_table::remove(const consumer_id& which, bool gone) {
  auto out = consumers_.remove(which);
  if (!out)
    return out;
  consumer_tokens_.give_back(1);
  if (!gone && !out->own)
    cursor_.reopen(out->age);
  return out;
}

void peer_media_table::begin_search(
    producer_search& what, const protocol::rtp_capabilities& can_receive,
    const transport_table& transports) {
  what.progress = cursor_.begin(can_receive);
  what.wanted.after = what.progress.after;
  // A client that consumes in order has none beyond: do not collect any.
  if (newest_consumed_ > what.progress.after
      || (what.wanted.own_if_alone && consumed_own_))
    what.wanted.except = consumed_beyond(what.progress.after, transports);
}

void peer_media_table::note_found(
    producer_search& what, const producer_id& found, producer_age age,
    bool consumed, const protocol::rtp_capabilities& can_receive) {
  if (what.wanted.producer)
    return;
  if (producers_.find(found)) {
    auto& except = what.wanted.except;
    except.insert(std::ranges::lower_bound(except, age), age);
    return;
  }
  what.wanted.after = age;
  if (consumed)
    cursor_.pass(what.progress, age);
  else
    cursor_.pass_unfit(what.progress, age, can_receive);
}

bool peer_media_table::search_again(
    producer_search& what, const protocol::rtp_capabilities& can_receive,
    const transport_table& transports) {
  if (what.wanted.producer || what.unfit || what.progress.after == 0
      || !cursor_.passed_unfit())
    return false;
  cursor_.restart();
  begin_search(what, can_receive, transports);
  return true;
}

std::vector<producer_age>
peer_media_table::consumed_beyond(producer_age after,
                                  const transport_table& transports) const {
  std::vector<producer_age> out;
  for (const auto& have : consumers_)
    if ((have.age > after || have.own)
        && !transports.find(have.transport)->leaving)
      out.push_back(have.age);
  std::ranges::sort(out);
  return out;
}

} // namespace troupe::actors
