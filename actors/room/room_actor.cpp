#include "actors/base/caf_error.hpp"
#include "actors/base/log.hpp"
#include "actors/room/room_state.hpp"

namespace troupe::actors {

namespace {

// Answers a request about recordings, and sends what follows from it.
template <class Request>
auto record(room_state& room, const Request& x) {
  auto answer = room.recording.handle(x);
  room.drain();
  return answer;
}

} // namespace

room_actor::behavior_type room_state::make_behavior() {
  self->set_down_handler(
      [this](const caf::down_msg& down) { handle_down(down); });
  self->set_error_handler([](caf::error&) {});
  listener_monitor.begin(self, listener);
  replica.begin();
  return {
      [this](const find_producer& x) { return find(x); },
      [this](const list_room_producers&) -> caf::result<reply::producers> {
        const auto* who = sender();
        if (!who)
          return to_caf(protocol::make_error(error_code::not_joined));
        audience.catch_up(self, *who);
        return reply::producers{people.others(*who)};
      },
      [this](const find_data_producer& x) { return find(x); },
      [this](const list_room_data_producers&) { return list_data(); },
      [this](const get_room_chat&) { return chat_history(); },
      [this](const verb::start_recording& x) { return record(*this, x); },
      [this](const verb::stop_recording& x) { return record(*this, x); },
      [this](const verb::get_recording& x) { return record(*this, x); },
      [this](const verb::list_recordings& x) { return record(*this, x); },
      [this](const verb::consent_to_recording& x) { return record(*this, x); },
      [this](const start_room_recording& x) { return record(*this, x); },
      [this](const stop_room_recording& x) { return record(*this, x); },
      [this](const start_forward& x) { return forwards.handle(x); },
      [this](const list_forwards& x) { return forwards.handle(x); },
      [this](const get_forward& x) { return forwards.handle(x); },
      [this](const refresh_forward& x) { return forwards.handle(x); },
      [this](const stop_forward& x) { return forwards.handle(x); },
      [this](const recording_ended& x) {
        recording.handle(x);
        drain();
      },
      [this](const recording_degraded& x) { recording.handle(x); },
      [this](const ask_for_consent& x) { recording.handle(x); },
      [this](recordings_listed& x) { recording.handle(x); },
      [this](data_producer_published& x) {
        publish(x);
        drain();
      },
      [this](const data_producer_withdrawn& x) {
        if (sender_owns(x.producer))
          withdraw(x.producer);
        std::erase_if(server.bots, [&](const auto& bot) {
          return bot.producer == x.producer;
        });
        drain();
      },
      [this](const data_producer_pause_changed& x) {
        if (sender_owns(x.producer))
          set_paused(x);
        drain();
      },
      [this](producer_published& x) {
        publish(x);
        drain();
      },
      [this](const producer_withdrawn& x) {
        if (sender_owns(x.producer))
          withdraw(x.producer);
        drain();
      },
      [this](const producer_pause_changed& x) {
        if (sender_owns(x.producer))
          set_paused(x);
        drain();
      },
      [this](const member_lost& x) {
        if (const auto* who = sender())
          lose(*who, x.joiner);
      },
      [this](const member_renewed&) {
        if (const auto* who = sender())
          renew(*who);
        drain();
      },
      [this](const leave_room& x) {
        if (const auto* who = sender())
          leave(peer_id{*who}, {x.why});
        drain();
      },
      [this](announce_member& x) { return announce(x); },
      [this](identify_member& x) {
        auto answer = identify(x);
        drain();
        return answer;
      },
      [this](rename_member& x) {
        rename(x);
        drain();
      },
      [this](const moderate_room& x) {
        auto answer = moderate(x);
        drain();
        return answer;
      },
      [this](join_room& x) {
        if (!replica.ready())
          return replica.wait(x);
        auto answer = join(x);
        // The join failed and no member is left to leave: notify the server.
        if (members.empty())
          report_empty(empty_reason::no_member);
        drain();
        return answer;
      },
      [this](const close_room&) {
        if (members.empty())
          end(recording_end::room_ended);
      },
      [this](const announce_drain& x) {
        audience.notify_all(
            event::server_draining{static_cast<int>(x.limit.count())}, {});
        drain();
      },
      [this](const get_room_report&) {
        auto out = make_report(*this);
        out.lobby = lobby.enabled();
        out.waiting = lobby.waiting();
        for (const auto& [label, x] : server.by_label)
          if (const auto* open = data.find(x.id))
            out.data_producers.push_back(open->info);
        return out;
      },
      [this](const administer_room& x) { return administer(x); },
      [this](send_to_room& x) { return send_message(x, true); },
      [this](bot_answered& x) { replica.say(x); },
      [this](chat_heard& x) { replica.add_chat(x); },
      [this](const server_channel_tick& x) { settle(x); },
      [this](const room_tick&) {
        audience.handle_tick(self->clock().now());
        drain();
      },
      [this](const lobby_tick&) {
        lobby.handle_tick(self->clock().now());
        drain();
      },
      [this](const grace_tick&) {
        end_graces();
        drain();
      },
      [this](const speech_tick&) {
        sample_speech();
        drain();
      },
      [this](const room_neighbour& x) {
        replica.handle(x);
        drain();
      },
      [this](const room_neighbours_known& x) {
        replica.handle(x);
        drain();
      },
      [this](room_message_from& x) {
        replica.handle(x);
        drain();
      },
      [this](const trunk_message& x) { trunks.handle(x); },
      [this](const relay_ended& x) { trunks.handle(x); },
      [this](data_relay_says& x) { data_relays.handle(x); },
      [this](const data_relay_idle& x) { data_relays.handle(x); },
      [this](const data_relay_violated& x) { data_relays.handle(x); },
      [this](const replica_tick&) {
        replica.handle_tick();
        drain();
      },
  };
}

const peer_id* room_state::sender() const {
  const auto& who = self->current_sender();
  return who ? members.id_of(who->id()) : nullptr;
}

void room_state::notify_update(const peer_id& who) {
  replica.note_member(who);
  if (auto x = people.describe(who))
    audience.notify_all(event::peer_updated{std::move(*x)}, who);
}

room_actor spawn_room(caf::actor_system& system, room_id id,
                      room_services services, room_listener_actor listener) {
  return system.spawn([=](room_state::pointer self) {
    self->state.id = id;
    self->state.services = services;
    self->state.listener = listener;
    const auto& limits = self->state.services.limits;
    self->state.chat = room_chat{self->state.services};
    self->state.speech =
        room_speech{{limits.audio_top, limits.audio_top_above}};
    self->state.quotas = {std::make_shared<quota>(limits.max_producers),
                          std::make_shared<quota>(limits.max_consumers),
                          std::make_shared<quota>(limits.max_data_producers),
                          std::make_shared<quota>(limits.max_data_consumers),
                          std::make_shared<quota>(limits.max_app_data),
                          rtp::memory_budget::make_room_reserve()};
    return self->state.make_behavior();
  });
}

} // namespace troupe::actors
