#include "actors/cluster/gateway_actor.hpp"

#include "actors/base/failure_watch.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace troupe::actors {

namespace {

class gateway : public gateway_actor::base {
public:
  gateway(caf::actor_config& cfg, const gateway_owner_actor& owner)
      : gateway_actor::base(cfg)
      , owner_(caf::actor_cast<caf::weak_actor_ptr>(owner)) {
    set_error_handler([](caf::error&) {});
    set_exception_handler(to_error);
  }

  const char* name() const override {
    return "gateway";
  }

  // CAF's own messages, such as those that end an actor, would be handled
  // before any behavior sees them. So they are stopped here.
  void enqueue(caf::mailbox_element_ptr x, caf::execution_unit* ctx) override {
    if (may_pass(*x))
      gateway_actor::base::enqueue(std::move(x), ctx);
    else
      tell(unknown_message{});
  }

protected:
  behavior_type make_behavior() override {
    return {
        [this](link_hello& x) { pass(x); },
        [this](const seen& x) { pass(x); },
        [this](rooms_changed& x) { pass(x); },
        [this](rooms_snapshot& x) { pass(x); },
        [this](const goodbye& x) { pass(x); },
        [this](room_snapshot& x) { pass_room(x); },
        [this](room_delta& x) { pass_room(x); },
        [this](part_wanted& x) { pass_room(x); },
        [this](part_closed& x) { pass_room(x); },
        [this](voices_heard& x) { pass_room(x); },
        [this](member_command& x) { pass_room(x); },
        [this](open_trunk& x) { pass_room(x); },
        [this](want_stream& x) { pass_room(x); },
        [this](stream_refused& x) { pass_room(x); },
        [this](want_data& x) { pass_room(x); },
        [this](data_relay& x) { pass_room(x); },
        [this](data_credit& x) { pass_room(x); },
        [this](data_relay_over& x) { pass_room(x); },
        [this](server_said& x) { pass_room(x); },
        [this](chat_told& x) { pass_room(x); },
        [this](chat_wanted& x) { pass_room(x); },
        [this](admin_ask& x) { pass(x); },
        [this](admin_answer& x) { pass(x); },
        [this](const end_gateway&) { quit(); },
    };
  }

private:
  template <class... Ts>
  static bool is_one_of(const caf::type_erased_tuple& x) {
    return (x.match_elements<Ts>() || ...);
  }

  bool may_pass(caf::mailbox_element& x) const {
    const auto& content = x.content();
    // Cannot be serialised, so it comes from this process.
    if (is_one_of<end_gateway>(content))
      return true;
    return x.sender && x.sender->node() != home_system().node()
           && !x.mid.is_response()
           && is_one_of<link_hello, seen, rooms_changed, rooms_snapshot,
                        goodbye, room_snapshot, room_delta, part_wanted,
                        part_closed, voices_heard, member_command, open_trunk,
                        want_stream, stream_refused, want_data, data_relay,
                        data_credit, data_relay_over, server_said, chat_told,
                        chat_wanted, admin_ask, admin_answer>(content);
  }

  template <class Message>
  void pass(Message& x) {
    using plain = std::remove_const_t<Message>;
    tell(from_node<plain>{current_sender(), std::move(x)});
  }

  template <class Message>
  void pass_room(Message& x) {
    tell(from_node<room_message>{current_sender(), std::move(x)});
  }

  // Called on any thread.
  template <class Message>
  void tell(Message x) {
    if (auto to = owner_.lock())
      caf::anon_send(caf::actor_cast<gateway_owner_actor>(to), std::move(x));
  }

  const caf::weak_actor_ptr owner_;
};

} // namespace

gateway_actor spawn_gateway(caf::actor_system& system,
                            const gateway_owner_actor& owner) {
  return system.spawn<gateway>(owner);
}

} // namespace troupe::actors
