#include "net/base/library_clock.hpp"

#include "net/base/assert.hpp"

#include <sys/time.h>

#include <ctime>

namespace troupe::net {

namespace {

struct override_state {
  bool active = false;
  timeval now{};
};

thread_local override_state override_;

// OpenSSL takes the time 0 for "not armed".
constexpr time_t epoch_seconds = 1;

} // namespace

library_clock_scope::library_clock_scope(time_point now) {
  using namespace std::chrono;
  TROUPE_ASSERT(!override_.active);
  auto since = duration_cast<microseconds>(now.time_since_epoch()).count();
  override_.now.tv_sec = epoch_seconds + static_cast<time_t>(since / 1000000);
  override_.now.tv_usec = static_cast<suseconds_t>(since % 1000000);
  override_.active = true;
}

library_clock_scope::~library_clock_scope() {
  override_.active = false;
}

} // namespace troupe::net

extern "C" int gettimeofday(timeval* __restrict now,
                            void* __restrict) noexcept {
  if (troupe::net::override_.active) {
    *now = troupe::net::override_.now;
    return 0;
  }
  timespec system{};
  clock_gettime(CLOCK_REALTIME, &system);
  now->tv_sec = system.tv_sec;
  now->tv_usec = static_cast<suseconds_t>(system.tv_nsec / 1000);
  return 0;
}
