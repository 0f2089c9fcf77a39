#pragma once

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace troupe::test {

/// A file that exists as long as this object.
class temporary_file {
public:
  explicit temporary_file(const std::string& text) {
    auto name =
        (std::filesystem::temp_directory_path() / "troupe_XXXXXX").string();
    auto fd = ::mkstemp(name.data());
    REQUIRE(fd >= 0);
    ::close(fd);
    path_ = name;
    std::ofstream{path_} << text;
  }

  temporary_file(const temporary_file&) = delete;

  ~temporary_file() {
    std::filesystem::remove(path_);
  }

  const std::string& path() const {
    return path_;
  }

private:
  std::string path_;
};

} // namespace troupe::test
