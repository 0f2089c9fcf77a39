#include "actors/sctp/sctp_actor.hpp"

#include "actors/base/actor_timer.hpp"
#include "actors/base/caf_error.hpp"
#include "actors/base/failure_watch.hpp"
#include "actors/sctp/switch_output.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

// How much the engine does before other messages and other actors get their
// turn; in deliveries, as data_switch counts them.
constexpr size_t turn_budget = 256;
constexpr auto turn_time = std::chrono::microseconds{500};

struct sctp_actor_state {
  using pointer = sctp_actor::stateful_pointer<sctp_actor_state>;

  static inline const char* name = "sctp";

  explicit sctp_actor_state(pointer self_ptr)
      : self(self_ptr)
      , output(self_ptr) {}

  ~sctp_actor_state() {
    publish();
  }

  sctp_actor::behavior_type make_behavior(const sctp_services& with);

  void open(const open_association& x);

  void take(const application_data_received& x);

  caf::result<done> add(const add_data_producer& x);

  caf::result<data_consumer_added> add(const add_data_consumer& x);

  // Runs `f(engine, now)`; its output is sent after the messages that are in
  // the mailbox now.
  template <class F>
  void with_engine(F f) {
    f(*engine, self->clock().now());
    schedule_turn();
  }

  void schedule_turn() {
    if (!std::exchange(flush_pending, true))
      self->send(self, sctp_flush{});
  }

  // Lets the engine work for a while, and sends its output. The rest of the
  // work waits for a turn behind the messages in the mailbox.
  void take_turn();

  void flush();

  // Adds the increase since the last call to the node's counters.
  void publish();

  pointer self;
  sctp_services services;
  std::unique_ptr<data_switch> engine;
  switch_output output;
  bool flush_pending = false;
  data_totals published;
  net::time_point publish_due{};
  actor_timer timer{std::chrono::milliseconds{10}};
};

sctp_actor::behavior_type
sctp_actor_state::make_behavior(const sctp_services& with) {
  services = with;
  engine = std::make_unique<data_switch>(services.limits);
  timer.use(services.ticks);
  self->set_error_handler([](caf::error&) {});
  self->set_exception_handler(to_error);
  return {
      [this](const open_association& x) { open(x); },
      [this](const close_association& x) {
        output.remove(x.transport);
        with_engine([&](auto& e, auto now) { e.close(x.transport, now); });
      },
      [this](const application_data_received& x) { take(x); },
      [this](const add_data_producer& x) { return add(x); },
      [this](const remove_data_producer& x) {
        output.remove(x.producer);
        with_engine(
            [&](auto& e, auto now) { e.remove_producer(x.producer, now); });
      },
      [this](const set_data_producer_paused& x) {
        with_engine([&](auto& e, auto) { e.set_paused(x.producer, x.paused); });
      },
      [this](const send_direct_data& x) {
        with_engine([&](auto& e, auto) {
          for (const auto& message : x.messages)
            e.queue_direct(x.producer, message);
        });
      },
      [this](const add_data_consumer& x) { return add(x); },
      [this](const remove_data_consumer& x) {
        output.remove(x.consumer);
        with_engine(
            [&](auto& e, auto now) { e.remove_consumer(x.consumer, now); });
      },
      [this](const set_data_consumer_paused& x) {
        engine->set_paused(x.consumer, x.paused);
      },
      [this](set_data_subchannels& x) {
        engine->set_subchannels(x.consumer, std::move(x.subchannels));
      },
      [this](const set_data_low_threshold& x) {
        with_engine(
            [&](auto& e, auto) { e.set_low_threshold(x.consumer, x.octets); });
      },
      [this](const send_to_data_consumer& x) {
        with_engine(
            [&](auto& e, auto now) { e.send_to(x.consumer, x.message, now); });
      },
      [this](const get_data_producer_stats& x) {
        return engine->stats(x.producer);
      },
      [this](const get_data_consumer_stats& x) {
        return engine->stats(x.consumer);
      },
      [this](const get_sctp_stats& x) { return engine->stats(x.transport); },
      [this](const sctp_tick&) {
        timer.fired(self->clock().now());
        engine->handle_timeout(self->clock().now());
        take_turn();
      },
      [this](const sctp_flush&) {
        flush_pending = false;
        take_turn();
      },
  };
}

void sctp_actor_state::open(const open_association& x) {
  output.add(x);
  engine->open(x.transport, x.backlog);
}

void sctp_actor_state::take(const application_data_received& x) {
  with_engine([&](auto& e, auto) {
    e.handle_records(x.transport, std::move(*x.records), x.gauge);
  });
}

caf::result<done> sctp_actor_state::add(const add_data_producer& x) {
  if (auto refused = engine->add_producer(
          {x.producer, x.transport, x.stream, x.paused, x.reports_taken}))
    return to_caf(*refused);
  output.add(x.producer, x.events);
  return done{};
}

caf::result<data_consumer_added>
sctp_actor_state::add(const add_data_consumer& x) {
  auto added =
      engine->add_consumer({x.consumer, x.producer, x.transport, x.reliability,
                            x.subchannels, x.paused, x.gauge});
  if (const auto* refused = std::get_if<protocol::error>(&added))
    return to_caf(*refused);
  output.add(x.consumer, x.events);
  return std::get<data_consumer_added>(added);
}

void sctp_actor_state::take_turn() {
  const auto begin = self->clock().now();
  const auto more = engine->do_work(turn_budget, begin, [&] {
    return self->clock().now() - begin >= turn_time;
  });
  flush();
  if (more)
    schedule_turn();
}

void sctp_actor_state::flush() {
  output.send_all(*engine);
  const auto now = self->clock().now();
  if (now >= publish_due) {
    publish_due = now + publish_interval;
    publish();
  }
  timer.arm(self, engine->poll_timeout(), sctp_tick{});
}

void sctp_actor_state::publish() {
  if (engine)
    services.load->counters().data.publish(self->id(), engine->totals(),
                                           published);
}

} // namespace

sctp_actor spawn_sctp(caf::actor_system& system, sctp_services services) {
  return system.spawn(
      [with = std::move(services)](sctp_actor_state::pointer self) {
        return self->state.make_behavior(with);
      });
}

} // namespace troupe::actors
