#include "net/io/process/read_file.hpp"

#include <doctest/doctest.h>

using namespace troupe;

TEST_CASE("a file of unknown size is read to its end") {
  const auto text = net::read_file("/proc/self/status");
  CHECK(text.starts_with("Name:"));
  CHECK(text.ends_with('\n'));
}

TEST_CASE("a file that does not exist reads as empty") {
  CHECK(net::read_file("/proc/self/no-such-file").empty());
}
