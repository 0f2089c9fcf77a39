#include "protocol/json/json_codec.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "tests/actors/support/interleaving_stage.hpp"
#include "tests/actors/support/probe_client.hpp"

using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
using protocol::peer_id;
using protocol::room_id;

namespace {

/// Clients that join, moderate, are lost and return at random times.
class stage : public interleaving_stage {
public:
  using interleaving_stage::interleaving_stage;

  int joins = 0;
  int restarts = 0;

private:
  void take_step() override {
    switch (below(10)) {
      case 0:
      case 1:
        if (clients_.size() < 6)
          enter();
        break;
      case 2:
        hang_up();
        break;
      case 3:
        pass_less_than(400);
        break;
      default:
        act();
    }
  }

  // Disconnects all, some without a close frame, and passes the grace time.
  void finish() override {
    while (!clients_.empty())
      hang_up();
    world_.run();
    for (int i = 0; i < 5; ++i) {
      world_.scheduler().advance_time(std::chrono::milliseconds{500});
      world_.run();
    }
  }

  peer_id somebody() {
    return peer_id{"user" + std::to_string(below(3))};
  }

  void enter() {
    clients_.push_back(std::make_unique<probe_client>(world_));
    auto join = join_as(somebody().str(), {.room = room().str(),
                                           .must_exist = below(4) == 0,
                                           .hidden = below(4) == 0});
    clients_.back()->send(std::move(join));
  }

  room_id room() {
    return room_id{"room" + std::to_string(below(2))};
  }

  void hang_up() {
    if (clients_.empty())
      return;
    auto who = take_any(clients_);
    learn(*who);
    who->hang_up(below(2) == 0);
    gone_.push_back(std::move(who));
  }

  void act() {
    if (clients_.empty())
      return;
    auto& who = *any_of(clients_);
    learn(who);
    switch (below(16)) {
      case 0:
      case 1:
        return who.send(verb::create_transport{});
      case 2:
      case 3:
        return who.send(opus_producer());
      case 4:
      case 5: {
        verb::consume consume;
        consume.capabilities = protocol::default_router_rtp_capabilities();
        consume.own_if_alone = true;
        return who.send(std::move(consume));
      }
      case 6:
        return who.send(verb::announce{});
      case 7:
        return who.send(verb::create_room{room()});
      case 8:
        return who.send(verb::set_display_name{std::to_string(below(3))});
      case 9:
        return who.send(verb::kick{somebody()});
      case 10:
        return who.send(verb::mute{somebody(), {}});
      case 11:
        return who.send(verb::lock_room{below(3) == 0});
      case 12:
        if (below(4) == 0)
          who.send(verb::end_room{});
        return;
      case 13:
        if (below(3) == 0)
          who.send(verb::leave{});
        return;
      case 14:
        return who.send(join_as(somebody().str(), room().str()));
      default:
        return who.send(verb::restart_ice{});
    }
  }

  verb::produce opus_producer() {
    auto ssrc = below(1000) + 1;
    auto parsed =
        parse_json("{" + audio_track(ssrc, std::to_string(ssrc)) + "}");
    verb::produce out;
    out.parameters = *protocol::decode_rtp_parameters(parsed["rtpParameters"]);
    return out;
  }

  // Counts successes, so that a run in which nothing works is noticed.
  void learn(probe_client& who) {
    for (const auto& [token, outcome] : who.script->outcomes)
      if (const auto* done = std::get_if<protocol::success>(&outcome)) {
        joins += std::holds_alternative<reply::joined>(*done);
        restarts += std::holds_alternative<reply::ice_restarted>(*done);
      }
    who.script->outcomes.clear();
    who.script->events.clear();
  }

  std::vector<std::unique_ptr<probe_client>> clients_;
  // Destroyed with the stage, whose destructor runs all actors.
  std::vector<std::unique_ptr<probe_client>> gone_;
};

} // namespace

TEST_CASE("peers that are lost, return and moderate leave nothing behind") {
  actors::config settings;
  settings.room.reconnect_grace = std::chrono::seconds{1};
  settings.room.empty_timeout = std::chrono::seconds{1};
  actor_world world{settings};
  int joins = 0;
  int restarts = 0;
  play_seeds<stage>(world, 1, interleavings(), 60, [&](const stage& x) {
    joins += x.joins;
    restarts += x.restarts;
  });
  CHECK(joins > 1000);
  CHECK(restarts > 50);
}
