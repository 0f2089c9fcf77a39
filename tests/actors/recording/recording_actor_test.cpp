#include "actors/recording/part_writer.hpp"
#include "recording_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr auto vp8 = rtp::codec::vp8;
constexpr auto opus = rtp::codec::opus;

bool near(int64_t x, int64_t expected, int64_t within = 150) {
  return std::abs(x - expected) <= within;
}

// The file is finished, and the manifest says how long and how large it is.
void check_whole(recording_scene& at, const recorded_part& x) {
  const auto plan = at.plan(x);
  CHECK(plan.finished);
  CHECK(x.size == plan.size);
  CHECK(x.duration > 0);
  CHECK(x.duration == to_milliseconds(plan.length));
}

// A producer that stores who subscribes to it.
producer_actor spawn_watched(caf::actor_system& system, media_sink_actor& to) {
  using type = producer_actor;
  return system.spawn([&to](type::pointer self) -> type::behavior_type {
    return {
        [](const rtp::rtp_batch&) {},
        [](const rtp::sender_report_received&) {},
        [](const rtp::dlrr_received&) {},
        [](const rtp::bye_received&) {},
        [&to](const subscribe& x) { to = x.shard; },
        [](const unsubscribe&) {},
        [](const layers_wanted&) {},
        [](const consumer_loss&) {},
        [](const move_producer&) {},
        [](const restart_sources&) {},
        [](const restore_packets&) {},
        [](const keep_packets&) {},
        [](const start_wanted&) {},
        [](const rtp::keyframe_wanted&) {},
        [](const actors::pause_producer&) {},
        [](const actors::resume_producer&) {},
        [self](const actors::close_producer&) { self->quit(); },
        [](const actors::close_unused_producer&) {},
        [](const fence&) { return done{}; },
        [](const get_actor_stats&) { return protocol::reply::stats{}; },
        [](const producer_tick&) {},
        [](const hold_tick&) {},
        [](const demand_tick&) {},
        [](const attention_tick&) {},
    };
  });
}

} // namespace

TEST_CASE("a member's camera and microphone become one file that plays") {
  recording_scene at;
  auto& video = at.add("vp8", vp8);
  auto& audio = at.add("opus", opus);
  at.tell(recorded_peer_joined{peer_id{"alice"}, "Alice"});
  at.record(video);
  at.record(audio);
  at.pass(5s);
  const auto is = at.finish();
  CHECK(is.state == recording_state::finished);
  CHECK(is.reason == "stopped");
  CHECK(near(is.duration, 5000));
  REQUIRE(is.members.size() == 1);
  CHECK(is.members[0].name == "Alice");
  REQUIRE(is.parts.size() == 1);
  const auto& part = is.parts[0];
  CHECK(part.file == "alice-camera-1.webm");
  CHECK(part.audio == "opus");
  CHECK(part.video == "vp8");
  CHECK(near(part.duration, 5000));
  CHECK_FALSE(part.degraded);
  CHECK(part.gaps.empty());
  const auto plan = at.plan(part);
  CHECK(plan.finished);
  CHECK(part.size == at.stage.disk->files.at(at.folder() + part.file).size());
  CHECK(at.stage.disk->synced.contains(at.folder() + part.file));
  CHECK(at.notes.ended[0].why == recording_end::stopped);
}

TEST_CASE("a recording begun in mid-call begins with the replay") {
  recording_scene at;
  auto& video = at.add("vp8", vp8);
  at.pass(1200ms); // the last key frame is 200 ms old
  at.record(video);
  at.pass(300ms);
  CHECK(video.plis == 0);
  video.sending = false;
  const auto is = at.finish();
  REQUIRE(is.parts.size() == 1);
  CHECK(at.plan(is.parts[0]).finished);
  CHECK(near(is.parts[0].start_offset, 1000, 50));
}

TEST_CASE("a pause of all tracks is in the manifest, and ends no file") {
  recording_scene at;
  auto& audio = at.add("opus", opus);
  at.record(audio);
  at.pass(2s);
  audio.pause(true);
  audio.sending = false;
  at.pass(3s);
  audio.pause(false);
  audio.sending = true;
  at.pass(2s);
  const auto is = at.finish();
  REQUIRE(is.parts.size() == 1);
  CHECK(near(is.parts[0].duration, 7000));
  REQUIRE(is.parts[0].pauses.size() == 1);
  CHECK(near(is.parts[0].pauses[0].from, 2000));
  CHECK(near(is.parts[0].pauses[0].to, 5000));
}

TEST_CASE("a first video after the file began makes another part") {
  recording_scene at;
  auto& audio = at.add("opus", opus);
  at.record(audio);
  at.pass(8s);
  auto& video = at.add("vp8", vp8);
  at.record(video);
  at.pass(8s);
  const auto is = at.finish();
  REQUIRE(is.parts.size() == 2);
  CHECK(is.parts[0].video.empty());
  CHECK(is.parts[1].file == "alice-camera-2.webm");
  CHECK(is.parts[1].video == "vp8");
  CHECK(is.parts[1].audio == "opus");
  CHECK(is.parts[1].start_offset > 7000);
  CHECK(at.plan(is.parts[0]).finished);
  CHECK(at.plan(is.parts[1]).finished);
}

TEST_CASE("a track that never sends delays its file by five seconds") {
  recording_scene at;
  auto& video = at.add("vp8", vp8);
  video.sending = false;
  at.record(video);
  at.record(at.add("opus", opus));
  at.pass(5200ms);
  const auto plan = at.plan("alice-camera-1.webm");
  CHECK(plan.clusters > 0);
  CHECK(plan.length > 3s);
}

TEST_CASE("tracks without sender reports begin one file together") {
  recording_scene at;
  auto& video = at.add("vp8", vp8);
  auto& audio = at.add("opus", opus);
  video.reporting = audio.reporting = video.sending = false;
  at.record(video);
  at.record(audio);
  at.pass(3s);
  video.sending = true;
  at.pass(2200ms);
  const auto plan = at.plan("alice-camera-1.webm");
  CHECK(plan.clusters > 0);
  const auto is = at.finish();
  REQUIRE(is.parts.size() == 1);
  CHECK(is.parts[0].audio == "opus");
  CHECK(is.parts[0].video == "vp8");
}

TEST_CASE("the pictures' size may change within a part") {
  recording_scene at;
  at.record(at.add("vp8", vp8)); // of three sizes
  at.pass(3500ms);
  CHECK(at.finish().parts.size() == 1);
}

TEST_CASE("a camera that is switched off and on continues its file") {
  recording_scene at;
  auto& audio = at.add("opus", opus);
  auto& first = at.add("vp8", vp8);
  at.record(first);
  at.record(audio);
  at.pass(3s);
  first.sending = false;
  first.close();
  at.pass(2s);
  at.record(at.add("vp8", vp8));
  at.pass(8s);
  const auto is = at.finish();
  CHECK(is.parts.size() == 1);
}

TEST_CASE("a shared screen and its sound are files of their own") {
  recording_scene at;
  at.record(at.add("vp8", vp8, "alice"));
  at.record(at.add("vp8", vp8, "alice", R"({"source":"screen"})"));
  at.record(at.add("opus", opus, "alice", R"({"source":"screen-audio"})"));
  at.pass(3s);
  const auto is = at.finish();
  REQUIRE(is.parts.size() == 2);
  const auto screen = std::ranges::find(is.parts, recording_source::screen,
                                        &recorded_part::source);
  REQUIRE(screen != is.parts.end());
  CHECK(screen->file == "alice-screen-1.webm");
  CHECK(screen->audio == "opus");
}

TEST_CASE("a member that withdraws its consent is recorded no further") {
  recording_scene at;
  auto& alice = at.add("opus", opus, "alice");
  auto& bob = at.add("opus", opus, "bob");
  at.record(alice);
  at.record(bob);
  at.pass(2s);
  at.tell(forget_recorded_peer{peer_id{"alice"}});
  at.pass(3s);
  const auto is = at.finish();
  REQUIRE(is.parts.size() == 2);
  for (const auto& x : is.parts) {
    CHECK(near(x.duration, x.peer.str() == "alice" ? 2000 : 5000));
    CHECK(at.plan(x).finished);
  }
}

TEST_CASE("a slow disk costs video first, and calls nothing") {
  recording_scene at;
  auto& video = at.add("vp8", vp8);
  video.padding = 300'000; // 3 MB a second
  auto& audio = at.add("opus", opus);
  at.record(video);
  at.record(audio);
  at.pass(1s);
  at.slow = true;
  at.pass(6s);
  CHECK(at.notes.degraded == 1);
  at.slow = false;
  at.pass(3s);
  const auto is = at.finish();
  REQUIRE(is.parts.size() == 1);
  CHECK(is.parts[0].degraded);
  CHECK(is.parts[0].gaps.size() == 1);
  CHECK(near(is.parts[0].duration, 10'000));
  CHECK(std::ranges::count(is.timeline, "degraded", &recorded_moment::what)
        == 1);
  CHECK(at.plan(is.parts[0]).finished);
}

TEST_CASE("a disk with less free than allowed ends the recording in order") {
  recording_scene at;
  at.record(at.add("opus", opus));
  at.pass(2s);
  at.stage.disk->free = 1000;
  at.pass(4s);
  REQUIRE(at.notes.ended.size() == 1);
  CHECK(at.notes.ended[0].why == recording_end::disk_full);
  const auto is = at.saved();
  CHECK(is.reason == "disk-full");
  CHECK(is.state == recording_state::finished);
  CHECK(at.plan(is.parts.at(0)).finished);
}

TEST_CASE("a write that finds the disk full ends the recording") {
  recording_scene at;
  at.record(at.add("opus", opus));
  at.pass(4s);
  SUBCASE("a file that was cut is whole if a few octets are free") {
    at.stage.disk->largest_write = 1000;
    at.pass(4s);
    check_whole(at, at.saved().parts.at(0));
  }
  SUBCASE("else the manifest has what can be played") {
    at.stage.disk->write_error = make_error_code(std::errc::no_space_on_device);
    at.pass(4s);
    const auto& part = at.notes.ended.at(0).what.parts.at(0);
    const auto plan = at.plan(part);
    CHECK(plan.clusters > 0);
    CHECK(part.size == plan.size);
    CHECK(part.duration == to_milliseconds(plan.length));
  }
  REQUIRE(at.notes.ended.size() == 1);
  CHECK(at.notes.ended[0].why == recording_end::disk_full);
  CHECK(at.notes.ended[0].what.state == recording_state::finished);
}

TEST_CASE("a part that the disk has taken nothing of is none") {
  recording_scene at;
  at.stage.disk->largest_write = 0;
  at.record(at.add("opus", opus));
  at.pass(3s);
  REQUIRE(at.notes.ended.size() == 1);
  CHECK(at.notes.ended[0].what.parts.empty());
  CHECK(at.notes.ended[0].what.state == recording_state::failed);
}

TEST_CASE("a disk that refuses files ends the recording as failed") {
  recording_scene at;
  at.stage.disk->create_error = make_error_code(std::errc::permission_denied);
  at.record(at.add("opus", opus));
  at.pass(3s);
  REQUIRE(at.notes.ended.size() == 1);
  CHECK(at.notes.ended[0].why == recording_end::disk_failed);
}

TEST_CASE("a recording that has become too large ends") {
  recording_scene at{20'000};
  at.record(at.add("opus", opus));
  at.pass(30s);
  REQUIRE(at.notes.ended.size() == 1);
  CHECK(at.notes.ended[0].why == recording_end::too_large);
}

TEST_CASE("a recorder that fails ends its file only") {
  recording_scene at;
  at.record(at.add("opus", opus, "alice"));
  at.record(at.add("opus", opus, "bob"));
  auto watched = at.add("vp8", vp8, "alice").entry;
  media_sink_actor recorder;
  watched.handles.producer = spawn_watched(*at.world.system, recorder);
  at.tell(record_producer{watched});
  REQUIRE(recorder);
  at.pass(13s);
  caf::anon_send_exit(recorder, caf::exit_reason::unhandled_exception);
  at.pass(3s);
  CHECK(at.notes.ended.empty());
  const auto is = at.finish();
  REQUIRE(is.parts.size() == 2);
  for (const auto& x : is.parts) {
    check_whole(at, x);
    CHECK(near(x.duration, x.peer.str() == "bob" ? 16'000 : 12'000, 1500));
  }
  caf::anon_send(watched.handles.producer, close_producer{});
}

TEST_CASE("a recording ends with its listener") {
  recording_scene at;
  at.record(at.add("opus", opus));
  at.pass(2s);
  caf::anon_send_exit(at.listener, caf::exit_reason::user_shutdown);
  at.settle();
  const auto is = at.saved();
  CHECK(is.reason == "room-ended");
  CHECK(at.plan(is.parts.at(0)).finished);
}

TEST_CASE("names of files come from no unchecked input") {
  for (const auto& name :
       {std::string{"../../x"}, std::string{"a\nb/c"}, std::string(256, 'y'),
        std::string{"\xC3\xA9"}, std::string{".."}}) {
    CAPTURE(name);
    recording_scene at;
    at.record(at.add("opus", opus, name));
    at.pass(1s);
    const auto is = at.finish();
    REQUIRE(is.parts.size() == 1);
    CHECK(is_slug(is.parts[0].file));
    CHECK(is.parts[0].peer.str() == name);
    CHECK(at.stage.disk->files.contains(at.folder() + is.parts[0].file));
  }
}

TEST_CASE("two members whose names have one slug have files of their own") {
  recording_scene at;
  at.record(at.add("opus", opus, "a/b"));
  at.record(at.add("opus", opus, "a:b"));
  at.pass(1s);
  const auto is = at.finish();
  REQUIRE(is.parts.size() == 2);
  CHECK(is.parts[0].file != is.parts[1].file);
}
