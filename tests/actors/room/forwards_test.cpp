// What of a member an operator may have forwarded, and how long.

#include "tests/actors/support/forwarding_world.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using protocol::error_code;
using protocol::media_kind;

namespace {

verb::produce vp8_producer(uint32_t ssrc, const std::string& app_data = "{}") {
  auto parsed = parse_json("{" + video_track(ssrc, std::to_string(ssrc)) + "}");
  verb::produce out;
  out.kind = media_kind::video;
  out.parameters = *protocol::decode_rtp_parameters(parsed["rtpParameters"]);
  out.app_data.text = app_data;
  return out;
}

/// Ann, who can produce, and Bob.
struct call {
  explicit call(bool enabled = true, uint32_t limit = 2)
      : world(enabled, limit) {
    ann.get<reply::joined>(join_as("ann"));
    bob.get<reply::joined>(join_as("bob"));
    verb::create_transport open;
    open.direction = protocol::direction::send;
    ann.get<reply::transport_created>(open);
  }

  producer_id produce(verb::produce what) {
    auto out = ann.get<reply::produced>(std::move(what)).id;
    world.run();
    return out;
  }

  forward_info start() {
    return std::get<forward_info>(world.start("ann"));
  }

  forward_info now() {
    auto all = world.list();
    REQUIRE(all.size() == 1);
    return all.front();
  }

  protocol::error refusal(const std::string& peer, const std::string& ip) {
    return std::get<protocol::error>(world.start(peer, ip));
  }

  forwarding_world world;
  probe_client ann{world};
  probe_client bob{world};
};

} // namespace

TEST_CASE("a forward takes the tracks that there are and those that follow") {
  call x;
  const auto sound = x.produce(opus_producer());
  const auto info = x.start();
  CHECK(info.peer == peer_id{"ann"});
  CHECK(info.room == room_id{"r"});
  REQUIRE(info.tracks.size() == 2);
  CHECK(info.tracks[0].kind == media_kind::audio);
  CHECK(info.tracks[0].producer == sound);
  CHECK(info.tracks[0].codec.mime_type == "audio/opus");
  CHECK(info.tracks[1].producer.empty());
  CHECK(info.tracks[0].ssrc != info.tracks[1].ssrc);
  const auto camera = x.produce(vp8_producer(11));
  auto later = x.now();
  CHECK(later.version > info.version);
  CHECK(later.tracks[1].producer == camera);
  CHECK(later.tracks[1].codec.mime_type == "video/VP8");
  CHECK(later.tracks[1].ssrc == info.tracks[1].ssrc);
}

TEST_CASE("a forward goes on with another camera, but never with a screen") {
  call x;
  x.produce(vp8_producer(10, R"({"source":"screen"})"));
  const auto first = x.produce(vp8_producer(20));
  const auto second = x.produce(vp8_producer(30));
  x.start();
  CHECK(x.now().tracks[1].producer == first);
  x.ann.get<reply::ok>(verb::close_producer{first});
  x.world.run();
  CHECK(x.now().tracks[1].producer == second);
  x.ann.get<reply::ok>(verb::close_producer{second});
  x.world.run();
  CHECK(x.now().tracks[1].producer.empty());
  CHECK(x.now().tracks[1].codec.mime_type.empty());
}

TEST_CASE("a forward may be of one kind only") {
  call x;
  x.produce(opus_producer());
  x.world.start("ann", "127.0.0.1", {media_kind::video});
  const auto info = x.now();
  REQUIRE(info.tracks.size() == 1);
  CHECK(info.tracks[0].kind == media_kind::video);
  CHECK(info.tracks[0].producer.empty());
}

TEST_CASE("a forward lasts without any answer until its member leaves") {
  call x;
  x.produce(opus_producer());
  x.start();
  CHECK(x.world.count() == 1);
  x.world.pass(2min);
  CHECK(x.world.count() == 1);
  x.bob.hang_up();
  x.world.pass(1s);
  CHECK(x.world.list().size() == 1);
  probe_client late{x.world};
  late.get<reply::joined>(join_as("late"));
  x.ann.get<reply::ok>(verb::leave{});
  x.world.pass(1s);
  CHECK(x.world.list().empty());
  CHECK(x.world.count() == 0);
}

TEST_CASE("a forward ends with its room") {
  call x;
  x.start();
  CHECK(x.world.count() == 1);
  x.ann.hang_up();
  x.bob.hang_up();
  x.world.pass(1min);
  CHECK(x.world.count() == 0);
}

TEST_CASE("the operator asks for a key frame of a forward, and ends it") {
  call x;
  x.produce(vp8_producer(11));
  const auto id = x.start().id;
  const auto found = [&](const auto& what) {
    return std::get<forward_found>(x.world.ask_room<forward_found>(what)).what;
  };
  const forward_id other{"other"};
  CHECK_FALSE(found(get_forward{other}));
  CHECK_FALSE(found(refresh_forward{other}));
  CHECK_FALSE(found(stop_forward{other}));
  CHECK(found(get_forward{id})->id == id);
  CHECK(found(refresh_forward{id})->id == id);
  CHECK(found(stop_forward{id})->id == id);
  CHECK_FALSE(found(get_forward{id}));
  CHECK(x.world.count() == 0);
  CHECK(x.world.load->counters().forwards_started.load() == 1);
}

TEST_CASE("members notice nothing of a forward") {
  call x;
  x.produce(opus_producer());
  x.world.pass(1s);
  x.ann.script->events.clear();
  x.bob.script->events.clear();
  x.start();
  x.world.pass(1s);
  CHECK(x.ann.script->events.empty());
  CHECK(x.bob.script->events.empty());
}

TEST_CASE("without rtc.forward-allow nothing is forwarded") {
  call x{false};
  const auto why = x.refusal("ann", "127.0.0.1");
  CHECK(why.code == error_code::forbidden);
  CHECK(why.message.find("rtc.forward-allow") != std::string::npos);
  CHECK(x.world.refused(forward_refusal::off) == 1);
  CHECK(x.world.count() == 0);
}

TEST_CASE("media is forwarded to the listed networks only") {
  call x;
  for (auto ip : {"127.0.0.4", "192.0.2.1", "::1"}) {
    const auto why = x.refusal("ann", ip);
    CHECK(why.code == error_code::forbidden);
    CHECK(why.message.find("rtc.forward-allow") != std::string::npos);
  }
  CHECK(x.world.refused(forward_refusal::not_listed) == 3);
  for (auto ip : {"0.0.0.0", "239.1.1.1", "ff02::1"})
    CHECK(x.refusal("ann", ip).code == error_code::bad_request);
  CHECK(x.refusal("nobody", "127.0.0.1").code == error_code::peer_not_found);
  CHECK(x.world.list().empty());
}

TEST_CASE("a node has so many forwards and no more") {
  call x{true, 1};
  x.start();
  CHECK(x.refusal("ann", "127.0.0.1").code == error_code::limit_reached);
  CHECK(x.world.refused(forward_refusal::limit) == 1);
  x.world.ask_room<forward_found>(stop_forward{x.now().id});
  CHECK(x.world.count() == 0);
  x.start();
}
