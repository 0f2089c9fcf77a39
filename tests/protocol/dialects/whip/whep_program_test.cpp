#include "protocol/dialects/whip/whep_program.hpp"

#include "tests/protocol/dialects/whip/whep_viewer.hpp"

using namespace troupe::test::whip;

namespace {

constexpr auto audio = media_kind::audio;
constexpr auto video = media_kind::video;

struct program_of_room : whep::program {
  explicit program_of_room(const reply::joined& room = some_room()) {
    begin(room);
  }

  std::string chosen(media_kind kind) const {
    const auto out = choose(kind);
    return out ? out->str() : "";
  }

  void add(const std::string& id, const std::string& whose, media_kind kind,
           const std::string& data = "{}") {
    handle(event::producer_added{producer(id, whose, kind, data)});
  }

  void speak(const std::string& who) {
    handle(event::active_speaker{peer_id{who}, -20});
  }

  void pause(const std::string& id) {
    handle(event::producer_paused{producer_id{id}, {}});
  }
};

} // namespace

TEST_CASE("a program begins with the active speaker, or the oldest producers") {
  CHECK(program_of_room{}.chosen(audio) == "ann-a");
  CHECK(program_of_room{}.chosen(video) == "ann-v");
  auto room = some_room();
  room.speaker = peer_id{"bob"};
  CHECK(program_of_room{room}.chosen(audio) == "bob-a");
  CHECK(program_of_room{room}.chosen(video) == "bob-v");
}

TEST_CASE("a speaker without a camera is heard, and the picture stays") {
  program_of_room x;
  x.note_sent(audio, peer_id{"ann"});
  x.note_sent(video, peer_id{"ann"});
  x.add("cat-a", "cat", audio);
  x.speak("cat");
  CHECK(x.chosen(audio) == "cat-a");
  CHECK(x.chosen(video) == "ann-v");
}

TEST_CASE("a publisher by WHIP comes before all speakers, until it leaves") {
  program_of_room x;
  x.speak("bob");
  x.handle(event::peer_joined{member("obs", R"({"flag":"whip"})")});
  x.add("obs-v", "obs", video);
  CHECK(x.chosen(video) == "obs-v");
  // It sends no audio.
  CHECK(x.chosen(audio) == "bob-a");
  x.handle(event::producer_closed{producer_id{"obs-v"}, peer_id{"obs"}});
  CHECK(x.chosen(video) == "bob-v");
  x.handle(event::peer_left{peer_id{"obs"}});
  x.add("obs-2", "obs", video);
  CHECK(x.chosen(video) == "bob-v");
}

TEST_CASE("of two publishers by WHIP the one that is watched stays") {
  auto room = some_room();
  room.participants = {member("a", R"({"flag":"whip"})"),
                       member("b", R"({"flag":"whip"})")};
  room.producers = {producer("a-v", "a", video), producer("b-v", "b", video)};
  program_of_room x{room};
  CHECK(x.chosen(video) == "a-v");
  x.note_sent(video, peer_id{"b"});
  CHECK(x.chosen(video) == "b-v");
}

TEST_CASE("a program stays with its member while nobody else speaks") {
  program_of_room x;
  x.speak("bob");
  x.note_sent(audio, peer_id{"bob"});
  x.note_sent(video, peer_id{"bob"});
  x.handle(event::active_speaker{std::nullopt, 0});
  CHECK(x.chosen(video) == "bob-v");
  // Audio and video go together where nothing else decides.
  x.remove(producer_id{"bob-a"});
  x.add("bob-a2", "bob", audio);
  CHECK(x.chosen(audio) == "bob-a2");
}

TEST_CASE("a shared screen comes before the camera, the microphone before it") {
  auto room = some_room();
  room.producers.resize(2); // ann's
  program_of_room x{room};
  x.add("ann-s", "ann", video, R"({"source":"screen"})");
  x.add("ann-t", "ann", audio, R"({"source":"screen-audio"})");
  CHECK(x.chosen(video) == "ann-s");
  CHECK(x.chosen(audio) == "ann-a");
  x.remove(producer_id{"ann-s"});
  x.remove(producer_id{"ann-a"});
  CHECK(x.chosen(video) == "ann-v");
  CHECK(x.chosen(audio) == "ann-t");
}

TEST_CASE("what is paused is chosen only if nothing runs") {
  program_of_room x;
  x.speak("ann");
  x.pause("ann-v");
  CHECK(x.chosen(video) == "bob-v");
  x.pause("bob-v");
  CHECK(x.chosen(video) == "ann-v");
  x.handle(event::producer_resumed{producer_id{"bob-v"}, {}});
  CHECK(x.chosen(video) == "bob-v");
}

TEST_CASE("of a pinned member that sends nothing, nothing is chosen") {
  whep::program x;
  x.pin(peer_id{"cat"});
  x.begin(some_room());
  CHECK_FALSE(x.choose(audio));
  CHECK_FALSE(x.choose(video));
}

TEST_CASE("a device that is not JSON is no publisher by WHIP") {
  for (const auto* device :
       {"", "{", "[]", R"({"flag":1})", R"({"flag":"x"})"}) {
    program_of_room x;
    x.handle(event::peer_joined{member("cat", device)});
    x.add("cat-v", "cat", video);
    CHECK(x.chosen(video) == "ann-v");
  }
}
