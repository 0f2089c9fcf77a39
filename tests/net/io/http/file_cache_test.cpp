#include "net/io/http/file_cache.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace troupe::net;
namespace fs = std::filesystem;

namespace {

/// A temporary folder, and a cache of its files.
struct folder {
  explicit folder(size_t limit = file_cache::default_limit) : cache(limit) {
    char name[] = "/tmp/troupe_cache_XXXXXX";
    path = mkdtemp(name);
  }

  ~folder() {
    fs::remove_all(path);
  }

  /// Replaces a file as a deployment does: with another complete file.
  void put(const std::string& name, const std::string& text) const {
    std::ofstream{path / "new"} << text;
    fs::rename(path / "new", path / name);
  }

  struct stat facts(const std::string& name) const {
    struct stat out {};
    REQUIRE(::stat((path / name).c_str(), &out) == 0);
    return out;
  }

  file_cache::content_ptr get(const std::string& name) {
    return cache.get(path / name, facts(name));
  }

  fs::path path;
  file_cache cache;
};

} // namespace

TEST_CASE("all readers of a file share its content") {
  folder x;
  x.put("a", "alpha");
  auto first = x.get("a");
  REQUIRE(first);
  CHECK(*first == "alpha");
  CHECK(x.get("a") == first);
  CHECK(x.cache.octets() == 5);
  x.put("empty", "");
  REQUIRE(x.get("empty"));
  CHECK(x.get("empty")->empty());
}

TEST_CASE("a changed file is read again, and readers keep the old content") {
  folder x;
  x.put("a", "alpha");
  auto before = x.get("a");
  x.put("a", "omega");
  auto after = x.get("a");
  CHECK(*before == "alpha");
  CHECK(*after == "omega");
  CHECK(x.cache.octets() == 10);
  before = nullptr;
  CHECK(x.cache.octets() == 5);
}

TEST_CASE(
    "a file that is unreadable, or changes during the read, is not served") {
  folder x;
  x.put("a", "alpha");
  auto old = x.facts("a");
  x.put("a", "omega");
  CHECK_FALSE(x.cache.get(x.path / "a", old));
  x.put("a", "x");
  CHECK_FALSE(x.cache.get(x.path / "a", old));
  fs::remove(x.path / "a");
  CHECK_FALSE(x.cache.get(x.path / "a", old));
  CHECK(x.cache.octets() == 0);
}

TEST_CASE(
    "contents kept for later are limited; the least recently used leaves") {
  folder x{10};
  x.put("a", "1111");
  x.put("b", "2222");
  x.put("c", "3333");
  x.get("a");
  x.get("b");
  x.get("a");
  CHECK(x.cache.octets() == 8);
  x.get("c"); // removes b
  CHECK(x.cache.octets() == 8);
  auto a = x.get("a");
  CHECK(x.cache.octets() == 8);
  // A reader keeps its content; others share it although it is not kept.
  auto b = x.get("b"); // removes c
  auto c = x.get("c"); // removes a
  CHECK(x.cache.octets() == 12);
  CHECK(x.get("a") == a);
  CHECK(x.cache.octets() == 12);
}

TEST_CASE("a file beyond the limit is shared while it is read") {
  folder x{10};
  x.put("large", std::string(11, 'x'));
  auto reader = x.get("large");
  CHECK(x.get("large") == reader);
  CHECK(x.cache.octets() == 11);
  reader = nullptr;
  CHECK(x.cache.octets() == 0);
}
