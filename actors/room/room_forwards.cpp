#include "actors/room/room_forwards.hpp"

#include "actors/base/caf_error.hpp"
#include "actors/forward/forward_parameters.hpp"
#include "actors/room/room_state.hpp"
#include "actors/transport/plain_client.hpp"
#include "protocol/json/shared_screen.hpp"
#include "protocol/ortc/ortc_ssrc.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

protocol::error too_many_forwards(std::string why) {
  return {error_code::limit_reached, std::move(why)};
}

} // namespace

// -- requests -----------------------------------------------------------------

std::optional<protocol::error>
room_forwards::check(const protocol::forward_request& x) {
  auto& counts = room_.services.shards.load->counters();
  const auto refuse = [&](forward_refusal why, std::string text) {
    counts.note(why);
    log::event(log::level::warn, "forward-refused",
               {{"room", room_.id.str()},
                {"peer", x.peer.str()},
                {"why", std::string{to_string(why)}}});
    return protocol::error{error_code::forbidden, std::move(text)};
  };
  if (room_.replica.is_remote(x.peer))
    return protocol::error{
        error_code::wrong_state,
        "This member is on another node, which alone can forward its media"};
  const auto& services = room_.services.forwards;
  if (!services)
    return refuse(forward_refusal::off,
                  "Forwards are off: rtc.forward-allow lists no address");
  if (!is_host(x.to))
    return protocol::bad_member("address", "must be the address of one host");
  if (!may_forward_to(services->media->settings.rtc, x.to))
    return refuse(forward_refusal::not_listed,
                  "address: not allowed by rtc.forward-allow");
  if (!room_.people.contains(x.peer))
    return protocol::make_error(error_code::peer_not_found);
  return std::nullopt;
}

caf::result<forward_info> room_forwards::handle(const start_forward& x) {
  if (auto refusal = check(x.what))
    return to_caf(*refusal);
  const auto& services = *room_.services.forwards;
  auto& counts = room_.services.shards.load->counters();
  auto token = services.limit->take();
  if (!token) {
    counts.note(forward_refusal::limit);
    return to_caf(too_many_forwards("There are too many forwards"));
  }
  const auto random = net::make_secure_rng();
  forward_info info{make_id<forward_id>(*random), room_.id, x.what.peer,
                    x.what.to, now_on_wall()};
  auto ssrc = protocol::random_ssrc_block(2, *random);
  for (const auto kind : x.what.kinds)
    info.tracks.push_back({kind, ssrc++});
  auto made = spawn_forward(room_.self->system(),
                            {services.media, room_.services.shards,
                             room_.speech.ranking(), room_.self->address(),
                             x.what.kinds, info.to, std::move(token),
                             member_name{room_.id, info.peer}});
  if (!made) {
    counts.note(forward_refusal::limit);
    log::event(log::level::error, "forward-failed",
               {{"room", room_.id.str()}, {"why", made.error().message()}});
    return to_caf(too_many_forwards("No port is left"));
  }
  room_.self->monitor(*made);
  room_.log_action("forward-started", {},
                   {{"forward", info.id.str()}, {"peer", info.peer.str()}});
  auto& added = running_.emplace_back(running{*made, std::move(info)});
  offer_all(added);
  return added.info;
}

const room_forwards::running*
room_forwards::find(const forward_id& which) const {
  const auto i = std::ranges::find(running_, which,
                                   [](const running& x) { return x.info.id; });
  return i == running_.end() ? nullptr : &*i;
}

forward_list room_forwards::handle(const list_forwards&) const {
  forward_list out;
  for (const auto& x : running_)
    out.all.push_back(x.info);
  return out;
}

forward_found room_forwards::handle(const get_forward& x) const {
  const auto* found = find(x.which);
  return found ? forward_found{found->info} : forward_found{};
}

forward_found room_forwards::handle(const refresh_forward& x) {
  const auto* found = find(x.which);
  if (!found)
    return {};
  room_.self->send(found->actor, request_forward_key_frame{});
  return {found->info};
}

forward_found room_forwards::handle(const stop_forward& x) {
  auto found = handle(get_forward{x.which});
  close_if([&](const running& one) { return one.info.id == x.which; },
           "stopped");
  return found;
}

// -- media --------------------------------------------------------------------

void room_forwards::offer(running& to, const producer_facts& x) {
  const auto& info = x.info;
  const auto track =
      std::ranges::find(to.info.tracks, info.kind, &forward_track::kind);
  if (info.peer != to.info.peer || track == to.info.tracks.end()
      || !track->producer.empty() || protocol::is_shared_screen(info.app_data))
    return;
  const auto handles = room_.handles.find(info.id);
  auto signaled = forward_parameters(x.consumable, track->ssrc,
                                     to.info.id.str(), *net::make_secure_rng());
  if (handles == room_.handles.end() || !signaled || signaled->codecs.empty())
    return;
  track->producer = info.id;
  track->codec = signaled->codecs.front();
  ++to.info.version;
  room_.self->send(
      to.actor, forward_producer{{x, handles->second}, std::move(*signaled)});
}

void room_forwards::offer_all(running& to) {
  for (const auto& x : room_.people.others({}))
    if (x.peer == to.info.peer)
      offer(to, *room_.people.find(x.id));
}

void room_forwards::note_published(const producer_facts& x) {
  for (auto& to : running_)
    offer(to, x);
}

void room_forwards::note_withdrawn(const producer_id& which) {
  for (auto& of : running_) {
    const auto track =
        std::ranges::find(of.info.tracks, which, &forward_track::producer);
    if (track == of.info.tracks.end())
      continue;
    track->producer = {};
    track->codec = {};
    ++of.info.version;
    offer_all(of);
  }
}

// -- ends ---------------------------------------------------------------------

template <class Predicate>
void room_forwards::close_if(Predicate matches, std::string_view why) {
  std::erase_if(running_, [&](const running& x) {
    if (!matches(x))
      return false;
    room_.self->demonitor(x.actor.address());
    room_.self->send(x.actor, close_forward{});
    log::event(log::level::info, "forward-ended",
               {{"room", room_.id.str()},
                {"peer", x.info.peer.str()},
                {"forward", x.info.id.str()},
                {"why", std::string{why}}});
    return true;
  });
}

void room_forwards::note_left(const peer_id& who) {
  close_if([&](const running& x) { return x.info.peer == who; }, "peer-left");
}

bool room_forwards::handle_down(const caf::actor_addr& source) {
  const auto before = running_.size();
  close_if([&](const running& x) { return x.actor.address() == source; },
           "failed");
  return running_.size() != before;
}

void room_forwards::close_all() {
  close_if([](const running&) { return true; }, "room-ended");
}

} // namespace troupe::actors
