#include "net/io/disk/folder.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

using namespace troupe::net;
namespace fs = std::filesystem;

namespace {

/// A folder with a file, a folder, a link to each, and a pipe.
struct mixed_folder {
  mixed_folder() {
    std::string name = (fs::temp_directory_path() / "troupe-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    path = name;
    std::ofstream{path / "file"} << "1234";
    fs::create_directory(path / "inner");
    fs::create_symlink("file", path / "file-link");
    fs::create_directory_symlink("inner", path / "inner-link");
    REQUIRE(::mkfifo((path / "pipe").c_str(), 0600) == 0);
  }

  ~mixed_folder() {
    fs::remove_all(path);
  }

  folder open() const {
    return folder::open(path.string()).value();
  }

  fs::path path;
};

} // namespace

TEST_CASE("a folder says what is in it, and follows no link for that") {
  const mixed_folder in;
  std::map<std::string, folder::kind> found;
  for (const auto& x : in.open().list(100).value())
    found[x.name] = x.what;
  using kind = folder::kind;
  CHECK((found
         == std::map<std::string, kind>{{"file", kind::file},
                                        {"inner", kind::folder},
                                        {"file-link", kind::other},
                                        {"inner-link", kind::other},
                                        {"pipe", kind::other}}));
  CHECK(in.open().list(2).value().size() == 2);
  CHECK(in.open().file_size("file").value() == 4);
  for (const auto* name : {"file-link", "inner", "pipe", "nothing"})
    CHECK(in.open().file_size(name).has_error());
  CHECK(in.open().enter("inner").has_value());
  for (const auto* name : {"inner-link", "file", "nothing"})
    CHECK(in.open().enter(name).has_error());
}

TEST_CASE("a folder reaches nothing outside it") {
  const mixed_folder in;
  const auto inner = in.open().enter("inner");
  REQUIRE(inner.has_value());
  for (const auto* name : {"..", ".", "", "../file", "a/b"}) {
    CAPTURE(name);
    CHECK(inner->enter(name).has_error());
    CHECK(inner->file_size(name).has_error());
    CHECK(inner->remove_file(name));
    CHECK(inner->remove_folder(name));
  }
  CHECK(fs::exists(in.path / "file"));
}

TEST_CASE("a folder removes a link, and not what it leads to") {
  const mixed_folder in;
  const auto all = in.open();
  CHECK_FALSE(all.remove_file("file-link"));
  CHECK_FALSE(all.remove_file("inner-link"));
  CHECK(fs::exists(in.path / "file"));
  CHECK(all.remove_folder("file"));
  CHECK(all.remove_file("inner"));
  std::ofstream{in.path / "inner/file"} << "x";
  CHECK(all.remove_folder("inner") == std::errc::directory_not_empty);
  CHECK_FALSE(all.enter("inner").value().remove_file("file"));
  CHECK_FALSE(all.remove_folder("inner"));
  CHECK_FALSE(fs::exists(in.path / "inner"));
}

TEST_CASE("only one at a time has a folder's lock") {
  const mixed_folder in;
  auto other = in.open();
  {
    auto one = in.open();
    CHECK(one.lock());
    CHECK_FALSE(other.lock());
  }
  CHECK(other.lock());
}
