#include "bench/load/report/send_meter.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe::load;

TEST_CASE("a server's send counters are read by their whole names") {
  auto text = "# HELP troupe_send_calls_total System calls.\n"
              "troupe_datagrams_sent_total 640\n"
              "troupe_send_calls_total_more 1\n"
              "troupe_send_calls_total 20\n"
              "troupe_gso_runs_total 40\n"
              "troupe_gso_datagrams_total 160";
  CHECK(parse_send_counters(text) == send_counters{640, 20, 40, 160});
}

TEST_CASE("a server's other counters of the kernel are read if it has all") {
  std::string text = "troupe_datagrams_sent_total 640\n"
                     "troupe_send_calls_total 20\n"
                     "troupe_gso_runs_total 40\n"
                     "troupe_gso_datagrams_total 160\n"
                     "troupe_send_messages_total 520\n"
                     "troupe_receive_calls_total 7\n"
                     "troupe_io_wakeups_total 6\n";
  auto older = parse_send_counters(text);
  REQUIRE(older);
  CHECK_FALSE(older->kernel);
  auto all =
      parse_send_counters(text + "troupe_rtcp_datagrams_received_total 5\n");
  REQUIRE(all);
  CHECK(all->kernel == kernel_counters{520, 7, 6, 5});
}

TEST_CASE("a page that lacks a counter yields none") {
  CHECK_FALSE(parse_send_counters(""));
  CHECK_FALSE(parse_send_counters("troupe_datagrams_sent_total 640\n"
                                  "troupe_send_calls_total many\n"
                                  "troupe_gso_runs_total 40\n"
                                  "troupe_gso_datagrams_total 160\n"));
}

TEST_CASE("without a server there are no counters") {
  CHECK_FALSE(read_send_counters("no address", 1));
  CHECK_FALSE(read_send_counters("127.0.0.1", 1));
}

TEST_CASE("a metric is found by its name and labels") {
  const std::string page = "nodes{state=\"suspect\"} 1\n"
                           "nodes{state=\"connected\"} 2\n"
                           "share 0.5\n";
  CHECK(parse_metric(page, "nodes{state=\"connected\"}") == 2);
  CHECK(parse_metric(page, "share") == 0);
  CHECK_FALSE(parse_metric(page, "nodes"));
}
