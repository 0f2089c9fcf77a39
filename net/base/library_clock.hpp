#pragma once

#include "net/base/time.hpp"

namespace troupe::net {

/// Within its scope, libraries that read the time see `now` on the calling
/// thread instead of the wall clock.
///
/// OpenSSL reads gettimeofday() to arm its retransmission timer and to decide
/// whether it has expired, and has no other hook: DTLS_set_timer_cb() only sets
/// the interval. usrsctp reads it for round trips, lifetimes and cookies. So
/// library_clock.cpp defines gettimeofday() itself, which the dynamic linker
/// prefers to the C library's. It returns `now` inside a scope and the system's
/// clock elsewhere. So tests run in virtual time, and setting the wall clock
/// back never stalls a connection.
class library_clock_scope {
public:
  explicit library_clock_scope(time_point now);

  ~library_clock_scope();

  library_clock_scope(const library_clock_scope&) = delete;
  library_clock_scope& operator=(const library_clock_scope&) = delete;
};

} // namespace troupe::net
