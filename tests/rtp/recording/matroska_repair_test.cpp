#include "rtp/recording/matroska_repair.hpp"

#include "net/base/rng.hpp"
#include "rtp/recording/codec_private.hpp"
#include "rtp/recording/matroska_writer.hpp"
#include "tests/rtp/recording/ebml_tree.hpp"
#include "tests/support/encoded_frames.hpp"
#include "tests/support/recorded_file.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using namespace troupe;
using namespace troupe::rtp;
using test::matroska_file;
using test::read_frames;
using test::recorded_file;
using octets = std::vector<uint8_t>;

namespace {

/// A recording of VP8 and Opus: the file as it was before its end was written,
/// where each append ended, and the finished file.
struct recording {
  explicit recording(bool with_video = true) {
    auto sound = read_frames("opus", codec::opus);
    auto pictures = read_frames("vp8", codec::vp8);
    matroska_writer::config setup;
    if (with_video)
      setup.tracks.push_back(*describe_track(pictures[0]));
    setup.tracks.push_back(*describe_track(sound[0]));
    matroska_writer writer{setup};
    recorded_file file;
    auto take = [&] {
      while (auto x = writer.poll_write()) {
        file.carry_out(*x);
        ends.push_back(file.octets.size());
      }
    };
    auto next = pictures.begin();
    for (const auto& x : sound) {
      if (with_video)
        for (; next != pictures.end() && next->time <= x.time; ++next)
          writer.handle_frame(0, *next);
      writer.handle_frame(with_video ? 1 : 0, x);
      take();
    }
    writer.finish();
    while (auto x = writer.poll_write()) {
      if (x->offset || x->octets[0] == 0x1C) {
        last.push_back(*x);
      } else {
        file.carry_out(*x);
        ends.push_back(file.octets.size());
      }
    }
    unfinished = file.octets;
    for (const auto& x : last)
      file.carry_out(x);
    finished = file.octets;
    length = writer.length();
  }

  /// How many clusters are whole in the first `size` octets of the file.
  size_t whole_clusters(size_t size) const {
    size_t n = 0;
    while (n + 1 < ends.size() && ends[n + 1] <= size)
      ++n;
    return n;
  }

  octets unfinished;
  octets finished;
  std::vector<file_write> last; // the writes that finish it
  std::vector<size_t> ends;     // of the header and of each cluster
  duration length{};
};

/// Repairs the file and checks that it is as if it had been finished after its
/// whole clusters.
void check_repair(octets torn, const recording& from, size_t clusters) {
  recorded_file file{std::move(torn)};
  auto plan = file.plan();
  REQUIRE(plan.has_value());
  CHECK(!plan->finished);
  CHECK(plan->clusters == clusters);
  CHECK(plan->size == from.ends[clusters]);
  file.carry_out(*plan);
  auto repaired = matroska_file{file.octets};
  CHECK(!repaired.segment.unknown_size);
  REQUIRE(repaired.clusters().size() == clusters);
  CHECK(std::equal(
      from.unfinished.begin() + static_cast<std::ptrdiff_t>(from.ends[0]),
      from.unfinished.begin()
          + static_cast<std::ptrdiff_t>(from.ends[clusters]),
      file.octets.begin() + static_cast<std::ptrdiff_t>(from.ends[0])));
  if (clusters == 0) {
    CHECK(repaired.length() == 0);
    return;
  }
  CHECK(repaired.cue_times().size() > 0);
  auto last = repaired.blocks().back();
  CHECK(repaired.length() >= static_cast<double>(last.time));
  CHECK(repaired.length() <= static_cast<double>(last.time) + 100);
  auto again = file.plan();
  REQUIRE(again.has_value());
  CHECK(again->finished);
  CHECK(again->writes.empty());
  CHECK(again->size == file.octets.size());
  CHECK(again->length == plan->length);
}

} // namespace

TEST_CASE("a repaired file equals one that was finished") {
  for (auto with_video : {true, false}) {
    recording x{with_video};
    recorded_file file{x.unfinished};
    auto plan = file.plan();
    REQUIRE(plan.has_value());
    CHECK(plan->length == x.length);
    file.carry_out(*plan);
    CHECK(file.octets == x.finished);
  }
}

TEST_CASE("a finished file needs no repair") {
  recording x;
  auto plan = recorded_file{x.finished}.plan();
  REQUIRE(plan.has_value());
  CHECK(plan->finished);
  CHECK(plan->writes.empty());
  CHECK(plan->size == x.finished.size());
  CHECK(plan->length == x.length);
}

TEST_CASE("a file torn in its last two clusters keeps all whole ones") {
  recording x;
  REQUIRE(x.ends.size() == 5);
  for (auto size = x.ends[x.ends.size() - 3]; size < x.unfinished.size();
       ++size) {
    CAPTURE(size);
    check_repair({x.unfinished.begin(),
                  x.unfinished.begin() + static_cast<std::ptrdiff_t>(size)},
                 x, x.whole_clusters(size));
  }
}

TEST_CASE("a file torn anywhere after its header keeps all whole clusters") {
  recording x;
  auto rng = net::make_seeded_rng(7);
  auto room = static_cast<uint32_t>(x.unfinished.size() - x.ends[0]);
  for (int i = 0; i < 300; ++i) {
    auto size = x.ends[0] + rng->below(room);
    CAPTURE(size);
    check_repair({x.unfinished.begin(),
                  x.unfinished.begin() + static_cast<std::ptrdiff_t>(size)},
                 x, x.whole_clusters(size));
  }
}

TEST_CASE("zeros and garbage behind the last whole cluster are cut off") {
  recording x;
  auto rng = net::make_seeded_rng(7);
  for (size_t size : {1, 7, 100, 5000, 200'000}) {
    auto torn = x.unfinished;
    torn.resize(torn.size() + size);
    check_repair(torn, x, 4);
    rng->fill(net::mutable_byte_span{torn}.last(size));
    check_repair(torn, x, 4);
  }
}

TEST_CASE("zeros within a cluster end the recording before it") {
  recording x;
  auto torn = x.unfinished;
  // A page that a power failure has lost, at the last cluster but one.
  auto middle = (x.ends[2] + x.ends[3]) / 2;
  std::fill_n(torn.begin() + static_cast<std::ptrdiff_t>(middle), 1000, 0);
  check_repair(torn, x, 2);
}

TEST_CASE("a crash while a file is finished loses nothing") {
  recording x;
  for (size_t whole = 0; whole < x.last.size(); ++whole) {
    for (size_t n = 0; n < x.last[whole].octets.size(); ++n) {
      CAPTURE(whole);
      CAPTURE(n);
      recorded_file file{x.unfinished};
      for (size_t i = 0; i < whole; ++i)
        file.carry_out(x.last[i]);
      auto torn = x.last[whole];
      torn.octets.resize(n);
      file.carry_out(torn);
      auto plan = file.plan();
      REQUIRE(plan.has_value());
      CHECK(!plan->finished);
      file.carry_out(*plan);
      CHECK(file.octets == x.finished);
    }
  }
}

TEST_CASE("a finished file that has lost its end is repaired") {
  recording x;
  for (auto size = x.ends[2]; size < x.finished.size(); size += 13)
    check_repair({x.finished.begin(),
                  x.finished.begin() + static_cast<std::ptrdiff_t>(size)},
                 x, x.whole_clusters(size));
  auto longer = x.finished;
  longer.push_back(0);
  check_repair(longer, x, 4);
}

TEST_CASE("a file torn in its header cannot be repaired") {
  recording x;
  for (size_t size = 0; size < x.ends[0]; ++size) {
    CAPTURE(size);
    octets torn{x.unfinished.begin(),
                x.unfinished.begin() + static_cast<std::ptrdiff_t>(size)};
    auto plan = recorded_file{torn}.plan();
    REQUIRE(!plan.has_value());
    CHECK(plan.error() == repair_errc::torn_header);
  }
}

TEST_CASE("files of others are left alone") {
  recording x;
  auto error_of = [](const octets& file) {
    auto plan = recorded_file{file}.plan();
    return plan ? std::error_code{} : plan.error();
  };
  CHECK(error_of(octets(100, 'x')) == repair_errc::not_matroska);
  auto replace = [&](std::string_view what, std::string_view with) {
    auto file = x.unfinished;
    auto old = net::as_bytes(what);
    auto at = std::search(file.begin(), file.end(), old.begin(), old.end());
    REQUIRE(at != file.end());
    std::copy(with.begin(), with.end(), at);
    return error_of(file);
  };
  CHECK(replace("webm", "wobm") == repair_errc::not_matroska);
  CHECK(replace("V_VP8", "V_VP7") == repair_errc::foreign);
  CHECK(replace("\x2A\xD7\xB1\x83\x0F\x42\x40", "\x2A\xD7\xB1\x83\x0F\x42\x41")
        == repair_errc::foreign);
  CHECK(replace("\x18\x53\x80\x67", "\x18\x53\x80\x68")
        == repair_errc::foreign);
  CHECK(replace("\xEC\xE2", "\xBF\x84") == repair_errc::foreign);
  CHECK(replace("\xEC\x89", "\xBF\x84") == repair_errc::foreign);
  CHECK(make_error_code(repair_errc::foreign).message()
        == "a file of another program");
}

TEST_CASE("a read that fails is no end of the file") {
  matroska_writer::config setup;
  setup.tracks.push_back({codec::vp8, {}, 0, 0, 640, 360});
  matroska_writer writer{setup};
  // Each key frame is a cluster, and larger than what is read at once.
  for (int i = 0; i < 5; ++i) {
    media_frame frame;
    frame.kind = codec::vp8;
    frame.keyframe = true;
    frame.time = i * 100ms;
    frame.octets.resize(2 * file_window::capacity);
    writer.handle_frame(0, frame);
  }
  recorded_file file;
  file.take(writer);
  matroska_repair repair{file};
  CHECK(repair.step());
  CHECK(repair.step());
  file.fails = true;
  CHECK(!repair.step());
  auto plan = repair.plan();
  REQUIRE(!plan.has_value());
  CHECK(plan.error() == repair_errc::unreadable);
  CHECK(recorded_file{file}.plan().error() == repair_errc::unreadable);
}

TEST_CASE("a repair reads one cluster at a time") {
  recording x;
  recorded_file file{x.unfinished};
  matroska_repair repair{file};
  size_t steps = 0;
  while (repair.step())
    ++steps;
  CHECK(steps == 1 + 4); // the header, and each cluster
}

TEST_CASE("times beyond all recordings end the file before them") {
  recording x;
  auto torn = x.unfinished;
  // A cluster at 2^41 ms, of one block.
  for (auto n : {0x1F, 0x43, 0xB6, 0x75, 0x8F, 0xE7, 0x86, 0x02, 0,    0,
                 0,    0,    0,    0xA3, 0x85, 0x81, 0,    0,    0x80, 1})
    torn.push_back(static_cast<uint8_t>(n));
  check_repair(torn, x, 4);
}
