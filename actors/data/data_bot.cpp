#include "actors/data/data_bot.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

struct data_bot_state {
  using pointer = data_bot_actor::stateful_pointer<data_bot_state>;

  static inline const char* name = "data-bot";

  explicit data_bot_state(pointer self_ptr) : self(self_ptr) {}

  ~data_bot_state() {
    if (settings.sctp)
      caf::anon_send(settings.sctp, remove_data_consumer{key()});
  }

  data_bot_actor::behavior_type make_behavior(data_bot_config cfg);

  void answer(const std::vector<data_message>& received);

  data_consumer_key key() const {
    return data_consumer_key{self->id()};
  }

  pointer self;
  data_bot_config settings;
};

data_bot_actor::behavior_type
data_bot_state::make_behavior(data_bot_config cfg) {
  settings = std::move(cfg);
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler([this](const caf::down_msg&) { self->quit(); });
  self->monitor(settings.partner);
  self->monitor(settings.channel);
  self->request(
          settings.sctp, std::chrono::seconds{5},
          add_data_consumer{key(),
                            key_of(settings.partner),
                            std::nullopt,
                            {},
                            {},
                            false,
                            caf::actor_cast<data_consumer_events_actor>(self)})
      .then([](const data_consumer_added&) {},
            [this](const caf::error&) { self->quit(); });
  return {
      [this](const data_consumer_ended&) { self->quit(); },
      [](const data_producer_paused&) {},
      [](const data_buffered_low&) {}, // for consumers with a client
      [this](const data_arrived& x) { answer(*x.messages); },
      [this](rename_bot_partner& x) { settings.name = std::move(x.name); },
  };
}

void data_bot_state::answer(const std::vector<data_message>& received) {
  send_server_data out;
  for (const auto& x : received) {
    if (x.ppid != net::sctp_ppid::string || x.octets->size() > max_bot_text)
      continue;
    const auto text = settings.name + " said: \""
                      + std::string{x.octets->begin(), x.octets->end()} + '"';
    out.messages.push_back(
        {net::sctp_ppid::string, std::make_shared<const std::vector<uint8_t>>(
                                     text.begin(), text.end())});
  }
  if (out.messages.empty())
    return;
  if (settings.listener)
    self->send(settings.listener, bot_answered{out.messages});
  self->send(settings.channel, std::move(out));
}

} // namespace

data_bot_actor spawn_data_bot(caf::actor_system& system,
                              data_bot_config settings) {
  return system.spawn(
      [cfg = std::move(settings)](data_bot_state::pointer self) {
        return self->state.make_behavior(cfg);
      });
}

} // namespace troupe::actors
