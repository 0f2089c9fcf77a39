#include "actors/webhooks/webhook_actor.hpp"

#include "actors/webhooks/webhook_spool.hpp"
#include "tests/actors/support/actor_world.hpp"
#include "tests/actors/support/log_capture.hpp"
#include "tests/actors/support/temporary_file.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

/// Keeps requests, which the test answers.
class fake_poster final : public net::http_poster {
public:
  void post(net::http_post request, handler on_answer) override {
    requests.push_back(std::move(request));
    handlers.push_back(std::move(on_answer));
  }

  void answer(size_t which, uint16_t status) {
    handlers.at(which)({net::http_failure::none, status, {}});
  }

  void fail(size_t which, net::http_failure why) {
    handlers.at(which)({why, 0, "as the test wants"});
  }

  std::vector<net::http_post> requests;
  std::vector<handler> handlers;
};

const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A receiver's actor.
struct scene {
  explicit scene(const std::string& spool = {}) {
    webhook_settings settings;
    settings.url = "https://backend.example/secret-path";
    settings.signer = std::make_shared<const net::webhook_signer>(
        net::webhook_signer::make("key", secret).value());
    settings.client = &client;
    settings.spool = spool;
    settings.figures = figures;
    actor = spawn_webhook(*world.system, settings);
    world.run();
  }

  ~scene() {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    world.run();
  }

  void tell(const std::string& id, const std::string& room = "r",
            webhook_kind kind = webhook_kind::participant_joined) {
    webhook_event x;
    x.id = id;
    x.room.name = room;
    x.kind = kind;
    caf::anon_send(actor,
                   webhook_happened{std::make_shared<const webhook_event>(x)});
    world.run();
  }

  void answer(size_t which, uint16_t status) {
    client.answer(which, status);
    world.run();
  }

  webhook_reading reading() {
    return figures->read(world.scheduler().clock().now());
  }

  fake_poster client;
  std::shared_ptr<webhook_figures> figures =
      std::make_shared<webhook_figures>();
  actor_world world;
  webhook_actor actor;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("an event is posted with both signatures") {
  scene x;
  x.tell("EV_1");
  REQUIRE(x.client.requests.size() == 1);
  const auto& request = x.client.requests[0];
  CHECK(request.url == "https://backend.example/secret-path");
  CHECK(has(request.body, R"("id":"EV_1")"));
  CHECK(has(request.body, R"("numDropped":0})"));
  std::string all;
  for (const auto& line : request.headers)
    all += line + "\n";
  CHECK(has(all, "Authorization: ey"));
  CHECK(has(all, "webhook-id: EV_1\n"));
  CHECK(has(all, "webhook-timestamp: "));
  CHECK(has(all, "webhook-signature: v1,"));
  CHECK(has(all, "Content-Type: application/webhook+json\n"));
}

TEST_CASE("the next event of a room follows the answer to the one before") {
  scene x;
  x.tell("EV_1");
  x.tell("EV_2");
  CHECK(x.client.requests.size() == 1);
  CHECK(x.reading().waiting == 2);
  x.answer(0, 204);
  REQUIRE(x.client.requests.size() == 2);
  CHECK(has(x.client.requests[1].body, "EV_2"));
  x.answer(1, 200);
  CHECK(x.reading().waiting == 0);
  CHECK(x.reading().delivered == 2);
}

TEST_CASE("answers but 2xx and 410 are tried again, and so is silence") {
  scene x;
  x.tell("EV_1");
  size_t tries = 0;
  for (const uint16_t status : {500, 404, 400, 307, 429}) {
    x.answer(tries, status);
    CHECK(x.client.requests.size() == ++tries);
    x.world.pass(20s);
    REQUIRE(x.client.requests.size() == tries + 1);
  }
  x.client.fail(tries, net::http_failure::timeout);
  x.world.run();
  CHECK(x.reading().oldest >= 100s);
  x.world.pass(25s);
  REQUIRE(x.client.requests.size() == tries + 2);
  CHECK(x.client.requests.front().body == x.client.requests.back().body);
  CHECK(x.reading().failed_tries == 6);
  x.answer(tries + 1, 410);
  x.world.pass(2min);
  CHECK(x.client.requests.size() == tries + 2);
  CHECK(x.reading().lost[size_t(webhook_loss::refused)] == 1);
  CHECK(x.reading().waiting == 0);
}

TEST_CASE("the log says when a receiver fails and works again, not its path") {
  scene x;
  captured_output output;
  set_log_level("info");
  for (const auto* id : {"EV_1", "EV_2"})
    x.tell(id, id);
  x.answer(0, 500);
  x.client.fail(1, net::http_failure::bad_certificate);
  x.world.pass(1s);
  x.answer(2, 200);
  x.answer(3, 200);
  set_log_level("off");
  const auto text = output.release();
  CHECK(has(text, "webhook-failed receiver=backend.example answer=500"));
  CHECK(has(text, "webhook-works-again receiver=backend.example"));
  CHECK(!has(text, "bad-certificate")); // it was failing already
  CHECK(!has(text, "secret-path"));
}

TEST_CASE("events of recordings are there again after a crash, in order") {
  temporary_file file{""};
  const auto kind = webhook_kind::recording_finished;
  {
    scene x{file.path()};
    x.tell("EV_1", "r", kind);
    x.tell("EV_2", "r");
    x.tell("EV_3", "r", kind);
    x.answer(0, 200);
    x.answer(1, 503);
  }
  scene x{file.path()};
  REQUIRE(x.client.requests.size() == 1);
  CHECK(has(x.client.requests[0].body, R"("id":"EV_3")"));
  CHECK(has(x.client.requests[0].body, R"("numDropped":0})"));
  x.answer(0, 200);
  CHECK(webhook_spool::open(file.path()).value().events().empty());
}

TEST_CASE("a receiver's actor ends once all is sent") {
  scene x;
  const auto before = x.world.live();
  x.tell("EV_1");
  caf::anon_send(x.actor, finish_webhooks{});
  x.world.run();
  CHECK(x.world.live() == before);
  x.answer(0, 200);
  CHECK(x.world.live() == before - 1);
}
