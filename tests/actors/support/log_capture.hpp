#pragma once

#include "actors/base/log.hpp"

#include "temporary_file.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace troupe::test {

/// Redirects standard output to a file.
class captured_output {
public:
  captured_output() : before_(::dup(1)) {
    auto fd = ::open(file_.path().c_str(), O_WRONLY | O_TRUNC);
    REQUIRE(before_ >= 0);
    REQUIRE(fd >= 0);
    std::fflush(stdout);
    ::dup2(fd, 1);
    ::close(fd);
  }

  ~captured_output() {
    release();
  }

  std::string release() {
    if (before_ >= 0) {
      std::fflush(stdout);
      ::dup2(before_, 1);
      ::close(std::exchange(before_, -1));
    }
    std::ifstream in{file_.path()};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

private:
  temporary_file file_{""};
  int before_;
};

inline void set_log_level(const std::string& level) {
  actors::config::log_keys settings;
  settings.level = level;
  actors::log::open(settings);
}

} // namespace troupe::test
