#include "actors/sctp/switch_output.hpp"

#include "actors/base/log.hpp"

#include <utility>

namespace troupe::actors {

void switch_output::add(const open_association& x) {
  transports_.insert_or_assign(x.transport,
                               transport{x.id, x.out, x.listener, x.owner});
}

void switch_output::send_all(data_switch& engine) {
  while (auto x = engine.poll_records())
    if (auto i = transports_.find(x->transport); i != transports_.end())
      self_->send(i->second.out,
                  application_data_to_send{
                      std::make_shared<data_records>(std::move(x->records))});
  while (auto x = engine.poll_event())
    std::visit([this](auto& event) { pass_on(event); }, *x);
  for (auto which : std::exchange(closed_, {}))
    transports_.erase(which);
}

void switch_output::pass_on(const switch_state_changed& x) {
  const auto i = transports_.find(x.transport);
  if (i == transports_.end())
    return;
  const auto& to = i->second;
  log::event(x.state == net::sctp_state::failed ? log::level::warn
                                                : log::level::debug,
             "sctp-state",
             {to.owner.room_field(),
              to.owner.peer_field(),
              {"transport", to.id.str()},
              {"state", std::string{net::to_string(x.state)}}});
  if (to.listener)
    self_->send(to.listener, sctp_state_changed{to.id, x.state});
}

void switch_output::pass_on(switch_channel_opened& x) {
  const auto i = transports_.find(x.transport);
  if (i != transports_.end() && i->second.listener)
    self_->send(i->second.listener,
                data_channel_opened{
                    i->second.id, x.channel.stream, x.channel.reliability,
                    std::move(x.channel.label), std::move(x.channel.protocol)});
}

void switch_output::pass_on(const data_consumer_ended& x) {
  notify(consumers_, x.consumer, x);
  consumers_.erase(x.consumer);
}

} // namespace troupe::actors
