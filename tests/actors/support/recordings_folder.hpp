#pragma once

#include "actors/recording/manifest.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace troupe::test {

/// A folder of recordings that is gone after the test.
struct recordings_folder {
  recordings_folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "troupe-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    path = name;
  }

  ~recordings_folder() {
    std::filesystem::remove_all(path);
  }

  /// A recording of the room `daily` in this state.
  void add(const std::string& id, actors::recording_state state) const {
    actors::manifest x;
    x.id = actors::recording_id{id};
    x.room = protocol::room_id{"daily"};
    x.by = protocol::peer_id{"ann"};
    x.state = state;
    x.members = {{x.by, "Ann", 0, {}}};
    x.parts.resize(1);
    x.parts[0].file = "ann-camera-1.webm";
    x.parts[0].peer = x.by;
    x.parts[0].pauses = {{1, 2}};
    x.timeline = {{3, "speaker", x.by}};
    const auto folder = path / "daily" / ("20261124T230000Z-" + id);
    std::filesystem::create_directories(folder);
    std::ofstream{folder / "manifest.json"} << to_json(x);
  }

  std::filesystem::path path;
};

} // namespace troupe::test
