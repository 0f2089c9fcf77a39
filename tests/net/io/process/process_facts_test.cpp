#include "net/io/process/process_facts.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <ctime>

using namespace troupe::net;

TEST_CASE("memory, threads and start are read from /proc/self/stat") {
  auto x = parse_process_stat(
      "1234 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 0 4250 8192 "
      "3 18446744073709551615 1 1\n",
      4096, 100);
  CHECK(x.threads == 17);
  CHECK(x.start_time == doctest::Approx(42.5));
  CHECK(x.virtual_bytes == 8192);
  CHECK(x.resident_bytes == 3 * 4096);
}

TEST_CASE("text of another format yields zeros") {
  for (std::string_view text : {"", "1 (a", "1 (a) S 1 2", "1 (a) S x"}) {
    auto x = parse_process_stat(text, 4096, 100);
    CHECK(x.threads == 0);
    CHECK(x.resident_bytes == 0);
  }
}

TEST_CASE("this process has memory, threads, files and a start time") {
  auto x = read_process_facts();
  CHECK(x.resident_bytes > 1 << 20);
  CHECK(x.virtual_bytes >= x.resident_bytes);
  CHECK(x.threads >= 1);
  CHECK(x.cpu_time.count() > 0);
  CHECK(x.start_time > 1e9);
  CHECK(x.start_time <= static_cast<double>(std::time(nullptr)) + 1);
  auto fd = ::open("/dev/null", O_RDONLY);
  CHECK(read_process_facts().open_files == x.open_files + 1);
  ::close(fd);
}
