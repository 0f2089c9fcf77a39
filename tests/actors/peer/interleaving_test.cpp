#include "tests/actors/support/interleaving_stage.hpp"

#ifdef __SANITIZE_ADDRESS__
// From sanitizer/allocator_interface.h, which only clang ships.
extern "C" size_t __sanitizer_get_current_allocated_bytes();
#else
#include <malloc.h>
#endif

using namespace troupe;
using namespace troupe::test;

namespace {

/// Clients that make random requests at random times.
class stage : public interleaving_stage {
public:
  using interleaving_stage::interleaving_stage;

  int answers() const {
    return answers_;
  }

private:
  void take_step() override {
    switch (below(8)) {
      case 0:
        if (clients_.size() < 5)
          enter();
        break;
      case 1:
        if (below(4) == 0)
          hang_up();
        break;
      case 2:
        pass_less_than(100);
        break;
      default:
        act();
    }
  }

  void finish() override {
    while (!clients_.empty())
      hang_up();
  }

  void enter() {
    // Few names and rooms, so that duplicate sessions occur.
    clients_.push_back(
        std::make_unique<fake_client>(world_, "room" + std::to_string(below(2)),
                                      "user" + std::to_string(below(3))));
  }

  void hang_up() {
    if (!clients_.empty())
      take_any(clients_)->hang_up();
  }

  // A random known id of any client; seldom an unknown one.
  std::string id(const std::vector<std::string>& known) {
    if (known.empty() || below(10) == 0)
      return "\"nothing\"";
    return quoted(any_of(known));
  }

  void act() {
    if (clients_.empty())
      return;
    auto& who = *any_of(clients_);
    learn(who);
    auto ssrc = below(1000) + 1;
    switch (below(12)) {
      case 0:
        who.send("create-transport", R"({"direction":"send"})");
        break;
      case 1:
        who.send("create-transport", R"({"direction":"recv"})");
        break;
      case 2:
        who.send("connect-transport", "{" + some_dtls_parameters() + "}");
        break;
      case 3:
        who.send("produce",
                 "{" + audio_track(ssrc, "a" + std::to_string(ssrc)) + "}");
        break;
      case 4:
        who.send("produce",
                 "{" + video_track(ssrc, "v" + std::to_string(ssrc)) + "}");
        break;
      case 5:
      case 6:
        who.send("consume", "{\"rtpCapabilities\":" + capabilities() + "}");
        break;
      case 7:
        who.send(below(2) ? "pause-producer" : "resume-producer",
                 "{\"producerId\":" + id(producers_) + "}");
        break;
      case 8:
        who.send("close-producer", "{\"producerId\":" + id(producers_) + "}");
        break;
      case 9:
        who.send(below(2) ? "close-consumer" : "request-key-frame",
                 "{\"consumerId\":" + id(consumers_) + "}");
        break;
      case 10:
        who.send("get-stats",
                 "{\"id\":" + id(below(2) ? producers_ : consumers_) + "}");
        break;
      default:
        if (below(8) == 0)
          who.send("leave");
        else
          who.send("restart-ice");
    }
  }

  void learn(fake_client& who) {
    auto& received = who.messages();
    for (const auto& x : received.replies) {
      ++answers_;
      if (text_at(x, "/type") == "producer-id")
        producers_.push_back(text_at(x, "/data/id"));
      else if (text_at(x, "/type") == "consumer-params")
        consumers_.push_back(text_at(x, "/data/id"));
    }
    received.replies.clear();
    received.pushes.clear();
  }

  std::vector<std::unique_ptr<fake_client>> clients_;
  std::vector<std::string> producers_;
  std::vector<std::string> consumers_;
  int answers_ = 0;
};

/// Plays each seed. Returns the number of responses that clients have got.
int play_many(actor_world& world, uint64_t first, uint64_t last) {
  int answers = 0;
  play_seeds<stage>(world, first, last, 60,
                    [&](const stage& x) { answers += x.answers(); });
  return answers;
}

/// The number of octets that this process has allocated.
size_t allocated_octets() {
#ifdef __SANITIZE_ADDRESS__
  return __sanitizer_get_current_allocated_bytes();
#else
  return mallinfo2().uordblks;
#endif
}

} // namespace

TEST_CASE("peers that join, act and leave in any order leave no actor behind") {
  actor_world world;
  CHECK(play_many(world, 1, interleavings()) > 1000);
}

// The first quarter fills every cache and pool. Memory that grows after it is a
// leak, however slow.
TEST_CASE("memory that peers have used is freed") {
  actor_world world;
  auto many = interleavings();
  play_many(world, 1, many / 4);
  auto before = allocated_octets();
  play_many(world, many / 4 + 1, many);
  CHECK(allocated_octets() < before + (256 << 10));
}
