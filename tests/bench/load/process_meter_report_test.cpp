#include "bench/load/report/process_meter.hpp"

#include <doctest/doctest.h>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <thread>

namespace {

using namespace troupe::load;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

nanoseconds clock_of(clockid_t clock) {
  timespec used{};
  clock_gettime(clock, &used);
  return std::chrono::seconds{used.tv_sec} + nanoseconds{used.tv_nsec};
}

// Uses that much CPU time of this thread, however long that takes.
void burn(nanoseconds time) {
  auto until = clock_of(CLOCK_THREAD_CPUTIME_ID) + time;
  while (clock_of(CLOCK_THREAD_CPUTIME_ID) < until)
    ;
}

} // namespace

TEST_CASE("a stat line is parsed after a name with spaces and parentheses") {
  auto stat = parse_stat("17 (a) b) 1 (c) S 4 17 17 0 -1 4194304 104 0 0 0 "
                         "250 125 30 20 20 0 1 0 1206084 3133440\n");
  REQUIRE(stat);
  CHECK(stat->parent == 4);
  CHECK(stat->user_ticks == 250);
  CHECK(stat->system_ticks == 125);
  CHECK(stat->children_user_ticks == 30);
  CHECK(stat->children_system_ticks == 20);
}

TEST_CASE("a truncated or empty stat line is refused") {
  CHECK_FALSE(parse_stat(""));
  CHECK_FALSE(parse_stat("17 (name"));
  CHECK_FALSE(parse_stat("17 (name) S 4 17 17"));
  CHECK_FALSE(parse_stat("17 (n) S x 17 17 0 -1 4 104 0 0 0 1 2 3 4 20\n"));
}

TEST_CASE("the first value of schedstat is the time on a CPU") {
  CHECK(parse_schedstat("96633 2420586 2\n") == 96'633ns);
  CHECK_FALSE(parse_schedstat(""));
  CHECK_FALSE(parse_schedstat("-1 0 0\n"));
}

TEST_CASE("a field is found by its whole name at the start of a line") {
  auto text = "Name:\tx\nnonvoluntary_ctxt_switches:\t7\n"
              "voluntary_ctxt_switches:\t12\nRss:      1764 kB\n";
  CHECK(parse_field(text, "voluntary_ctxt_switches") == 12);
  CHECK(parse_field(text, "nonvoluntary_ctxt_switches") == 7);
  CHECK(parse_field(text, "Rss") == 1764);
  CHECK_FALSE(parse_field(text, "Name"));
  CHECK_FALSE(parse_field(text, "Pss"));
}

TEST_CASE("a process is charged with all its CPU time, by thread name") {
  auto before = sample_process(getpid());
  REQUIRE(before);
  std::optional<process_sample> after;
  std::thread worker{[&] {
    prctl(PR_SET_NAME, "burner");
    burn(30ms);
    after = sample_process(getpid(), with_memory::yes);
  }};
  worker.join();
  REQUIRE(after);
  auto usage = usage_between(*before, *after);
  CHECK(usage.cpu >= 30ms);
  auto burner = std::ranges::find(usage.by_name, "burner", &thread_usage::name);
  REQUIRE(burner != usage.by_name.end());
  CHECK(burner->threads == 1);
  CHECK(burner->cpu >= 29ms);
  CHECK(burner->cpu <= usage.cpu);
  CHECK(after->resident > 100'000);
  CHECK(after->proportional <= after->resident);
}

TEST_CASE("the CPU time of an ended thread stays in the total") {
  auto before = sample_process(getpid());
  std::thread{[] {
    burn(30ms);
  }}.join();
  auto after = sample_process(getpid());
  REQUIRE((before && after));
  CHECK(usage_between(*before, *after).cpu >= 30ms);
}

TEST_CASE("a child process counts, while it lives and after its end") {
  auto before = sample_process(getpid());
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  auto child = fork();
  if (child == 0) {
    burn(60ms);
    [[maybe_unused]] auto told = write(ready[1], "x", 1);
    pause();
    _exit(0);
  }
  char told = 0;
  REQUIRE(read(ready[0], &told, 1) == 1);
  auto living = sample_process(getpid());
  CHECK(living->threads.contains(child));
  CHECK(usage_between(*before, *living).cpu >= 60ms);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  auto after = sample_process(getpid());
  close(ready[0]);
  close(ready[1]);
  // Now in ticks of 10 ms, of user and of system time.
  CHECK(usage_between(*before, *after).cpu >= 40ms);
  CHECK_FALSE(after->threads.contains(child));
}

TEST_CASE("a process that does not exist has no sample") {
  auto child = fork();
  if (child == 0)
    _exit(0);
  waitpid(child, nullptr, 0);
  CHECK_FALSE(sample_process(child));
}

TEST_CASE("usage sums threads by name and never goes below zero") {
  process_sample first, second;
  second.at = first.at + 1s;
  first.cpu = 100ms;
  second.cpu = 350ms;
  first.threads[1] = {"io", 50ms, 10, 1};
  first.threads[2] = {"gone", 20ms, 500, 0};
  second.threads[1] = {"io", 80ms, 14, 2};
  second.threads[3] = {"io", 40ms, 6, 0};
  second.threads[4] = {"caf", 100ms, 3, 3};
  auto usage = usage_between(first, second);
  CHECK(usage.elapsed == 1s);
  CHECK(usage.cpu == 250ms);
  CHECK(usage.voluntary_switches == 13);
  CHECK(usage.involuntary_switches == 4);
  REQUIRE(usage.by_name.size() == 2);
  CHECK(usage.by_name[0].name == "caf");
  CHECK(usage.by_name[1].name == "io");
  CHECK(usage.by_name[1].threads == 2);
  CHECK(usage.by_name[1].cpu == 70ms);
  CHECK(usage_between(second, first).cpu == 0ns);
}
