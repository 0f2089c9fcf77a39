#include "actors/webhooks/webhook_actor.hpp"

#include "actors/base/actor_timer.hpp"
#include "actors/base/log.hpp"
#include "actors/config/web_url.hpp"
#include "actors/webhooks/webhook_spool.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

std::chrono::sys_seconds wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::system_clock::now());
}

webhook_result to_result(const net::http_answer& x) {
  constexpr uint16_t gone = 410;
  if (x.status >= 200 && x.status < 300)
    return webhook_result::delivered;
  return x.status == gone ? webhook_result::refused : webhook_result::failed;
}

// A status, or why there is none.
std::string describe(const net::http_answer& x) {
  if (x.status != 0)
    return std::to_string(x.status);
  return std::string{to_string(x.failure)};
}

struct webhook_state {
  using pointer = webhook_actor::stateful_pointer<webhook_state>;

  static inline const char* name = "webhook";

  explicit webhook_state(pointer self_ptr) : self(self_ptr) {}

  webhook_actor::behavior_type make_behavior(webhook_settings cfg);

  void open_spool();

  // Queues an event, and keeps it in the spool if it is a lasting one.
  void add(const webhook_event& x);

  void handle(const webhook_answered& x);

  void post(webhook_attempt x);

  void finish(const webhook_end& x);

  // Logs when the receiver begins to fail, and when it works again.
  void note_health(const net::http_answer& x, bool works);

  void report_spool_failure();

  void drain();

  net::time_point now() const {
    return self->clock().now();
  }

  pointer self;
  webhook_settings settings;
  std::string receiver; // host and port: the rest of a URL may be secret
  std::unique_ptr<net::rng> random = net::make_secure_rng();
  std::optional<webhook_queue> queue;
  std::optional<webhook_spool> spool;
  bool failing = false;
  bool finishing = false;
  actor_timer timer;
};

webhook_actor::behavior_type
webhook_state::make_behavior(webhook_settings cfg) {
  settings = std::move(cfg);
  receiver = web_url_authority(settings.url);
  queue.emplace(settings.limits, *random);
  self->set_error_handler([](caf::error&) {});
  open_spool();
  drain();
  return {
      [this](const webhook_happened& x) {
        add(*x.what);
        drain();
      },
      [this](const finish_webhooks&) {
        finishing = true;
        drain();
      },
      [this](const webhook_answered& x) {
        handle(x);
        drain();
      },
      [this](const webhook_tick&) {
        timer.fired(now());
        drain();
      },
  };
}

void webhook_state::open_spool() {
  if (settings.spool.empty())
    return;
  auto opened = webhook_spool::open(settings.spool);
  if (!opened)
    return report_spool_failure();
  spool.emplace(std::move(*opened));
  for (auto& x : spool->events())
    queue->handle_event(std::move(x), now());
}

void webhook_state::add(const webhook_event& x) {
  webhook_message message{x.id, x.room.name, to_json(x), priority_of(x.kind)};
  if (message.priority == webhook_priority::lasting && spool
      && !spool->add(message))
    report_spool_failure();
  queue->handle_event(std::move(message), now());
}

void webhook_state::handle(const webhook_answered& x) {
  const auto result = to_result(x.answer);
  note_health(x.answer, result != webhook_result::failed);
  if (result == webhook_result::failed)
    settings.figures->note_failed_try();
  queue->handle_result(x.number, result, now());
}

void webhook_state::post(webhook_attempt x) {
  auto headers = settings.signer->sign(x.id, x.body, wall_clock());
  headers.emplace_back("Content-Type: application/webhook+json");
  headers.emplace_back("User-Agent: Troupe");
  settings.client->post(
      {settings.url, std::move(headers), std::move(x.body)},
      [to = caf::actor_cast<webhook_actor>(self),
       number = x.number](net::http_answer answer) {
        caf::anon_send(to, webhook_answered{number, std::move(answer)});
      });
}

void webhook_state::finish(const webhook_end& x) {
  if (x.event.priority == webhook_priority::lasting && spool
      && !spool->remove(x.event.id))
    report_spool_failure();
  if (!x.loss)
    return settings.figures->note_delivered();
  settings.figures->note(*x.loss);
  log::event(log::level::warn, "webhook-lost",
             {{"receiver", receiver},
              {"room", x.event.room},
              {"id", x.event.id},
              {"why", std::string{to_string(*x.loss)}}});
}

void webhook_state::note_health(const net::http_answer& x, bool works) {
  if (works != failing)
    return;
  failing = !works;
  if (works)
    log::event(log::level::info, "webhook-works-again",
               {{"receiver", receiver}});
  else
    log::event(
        log::level::warn, "webhook-failed",
        {{"receiver", receiver}, {"answer", describe(x)}, {"why", x.why}});
}

void webhook_state::report_spool_failure() {
  log::event(log::level::error, "webhook-spool-failed",
             {{"receiver", receiver}, {"file", settings.spool}});
}

void webhook_state::drain() {
  while (auto x = queue->poll_attempt(now()))
    post(std::move(*x));
  while (auto x = queue->poll_end())
    finish(*x);
  settings.figures->note_queue(queue->size(), queue->oldest());
  timer.arm(self, queue->poll_timeout(), webhook_tick{});
  if (finishing && queue->size() == 0)
    self->quit();
}

} // namespace

webhook_actor spawn_webhook(caf::actor_system& system,
                            webhook_settings settings) {
  return system.spawn([cfg = std::move(settings)](webhook_state::pointer self) {
    return self->state.make_behavior(cfg);
  });
}

} // namespace troupe::actors
