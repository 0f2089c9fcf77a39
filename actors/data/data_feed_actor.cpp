#include "actors/data/data_feed_actor.hpp"

#include "actors/base/actor_timer.hpp"
#include "actors/base/log.hpp"
#include "actors/data/relay_feed.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

/// When a feed tries again that waits for others of its link.
constexpr net::duration data_feed_retry = std::chrono::milliseconds{20};

/// How long the last messages may take to arrive.
constexpr net::duration data_feed_patience = std::chrono::seconds{10};

struct data_feed_state {
  using pointer = data_feed_actor::stateful_pointer<data_feed_state>;

  static inline const char* name = "data-feed";

  explicit data_feed_state(pointer self_ptr) : self(self_ptr) {}

  ~data_feed_state() {
    if (settings.sctp)
      caf::anon_send(settings.sctp, remove_data_consumer{key()});
    if (settings.load)
      publish();
  }

  data_feed_actor::behavior_type make_behavior(data_feed_config cfg);

  void subscribe();

  void take(const std::vector<data_message>& arrived);

  void resume(const want_data& x);

  // The producer is gone: what waits is sent first.
  void finish() {
    if (!over)
      over = now() + data_feed_patience;
    drain();
  }

  // Sends what may be sent, and arms the timer.
  void drain();

  void end_too_slow();

  // Says that nothing follows.
  void say_over(bool too_slow);

  void send(room_message what) {
    self->send(settings.cluster,
               room_message_to{settings.room, settings.node, std::move(what)});
  }

  void break_rule() {
    self->send(settings.cluster, report_violation{settings.node});
    self->quit();
  }

  void publish() {
    settings.load->counters().data.publish(self->id(), totals, published);
  }

  data_consumer_key key() const {
    return data_consumer_key{self->id()};
  }

  net::time_point now() const {
    return self->clock().now();
  }

  pointer self;
  data_feed_config settings;
  std::unique_ptr<relay_feed> feed;
  // Of what the data switch has sent, and this actor not taken.
  std::shared_ptr<in_flight_gauge> gauge;
  std::optional<net::time_point> over; // when it ends at the latest
  bool said_over = false;
  data_totals totals;
  data_totals published;
  actor_timer timer;
};

data_feed_actor::behavior_type
data_feed_state::make_behavior(data_feed_config cfg) {
  settings = std::move(cfg);
  self->set_error_handler([](caf::error&) {});
  feed = std::make_unique<relay_feed>(settings.reliability.reliable(),
                                      settings.limits, settings.link);
  gauge = std::make_shared<in_flight_gauge>(
      static_cast<int64_t>(settings.limits.buffer_octets));
  subscribe();
  return {
      [this](const data_consumer_ended&) { finish(); },
      [](const data_producer_paused&) {}, // the room tells the other node
      [](const data_buffered_low&) {},
      [this](const data_arrived& x) { take(*x.messages); },
      [this](const want_data& x) { resume(x); },
      [this](const data_credit& x) {
        if (!feed->handle_credit(x.next))
          return break_rule();
        drain();
      },
      [this](const close_data&) { self->quit(); },
      [this](const data_feed_tick&) {
        timer.fired(now());
        drain();
      },
  };
}

void data_feed_state::subscribe() {
  self->request(
          settings.sctp, std::chrono::seconds{5},
          add_data_consumer{key(),
                            key_of(settings.source),
                            std::nullopt,
                            settings.reliability,
                            {},
                            false,
                            caf::actor_cast<data_consumer_events_actor>(self),
                            gauge})
      .then([](const data_consumer_added&) {},
            [this](const caf::error&) { finish(); });
}

void data_feed_state::take(const std::vector<data_message>& arrived) {
  const auto at = now();
  for (const auto& x : arrived) {
    gauge->leave(waiting_octets(*x.octets));
    totals.messages_dropped += !feed->push(x, at);
  }
  drain();
}

void data_feed_state::resume(const want_data& x) {
  if (!feed->handle_resume(x.next))
    return break_rule();
  said_over = false;
  drain();
}

void data_feed_state::drain() {
  // A reliable message that the switch could not pass on is a hole, too.
  const auto lost = settings.reliability.reliable() && gauge->refused() > 0;
  while (!lost) {
    auto x = feed->poll_batch(now());
    if (!x)
      break;
    data_relay out{settings.room.str(),
                   settings.producer.str(),
                   settings.relay,
                   x->first,
                   {}};
    for (const auto& y : x->messages)
      out.messages.push_back({static_cast<uint32_t>(y.ppid),
                              {y.octets->begin(), y.octets->end()}});
    send(std::move(out));
  }
  publish();
  if (lost || feed->too_slow(now()))
    return end_too_slow();
  if (over && feed->all_sent() && !said_over)
    say_over(false);
  if (over && (feed->all_passed_on() || now() >= *over))
    return self->quit();
  auto next = feed->poll_timeout();
  const auto sooner = [&](net::time_point at) {
    next = next ? std::min(*next, at) : at;
  };
  if (feed->waits_for_link())
    sooner(now() + data_feed_retry);
  if (over)
    sooner(*over);
  timer.arm(self, next, data_feed_tick{});
}

void data_feed_state::end_too_slow() {
  log::event(log::level::warn, "data-feed-too-slow",
             {{"room", settings.room.str()},
              {"node", settings.node},
              {"producer", settings.producer.str()}});
  say_over(true);
  self->quit();
}

void data_feed_state::say_over(bool too_slow) {
  said_over = true;
  send(data_relay_over{settings.room.str(), settings.producer.str(),
                       settings.relay, feed->end(), too_slow});
}

} // namespace

data_feed_actor spawn_data_feed(caf::actor_system& system,
                                data_feed_config settings) {
  return system.spawn(
      [cfg = std::move(settings)](data_feed_state::pointer self) {
        return self->state.make_behavior(cfg);
      });
}

} // namespace troupe::actors
