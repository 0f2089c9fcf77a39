#include "net/io/disk/disk_thread.hpp"

#include "net/io/process/read_file.hpp"

#include <doctest/doctest.h>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <numeric>

using namespace troupe::net;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A folder that is gone after the test.
struct folder {
  folder() {
    std::string name = (fs::temp_directory_path() / "troupe-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    path = name;
  }

  ~folder() {
    ::umount2(path.c_str(), MNT_DETACH);
    fs::remove_all(path);
  }

  std::string operator/(const std::string& name) const {
    return (path / name).string();
  }

  fs::path path;
};

std::vector<uint8_t> octets(std::string_view text) {
  return {text.begin(), text.end()};
}

/// Expects no failure.
void none(const disk_thread::outcome& x) {
  FAIL_CHECK("failed: ", x.why.message());
}

/// Waits for what `begin` reports.
template <class F>
disk_thread::outcome await(F begin) {
  std::promise<disk_thread::outcome> told;
  auto out = told.get_future();
  begin([&](const disk_thread::outcome& x) { told.set_value(x); });
  REQUIRE(out.wait_for(10s) == std::future_status::ready);
  return out.get();
}

disk_thread::outcome await_sync(disk_thread::writer& x) {
  return await([&](auto then) { x.sync(then); });
}

/// A disk whose files cannot be written until it is released.
class frozen_disk final : public disk {
public:
  class file final : public open_file {
  public:
    explicit file(std::shared_future<void> x) : released_(std::move(x)) {}

    std::error_code write(uint64_t, byte_span) override {
      released_.wait();
      return {};
    }

    result<std::vector<uint8_t>> read(uint64_t, size_t) override {
      return std::vector<uint8_t>{};
    }

    std::error_code truncate(uint64_t) override {
      return {};
    }

    std::error_code sync() override {
      return {};
    }

  private:
    std::shared_future<void> released_;
  };

  result<std::unique_ptr<open_file>> create(const std::string&) override {
    return std::unique_ptr<open_file>{std::make_unique<file>(released_)};
  }

  result<std::unique_ptr<open_file>> open(const std::string& path) override {
    return create(path);
  }

  std::error_code replace(const std::string&, byte_span) override {
    return {};
  }

  result<uint64_t> free_octets(const std::string&) override {
    return 0u;
  }

  void release() {
    promise_.set_value();
  }

private:
  std::promise<void> promise_;
  std::shared_future<void> released_ = promise_.get_future().share();
};

} // namespace

TEST_CASE("pieces are written in order, and over earlier ones") {
  folder in;
  {
    disk_thread disk;
    auto file = disk.create(in / "room/a.webm", none);
    file->append(octets("header."));
    file->append(octets("one."));
    file->overwrite(0, octets("HEAD"));
    file->append(octets("two."));
    const auto out = await_sync(*file);
    CHECK_FALSE(out.why);
    CHECK(out.written == 19);
    CHECK(file->waiting() == 0);
    CHECK(disk.read_totals().written == 19);
    CHECK(disk.read_totals().waiting == 0);
  }
  CHECK(read_file(in / "room/a.webm") == "HEADer.one.two.");
  struct stat facts {};
  REQUIRE(::stat((in / "room/a.webm").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0640);
  REQUIRE(::stat((in / "room").c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0750);
}

TEST_CASE("a file that exists is not written, nor one behind a link") {
  folder in;
  disk_thread disk;
  const auto write_to = [&](const std::string& path) {
    return await(
        [&](auto failed) { disk.create(path, failed)->append(octets("new")); });
  };
  await_sync(*disk.create(in / "a", none));
  CHECK(write_to(in / "a").why == std::errc::file_exists);
  fs::create_symlink(in / "b", in / "c");
  CHECK(write_to(in / "c").why == std::errc::file_exists);
  CHECK_FALSE(fs::exists(in / "b"));
}

TEST_CASE(
    "a folder without rights is told once, and later pieces are dropped") {
  disk_thread disk;
  int failures = 0;
  auto file = disk.create("/proc/troupe/a", [&](const auto& x) {
    ++failures;
    CHECK(x.why);
    CHECK(x.written == 0);
  });
  file->append(octets("one"));
  file->append(octets("two"));
  const auto out = await_sync(*file);
  CHECK(out.why);
  CHECK(out.written == 0);
  CHECK(file->waiting() == 0);
  CHECK(failures == 1);
  CHECK(disk.read_totals().failures == 1);
  CHECK(disk.read_totals().waiting == 0);
}

TEST_CASE("a full disk keeps the whole pieces") {
  folder in;
  if (::mount("tmpfs", in.path.c_str(), "tmpfs", 0, "size=64k") != 0) {
    MESSAGE("this host permits no mounts");
    return;
  }
  disk_thread disk;
  std::atomic<int> failures = 0;
  auto file = disk.create(in / "a", [&](const auto&) { ++failures; });
  for (int i = 0; i < 10; ++i)
    file->append(std::vector<uint8_t>(10'000, 'x'));
  const auto out = await_sync(*file);
  CHECK(out.why == std::errc::no_space_on_device);
  CHECK(out.written == 60'000);
  CHECK(failures == 1);
  CHECK(fs::file_size(in / "a") == 60'000);
}

TEST_CASE("what waits for a frozen disk is known, and it holds up no stop") {
  auto frozen = std::make_shared<frozen_disk>();
  disk_thread disk{frozen};
  auto file = disk.create("a", none);
  for (int i = 0; i < 3; ++i)
    file->append(octets("1234567890"));
  CHECK(file->waiting() == 30);
  CHECK(disk.read_totals().waiting == 30);
  CHECK_FALSE(disk.stop(10ms));
  CHECK_FALSE(disk.stop(10ms));
  file->append(octets("late"));
  frozen->release();
}

TEST_CASE("a stop waits for what was wanted before") {
  folder in;
  disk_thread disk;
  auto file = disk.create(in / "a", none);
  for (int i = 0; i < 100; ++i)
    file->append(std::vector<uint8_t>(1000, 'x'));
  CHECK(disk.stop(10s));
  CHECK(fs::file_size(in / "a") == 100'000);
}

TEST_CASE("a file is replaced as a whole, and nothing else is left") {
  folder in;
  const auto disk = host_disk();
  CHECK_FALSE(disk->replace(in / "manifest.json", octets("first")));
  CHECK_FALSE(disk->replace(in / "manifest.json", octets("second")));
  CHECK(read_file(in / "manifest.json") == "second");
  const auto files = fs::directory_iterator{in.path};
  CHECK(std::distance(begin(files), end(files)) == 1);
  CHECK(disk->replace("/proc/troupe/manifest.json", octets("x")));
}

TEST_CASE("a file is read in pieces, and cut") {
  folder in;
  const auto disk = host_disk();
  REQUIRE_FALSE(disk->replace(in / "a", octets("0123456789")));
  auto file = disk->open(in / "a");
  REQUIRE(file);
  CHECK(*(*file)->read(3, 4) == octets("3456"));
  CHECK(*(*file)->read(8, 4) == octets("89"));
  CHECK((*file)->read(10, 4)->empty());
  CHECK_FALSE((*file)->truncate(5));
  CHECK(*(*file)->read(0, 100) == octets("01234"));
  CHECK(disk->open(in / "b").error() == std::errc::no_such_file_or_directory);
}

TEST_CASE("free octets are those of the folder that will have the file") {
  folder in;
  const auto disk = host_disk();
  const auto there = disk->free_octets(in.path.string());
  REQUIRE(there);
  CHECK(*there > 0);
  if (::mount("tmpfs", in.path.c_str(), "tmpfs", 0, "size=64k") == 0)
    CHECK(*disk->free_octets(in / "not/yet/there") == 65'536);
}
