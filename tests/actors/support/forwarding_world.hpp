#pragma once

#include "actors/base/caf_error.hpp"
#include "probe_client.hpp"

#include <caf/scoped_actor.hpp>

#include <variant>

namespace troupe::test {

/// A node that forwards RTP to 127.0.0.0/30, and has room for `limit` forwards.
struct forwarding_world : actor_world {
  explicit forwarding_world(bool enabled = true, uint32_t limit = 2) {
    caf::anon_send_exit(server, caf::exit_reason::user_shutdown);
    auto media = *services;
    media.settings.rtc.forward_allow = {"127.0.0.0/30"};
    media.threads = &threads;
    services = std::make_shared<const actors::media_services>(media);
    actors::room_services all{settings.room, {&sockets->port(), load}, {}, 500};
    if (enabled)
      all.forwards = std::make_shared<const actors::forward_services>(
          actors::forward_services{services,
                                   std::make_shared<actors::quota>(limit)});
    server = actors::spawn_server(*system, all);
    run();
  }

  /// Asks the room `r`. Returns its answer, or its refusal.
  template <class Answer, class Question>
  std::variant<Answer, protocol::error> ask_room(const Question& what) {
    caf::scoped_actor self{*system};
    actors::room_actor room;
    auto found = self->request(server, caf::infinite,
                               actors::find_room{actors::room_id{"r"}});
    run();
    found.receive([&](const actors::room_found& x) { room = x.room; },
                  [](const caf::error&) { FAIL("no room"); });
    std::variant<Answer, protocol::error> out;
    auto answer = self->request(room, caf::infinite, what);
    run();
    answer.receive([&](Answer& x) { out = std::move(x); },
                   [&](caf::error& x) { out = actors::from_caf(x); });
    return out;
  }

  using started = std::variant<actors::forward_info, protocol::error>;

  started start(const std::string& peer, const std::string& ip = "127.0.0.1",
                std::vector<protocol::media_kind> kinds = {
                    protocol::media_kind::audio, protocol::media_kind::video}) {
    return ask_room<actors::forward_info>(
        actors::start_forward{{protocol::peer_id{peer}, std::move(kinds),
                               *net::parse_address(ip, 5004)}});
  }

  std::vector<actors::forward_info> list() {
    return std::get<actors::forward_list>(
               ask_room<actors::forward_list>(actors::list_forwards{}))
        .all;
  }

  /// The forwards that the node counts.
  int64_t count() {
    run();
    return load->counters().forwards.load();
  }

  uint64_t refused(actors::forward_refusal why) const {
    return load->counters().forwards_refused[static_cast<size_t>(why)].load();
  }
};

} // namespace troupe::test
