#include "actors/data/chat_listener.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

/// The octets of messages that may wait for a listener. More are left out of
/// the history, and count as dropped.
constexpr int64_t max_waiting_chat = 512 * 1024;

struct chat_listener_state {
  using pointer = chat_listener_actor::stateful_pointer<chat_listener_state>;

  static inline const char* name = "chat-listener";

  explicit chat_listener_state(pointer self_ptr) : self(self_ptr) {}

  ~chat_listener_state() {
    if (settings.sctp)
      caf::anon_send(settings.sctp, remove_data_consumer{key()});
  }

  chat_listener_actor::behavior_type make_behavior(chat_listener_config cfg);

  void hear(const std::vector<data_message>& received);

  data_consumer_key key() const {
    return data_consumer_key{self->id()};
  }

  pointer self;
  chat_listener_config settings;
  chat_intake intake{chat_format::plain};
  std::shared_ptr<in_flight_gauge> gauge =
      std::make_shared<in_flight_gauge>(max_waiting_chat);
};

chat_listener_actor::behavior_type
chat_listener_state::make_behavior(chat_listener_config cfg) {
  settings = std::move(cfg);
  intake = chat_intake{settings.format};
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler([this](const caf::down_msg&) { self->quit(); });
  self->monitor(settings.source);
  self->request(
          settings.sctp, std::chrono::seconds{5},
          add_data_consumer{key(),
                            key_of(settings.source),
                            std::nullopt,
                            {},
                            {},
                            false,
                            caf::actor_cast<data_consumer_events_actor>(self),
                            gauge})
      .then([](const data_consumer_added&) {},
            [this](const caf::error&) { self->quit(); });
  return {
      [this](const data_consumer_ended&) { self->quit(); },
      [](const data_producer_paused&) {},
      [](const data_buffered_low&) {}, // for consumers with a client
      [this](const data_arrived& x) { hear(*x.messages); },
  };
}

void chat_listener_state::hear(const std::vector<data_message>& received) {
  chat_heard out{settings.author, {}};
  const auto now = self->clock().now();
  for (const auto& x : received) {
    gauge->leave(waiting_octets(*x.octets));
    auto read = intake.read(x, now);
    if (auto* said = std::get_if<chat_text>(&read))
      out.messages.push_back(std::move(*said));
    else if (const auto* why = std::get_if<chat_refusal>(&read))
      settings.load->counters().note(*why);
  }
  if (!out.messages.empty())
    self->send(settings.keeper, std::move(out));
}

} // namespace

chat_listener_actor spawn_chat_listener(caf::actor_system& system,
                                        chat_listener_config settings) {
  return system.spawn(
      [cfg = std::move(settings)](chat_listener_state::pointer self) {
        return self->state.make_behavior(cfg);
      });
}

} // namespace troupe::actors
