#pragma once

#include "net/io/loop/io_threads.hpp"

#include <future>

namespace troupe::net {

/// Runs `task` on one of the loops and waits until it is done. Returns without
/// running it if the loops have been stopped.
inline void run_on_loop(io_threads& threads, size_t index,
                        const std::function<void()>& task) {
  auto done = std::make_shared<std::promise<void>>();
  auto finished = done->get_future();
  threads.post(index, [&task, done] {
    task();
    done->set_value();
  });
  done.reset();
  finished.wait();
}

/// Runs `task` once on each loop, without waiting for it.
inline void post_to_loops(io_threads& threads,
                          const std::function<void()>& task) {
  for (size_t i = 0; i < threads.size(); ++i)
    threads.post(i, task);
}

} // namespace troupe::net
