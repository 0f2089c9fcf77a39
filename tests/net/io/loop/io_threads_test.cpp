#include "net/io/loop/run_on_loops.hpp"

#include <doctest/doctest.h>

#include <future>
#include <latch>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

using namespace troupe::net;

TEST_CASE("a task's exception is reported, and its I/O thread continues") {
  std::promise<std::string> told;
  io_threads threads{1, [&](const std::string& why) {
                       told.set_value(why);
                     }};
  threads.post(0, [] { throw std::runtime_error{"out of luck"}; });
  CHECK(told.get_future().get() == "out of luck");
  std::promise<void> ran;
  threads.post(0, [&] { ran.set_value(); });
  ran.get_future().get();
  threads.stop();
}

TEST_CASE("a task for all loops runs once on each thread") {
  io_threads threads{3};
  std::mutex mutex;
  std::multiset<std::thread::id> ran;
  std::latch done{3};
  post_to_loops(threads, [&] {
    {
      std::lock_guard guard{mutex};
      ran.insert(std::this_thread::get_id());
    }
    done.count_down();
  });
  done.wait();
  threads.stop();
  CHECK(ran.size() == 3);
  CHECK(std::set<std::thread::id>{ran.begin(), ran.end()}.size() == 3);
  CHECK_FALSE(ran.contains(std::this_thread::get_id()));
}
