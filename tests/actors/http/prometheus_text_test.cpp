#include "actors/http/prometheus_text.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace troupe::actors;

TEST_CASE("a counter has help, type and one line") {
  prometheus_text out;
  out.counter("a_total", "What a is.", 7);
  CHECK(out.text()
        == "# HELP a_total What a is.\n# TYPE a_total counter\na_total 7\n");
}

TEST_CASE("samples of one metric differ by their labels") {
  prometheus_text out;
  out.gauge("g", "G.");
  out.sample(uint64_t{1}, {{"kind", "x"}, {"state", "y"}});
  out.sample(0.5, {{"kind", "a\\b\"c\nd"}});
  CHECK(out.text()
        == "# HELP g G.\n# TYPE g gauge\n"
           "g{kind=\"x\",state=\"y\"} 1\n"
           "g{kind=\"a\\\\b\\\"c\\nd\"} 0.5\n");
}

TEST_CASE("integers are exact, however large") {
  prometheus_text out;
  out.counter("a_total", "A.", std::numeric_limits<uint64_t>::max());
  CHECK(out.text().ends_with("a_total 18446744073709551615\n"));
}

TEST_CASE("the buckets of a histogram are cumulative") {
  histogram times;
  times.observe(std::chrono::milliseconds{5});
  times.observe(std::chrono::milliseconds{6});
  times.observe(std::chrono::milliseconds{1'500});
  times.observe(std::chrono::seconds{11});
  prometheus_text out;
  out.histogram("h_seconds", "H.", times.read());
  CHECK(out.text()
        == "# HELP h_seconds H.\n# TYPE h_seconds histogram\n"
           "h_seconds_bucket{le=\"0.005\"} 1\n"
           "h_seconds_bucket{le=\"0.01\"} 2\n"
           "h_seconds_bucket{le=\"0.025\"} 2\n"
           "h_seconds_bucket{le=\"0.05\"} 2\n"
           "h_seconds_bucket{le=\"0.1\"} 2\n"
           "h_seconds_bucket{le=\"0.25\"} 2\n"
           "h_seconds_bucket{le=\"0.5\"} 2\n"
           "h_seconds_bucket{le=\"1\"} 2\n"
           "h_seconds_bucket{le=\"2.5\"} 3\n"
           "h_seconds_bucket{le=\"5\"} 3\n"
           "h_seconds_bucket{le=\"10\"} 3\n"
           "h_seconds_bucket{le=\"+Inf\"} 4\n"
           "h_seconds_sum 12.511\n"
           "h_seconds_count 4\n");
}
