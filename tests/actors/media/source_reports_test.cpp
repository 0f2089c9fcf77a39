#include "actors/media/source_reports.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point start{1h};

rtp::source_report report(uint8_t encoding, int64_t timestamp) {
  rtp::source_report out;
  out.encoding = encoding;
  out.timestamp = timestamp;
  return out;
}

} // namespace

TEST_CASE("shards are sent ten reports of each encoding a second at most") {
  source_reports reports{2};
  CHECK(reports.handle(report(0, 1), start));
  CHECK_FALSE(reports.handle(report(0, 2), start + 99ms));
  CHECK(reports.handle(report(1, 3), start + 99ms));
  CHECK(reports.handle(report(0, 4), start + 100ms));
  CHECK_FALSE(reports.handle(report(0, 5), start + 199ms));
  CHECK(reports.handle(report(0, 6), start + 200ms));
}

TEST_CASE("the latest report of each encoding is kept, sent or not") {
  source_reports reports{3};
  std::vector<int64_t> known;
  auto list = [&] {
    known.clear();
    reports.for_each(
        [&](const rtp::source_report& x) { known.push_back(x.timestamp); });
    return known;
  };
  CHECK(list().empty());
  reports.handle(report(2, 1), start);
  reports.handle(report(0, 2), start);
  reports.handle(report(2, 3), start + 1ms);
  CHECK(list() == std::vector<int64_t>{2, 3});
}
