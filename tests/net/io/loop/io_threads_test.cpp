#include "net/io/loop/io_threads.hpp"

#include <doctest/doctest.h>

#include <future>
#include <stdexcept>

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
