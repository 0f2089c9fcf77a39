#include "actors/recording/recording_catalogue.hpp"

#include "net/io/process/read_file.hpp"
#include "rtp/recording/codec_private.hpp"
#include "rtp/recording/matroska_writer.hpp"
#include "tests/support/encoded_frames.hpp"
#include "tests/support/recorded_file.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr auto start = std::chrono::sys_days{2026y / 11 / 24} + 23h;

/// Three seconds of sound as a file: finished, or cut off in its last cluster.
std::string recorded_sound(bool finished) {
  const auto frames = test::read_frames("opus", rtp::codec::opus);
  rtp::matroska_writer::config setup;
  setup.tracks.push_back(*rtp::describe_track(frames[0]));
  rtp::matroska_writer writer{setup};
  test::recorded_file file;
  for (const auto& x : frames)
    writer.handle_frame(0, x);
  if (finished)
    writer.finish();
  else
    writer.handle_timeout(1h);
  file.take(writer);
  if (!finished)
    file.octets.resize(file.octets.size() - 100);
  return {file.octets.begin(), file.octets.end()};
}

/// A folder of recordings, and the catalogue of a process that uses it.
struct scene {
  scene() {
    std::string name = (fs::temp_directory_path() / "troupe-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    root = name;
    restart();
  }

  ~scene() {
    disk->stop(10s);
    fs::remove_all(root);
  }

  void restart() {
    disk = std::make_shared<net::disk_thread>();
    catalogue = std::make_shared<recording_catalogue>(disk, root.string(),
                                                      [this] { return now; });
  }

  static void write(const fs::path& path, const std::string& content) {
    std::ofstream{path, std::ios::binary} << content;
  }

  /// A recording with one part, as a process has left it.
  manifest add(const std::string& id, recording_state state,
               const std::string& file, const std::string& room = "room") {
    manifest x;
    x.id = recording_id{id};
    x.room = protocol::room_id{room};
    x.started_at = start + std::chrono::minutes{made++};
    x.duration = 1'000;
    x.state = state;
    x.members = {{protocol::peer_id{"ann"}, "Ann", 10, {}}};
    x.parts.emplace_back();
    x.parts[0].file = "ann-camera-1.webm";
    x.parts[0].peer = protocol::peer_id{"ann"};
    x.parts[0].audio = "opus";
    x.parts[0].start_offset = 500;
    fs::create_directories(folder(x));
    write(folder(x) / "manifest.json", to_json(x));
    write(folder(x) / x.parts[0].file, file);
    return x;
  }

  fs::path folder(const manifest& x) const {
    return root / to_slug(x.room.str()) / ("20261124T230000Z-" + x.id.str());
  }

  /// The answer of the catalogue.
  template <class T, class F>
  T await(F ask) {
    auto promise = std::make_shared<std::promise<T>>();
    auto out = promise->get_future();
    ask([promise](T x) { promise->set_value(std::move(x)); });
    REQUIRE(out.wait_for(10s) == std::future_status::ready);
    return out.get();
  }

  std::optional<manifest> get(const std::string& id) {
    return await<std::optional<manifest>>(
        [&](auto then) { catalogue->get(recording_id{id}, then); });
  }

  std::vector<std::string> list(std::optional<protocol::room_id> room = {}) {
    std::vector<std::string> out;
    for (const auto& x : await<std::vector<manifest>>(
             [&](auto then) { catalogue->list(room, then); }))
      out.push_back(x.id.str());
    return out;
  }

  std::optional<recording_catalogue::file_place>
  find_file(const std::string& id, const std::string& name) {
    return await<std::optional<recording_catalogue::file_place>>(
        [&](auto then) { catalogue->find_file(recording_id{id}, name, then); });
  }

  recording_catalogue::removal remove(const std::string& id) {
    return await<recording_catalogue::removal>(
        [&](auto then) { catalogue->remove(recording_id{id}, then); });
  }

  void recover() {
    catalogue->recover([this](const manifest& x) { told.push_back(x); });
  }

  /// Lets the repair go on until the recording no longer waits for it.
  manifest await_recovery(const std::string& id) {
    for (int i = 0; i < 10'000; ++i)
      if (auto x = get(id); x && x->state != recording_state::recording)
        return *x;
    FAIL("not recovered");
    return {};
  }

  fs::path root;
  net::time_point now{};
  int made = 0;
  std::shared_ptr<net::disk_thread> disk;
  std::shared_ptr<recording_catalogue> catalogue;
  std::vector<manifest> told;
};

using enum recording_state;
using removal = recording_catalogue::removal;
using names = std::vector<std::string>;

} // namespace

TEST_CASE("a recording that was cut off is repaired, and told of once") {
  scene in;
  const auto before = in.add("a1", recording, recorded_sound(false));
  in.recover();
  const auto x = in.await_recovery("a1");
  CHECK(x.state == recovered);
  CHECK(x.reason == "internal");
  REQUIRE(x.parts.size() == 1);
  CHECK(x.parts[0].duration > 1'500);
  CHECK(x.parts[0].duration < 3'100);
  CHECK(x.duration == 500 + x.parts[0].duration);
  CHECK(x.members[0].left == x.duration);
  const auto file = in.folder(before) / "ann-camera-1.webm";
  CHECK(x.parts[0].size == fs::file_size(file));
  // What is on the disk says the same, and the file is whole.
  const auto json = net::read_file(in.folder(before) / "manifest.json");
  CHECK((parse_manifest(json).value() == x));
  const auto octets = net::read_file(file);
  test::recorded_file again{{octets.begin(), octets.end()}};
  CHECK(again.plan()->finished);
  REQUIRE(in.told.size() == 1);
  CHECK((in.told[0] == x));
  // Another start finds nothing to do.
  in.disk->stop(10s);
  in.restart();
  in.recover();
  CHECK(in.get("a1")->state == recovered);
  CHECK(in.told.size() == 1);
}

TEST_CASE("a file that had been finished stays as it is") {
  scene in;
  const auto sound = recorded_sound(true);
  const auto before = in.add("a1", recording, sound);
  in.recover();
  const auto x = in.await_recovery("a1");
  CHECK(x.state == recovered);
  CHECK(x.parts[0].size == sound.size());
  CHECK(net::read_file(in.folder(before) / "ann-camera-1.webm") == sound);
}

TEST_CASE("a recording without anything to play has failed") {
  scene in;
  in.add("a1", recording, recorded_sound(false).substr(0, 50));
  in.add("a2", recording, "neither WebM nor Matroska");
  fs::remove(in.folder(in.add("a3", recording, "")) / "ann-camera-1.webm");
  const auto link = in.folder(in.add("a4", recording, ""));
  fs::remove(link / "ann-camera-1.webm");
  const auto target = in.root / "elsewhere";
  scene::write(target, recorded_sound(false));
  fs::create_symlink(target, link / "ann-camera-1.webm");
  in.recover();
  for (const auto* id : {"a1", "a2", "a3", "a4"}) {
    const auto x = in.await_recovery(id);
    CHECK(x.state == failed);
    CHECK(x.parts.empty());
  }
  CHECK(in.told.size() == 4);
  CHECK(net::read_file(target) == recorded_sound(false));
}

TEST_CASE("a recording that begins after the start is not touched") {
  scene in;
  in.add("a1", recording, recorded_sound(false));
  in.recover();
  in.await_recovery("a1");
  const auto sound = recorded_sound(false);
  const auto x = in.add("a2", recording, sound);
  CHECK(in.list() == names{"a2", "a1"});
  CHECK(in.remove("a2") == removal::goes_on);
  in.catalogue->remove_older(start + 24h);
  CHECK(in.list() == names{"a2"});
  CHECK((in.get("a2") == x));
  CHECK(net::read_file(in.folder(x) / "ann-camera-1.webm") == sound);
  CHECK(in.told.size() == 1);
}

TEST_CASE("recordings are listed by room, the newest first") {
  scene in;
  in.add("a1", finished, "");
  in.add("b1", finished, "", "Caf\u00e9");
  in.add("a2", finished, "");
  CHECK(in.list() == names{"a2", "b1", "a1"});
  CHECK(in.list(protocol::room_id{"room"}) == names{"a2", "a1"});
  CHECK(in.list(protocol::room_id{"Caf\u00e9"}) == names{"b1"});
  CHECK(in.list(protocol::room_id{"Caf_"}).empty()); // only its slug
}

TEST_CASE("only a recording's own files are found") {
  scene in;
  const auto x = in.add("a1", finished, "");
  scene::write(in.folder(x) / "other.webm", "");
  const auto folder = in.folder(x).string();
  CHECK(in.find_file("a1", "manifest.json")->path == folder + "/manifest.json");
  const auto part = in.find_file("a1", "ann-camera-1.webm");
  CHECK(part->path == folder + "/ann-camera-1.webm");
  CHECK(part->room == x.room);
  CHECK(in.find_file("a1", "other.webm")->path.empty());
  CHECK(in.find_file("a1", "../x")->path.empty());
  CHECK_FALSE(in.find_file("a9", "manifest.json").has_value());
}

TEST_CASE("requests for unknown recordings read the disk once a second") {
  scene in;
  CHECK_FALSE(in.get("a1").has_value());
  in.add("a1", finished, "");
  CHECK_FALSE(in.get("a1").has_value());
  in.now += 1s;
  CHECK(in.get("a1").has_value());
}

TEST_CASE("a removed recording leaves nothing") {
  scene in;
  const auto x = in.add("a1", finished, "");
  const auto target = in.root / "elsewhere";
  scene::write(target, "kept");
  fs::create_symlink(target, in.folder(x) / "link");
  CHECK(in.remove("a1") == removal::done);
  CHECK(in.remove("a1") == removal::not_found);
  CHECK(net::read_file(target) == "kept");
  CHECK(!fs::exists(in.root / "room"));
  CHECK(fs::exists(in.root));
}

TEST_CASE("a recording in whose folder is another one is not removed") {
  scene in;
  const auto x = in.add("a1", finished, "");
  fs::create_directory(in.folder(x) / "mine");
  CHECK(in.remove("a1") == removal::failed);
  CHECK(fs::exists(in.folder(x) / "ann-camera-1.webm"));
  CHECK(in.list() == names{"a1"});
}

TEST_CASE("recordings are kept for as long as they shall be") {
  scene in;
  in.add("a1", finished, ""); // ends one second after its start
  in.add("a2", failed, "");
  in.catalogue->remove_older(start + 1s);
  CHECK(in.list() == names{"a2", "a1"});
  in.catalogue->remove_older(start + 2s);
  CHECK(in.list() == names{"a2"});
}

TEST_CASE("folders that are not as the server makes them are left alone") {
  scene in;
  // Another id than the folder's, another room, links, a manifest that is too
  // large or none, a pipe.
  auto x = in.add("a1", recording, "");
  fs::rename(in.folder(x), in.root / "room/20261124T230000Z-a2");
  x = in.add("b1", recording, "", "other");
  fs::rename(in.root / "other", in.root / "others");
  x = in.add("c1", recording, "", "linked");
  fs::rename(in.root / "linked", in.root / ".linked");
  fs::create_directory_symlink(".linked", in.root / "linked");
  x = in.add("d1", recording, "");
  fs::rename(in.folder(x), in.root / ".d1");
  fs::create_directory_symlink("../.d1", in.folder(x));
  x = in.add("e1", recording, "");
  fs::rename(in.folder(x) / "manifest.json", in.folder(x) / "its.json");
  fs::create_symlink("its.json", in.folder(x) / "manifest.json");
  x = in.add("f1", recording, "");
  fs::resize_file(in.folder(x) / "manifest.json", max_manifest_octets + 1);
  x = in.add("g1", recording, "");
  scene::write(in.folder(x) / "manifest.json", "{}");
  x = in.add("h1", recording, "");
  fs::remove(in.folder(x) / "manifest.json");
  REQUIRE(::mkfifo((in.folder(x) / "manifest.json").c_str(), 0600) == 0);
  in.recover();
  CHECK(in.list().empty());
  CHECK_FALSE(in.get("a1").has_value());
  CHECK(in.told.empty());
}
