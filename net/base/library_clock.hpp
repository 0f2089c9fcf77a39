#pragma once

#include "net/base/time.hpp"

namespace troupe::net {

/// While it lives, libraries that read the time see `now` on the calling thread
/// instead of the wall clock.
///
/// OpenSSL reads gettimeofday() to arm its retransmission timer and to decide
/// whether it has expired, and offers no other way in: DTLS_set_timer_cb()
/// sets the interval only. usrsctp reads it for round trips, lifetimes and
/// cookies. So this file's .cpp defines gettimeofday() itself, which the
/// dynamic linker prefers to the C library's. It answers `now` inside of a
/// scope and the system's clock everywhere else. Thereby tests run in virtual
/// time, and a wall clock that is set back never stalls anything.
class library_clock_scope {
public:
  explicit library_clock_scope(time_point now);

  ~library_clock_scope();

  library_clock_scope(const library_clock_scope&) = delete;
  library_clock_scope& operator=(const library_clock_scope&) = delete;
};

} // namespace troupe::net
