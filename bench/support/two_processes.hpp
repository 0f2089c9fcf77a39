#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>

namespace troupe::bench {

/// Sends words from one process to another. Create it before fork().
class word_pipe {
public:
  word_pipe() {
    if (::pipe(ends_) != 0)
      std::abort();
  }

  void put(uint32_t x) {
    if (::write(ends_[1], &x, sizeof x) != sizeof x)
      std::abort();
  }

  /// Waits for the next word. Ends the process if the other one has ended.
  uint32_t get() {
    uint32_t x = 0;
    if (::read(ends_[0], &x, sizeof x) != sizeof x)
      std::_Exit(1);
    return x;
  }

  /// The descriptor to poll for words.
  int fd() const {
    return ends_[0];
  }

private:
  int ends_[2];
};

} // namespace troupe::bench
