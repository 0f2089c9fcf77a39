#include "tests/actors/support/interleaving_stage.hpp"

#include <set>

using namespace troupe;
using namespace troupe::test;

namespace {

/// A Socket.IO client that sends random requests.
class wanderer {
public:
  explicit wanderer(actor_world& world)
      : world_(world)
      , connection_(std::make_shared<fake_connection>()) {
    protocol::handshake hello;
    hello.carrier = protocol::carrier::socketio;
    hello.path = "/socket.io/";
    session_ = actors::spawn_session(
        *world.system,
        {connection_, protocol::find_dialect(hello), hello, world.services,
         caf::actor_cast<actors::room_gate_actor>(world.server)});
    send("0");
  }

  /// With an acknowledgement, so `joinRoom` requires that the room exists.
  void ask(const std::string& event, const std::string& arguments) {
    auto id = std::to_string(++last_id_);
    if (event == "joinRoom")
      joins_.insert(id);
    send("2" + id + "[\"" + event + "\"," + arguments + "]");
  }

  /// Without an acknowledgement.
  void tell(const std::string& event, const std::string& arguments) {
    send("2[\"" + event + "\"," + arguments + "]");
  }

  /// Reads what has arrived. Returns how many joins were granted.
  int granted() {
    int out = 0;
    for (const auto& x : std::exchange(connection_->sent, {})) {
      auto data = x.find('[');
      if (x.starts_with("3") && data != x.npos
          && joins_.contains(x.substr(1, data - 1))
          && x.find("\"error\"") == x.npos)
        ++out;
    }
    return out;
  }

  void hang_up() {
    caf::anon_send(session_, actors::connection_closed{});
  }

private:
  void send(const std::string& text) {
    caf::anon_send(session_, actors::frame_received{text, false});
  }

  actor_world& world_;
  std::shared_ptr<fake_connection> connection_;
  actors::session_actor session_;
  std::set<std::string> joins_;
  int last_id_ = 0;
};

/// Clients of dialect D that move between rooms while others join, send, lock
/// and leave.
class journey : public interleaving_stage {
public:
  using interleaving_stage::interleaving_stage;

  int moves() const {
    return moves_;
  }

private:
  void take_step() override {
    switch (below(10)) {
      case 0:
        if (residents_.size() < 3)
          residents_.push_back(std::make_unique<fake_client>(
              world_, room(), "host" + std::to_string(below(3))));
        break;
      case 1:
        if (wanderers_.size() < 3)
          wanderers_.push_back(std::make_unique<wanderer>(world_));
        break;
      case 2:
        depart(4);
        break;
      case 3:
        pass_less_than(100);
        break;
      case 4:
        moderate();
        break;
      default:
        act();
    }
  }

  void finish() override {
    while (!residents_.empty() || !wanderers_.empty())
      depart(1);
  }

  std::string room() {
    return "room" + std::to_string(below(3));
  }

  // With a probability of 1 in `times`, a client disconnects.
  void depart(uint32_t times) {
    if (below(times) != 0)
      return;
    if (!wanderers_.empty()) {
      auto who = take_any(wanderers_);
      moves_ += who->granted();
      who->hang_up();
    } else if (!residents_.empty()) {
      take_any(residents_)->hang_up();
    }
  }

  void moderate() {
    if (residents_.empty())
      return;
    auto& who = *any_of(residents_);
    switch (below(5)) {
      case 0:
        who.send("lock-room", below(2) ? "{}" : R"({"locked":false})");
        break;
      case 1:
        who.send("kick",
                 R"({"peerId":"user)" + std::to_string(below(3)) + "\"}");
        break;
      case 2:
        who.send("end-room");
        break;
      default:
        who.send("get-producers");
    }
  }

  void act() {
    if (wanderers_.empty())
      return;
    auto& who = *any_of(wanderers_);
    auto ssrc = below(1000) + 1;
    // Few names and rooms, so that duplicate sessions occur.
    auto there = quoted(room()) + ",\"user" + std::to_string(below(3)) + "\"";
    switch (below(9)) {
      case 0:
      case 1:
      case 2:
        who.ask("joinRoom", there);
        break;
      case 3:
        who.tell("joinRoom", there);
        break;
      case 4:
        who.ask("createWebRtcTransport", below(2) ? R"({"direction":"send"})"
                                                  : R"({"direction":"recv"})");
        break;
      case 5:
        who.ask("produce",
                "{" + audio_track(ssrc, "a" + std::to_string(ssrc)) + "}");
        break;
      case 6:
        who.ask("consume", "{\"rtpCapabilities\":" + capabilities() + "}");
        break;
      case 7:
        who.ask("getProducers", "{}");
        break;
      default:
        if (below(4) == 0)
          who.ask("leaveRoom", "{}");
        else
          who.ask("restartIce", "{}");
    }
  }

  std::vector<std::unique_ptr<fake_client>> residents_;
  std::vector<std::unique_ptr<wanderer>> wanderers_;
  int moves_ = 0;
};

} // namespace

TEST_CASE("peers that move between rooms in any order leave no actor behind") {
  actor_world world;
  int moves = 0;
  play_seeds<journey>(world, 1, interleavings(), 80,
                      [&](const journey& x) { moves += x.moves(); });
  CHECK(moves > static_cast<int>(interleavings()));
}
