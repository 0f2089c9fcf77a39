#include "net/io/process/file_watch.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace troupe::net;

namespace {

struct watched_files {
  watched_files() {
    char name[] = "/tmp/troupe_watch_XXXXXX";
    folder = mkdtemp(name);
    write("a", "1");
    write("b", "1");
    watch.emplace(std::vector<std::string>{folder / "a", folder / "b"});
    watch->mark();
  }

  ~watched_files() {
    std::filesystem::remove_all(folder);
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream{folder / (name + ".new")} << text;
    std::filesystem::rename(folder / (name + ".new"), folder / name);
  }

  std::filesystem::path folder;
  std::optional<file_watch> watch;
};

} // namespace

TEST_CASE("a change is noticed once it has lasted from one look to the next") {
  watched_files x;
  CHECK_FALSE(x.watch->poll());
  x.write("a", "2");
  CHECK_FALSE(x.watch->poll());
  x.write("b", "2");
  CHECK_FALSE(x.watch->poll());
  CHECK(x.watch->poll());
  CHECK_FALSE(x.watch->poll());
}

TEST_CASE("a file that is gone, or comes, is a change") {
  watched_files x;
  std::filesystem::remove(x.folder / "b");
  CHECK_FALSE(x.watch->poll());
  CHECK(x.watch->poll());
  x.write("b", "1");
  CHECK_FALSE(x.watch->poll());
  CHECK(x.watch->poll());
}

TEST_CASE("what was marked is no change") {
  watched_files x;
  x.write("a", "2");
  CHECK_FALSE(x.watch->poll());
  x.watch->mark();
  CHECK_FALSE(x.watch->poll());
  CHECK_FALSE(x.watch->poll());
}
