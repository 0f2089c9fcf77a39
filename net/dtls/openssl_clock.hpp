#pragma once

#include "net/base/time.hpp"

namespace troupe::net {

/// While it lives, OpenSSL's DTLS timers see `now` on the calling thread
/// instead of the wall clock.
///
/// OpenSSL reads gettimeofday() to arm its retransmission timer and to decide
/// whether it has expired, and offers no other way in: DTLS_set_timer_cb()
/// sets the interval only. So this file's .cpp defines gettimeofday() itself,
/// which the dynamic linker prefers to the C library's. It answers `now`
/// inside of a scope and the system's clock everywhere else. Thereby tests run
/// in virtual time, and a wall clock that is set back never stalls a
/// handshake.
class openssl_clock_scope {
public:
  explicit openssl_clock_scope(time_point now);

  ~openssl_clock_scope();

  openssl_clock_scope(const openssl_clock_scope&) = delete;
  openssl_clock_scope& operator=(const openssl_clock_scope&) = delete;
};

} // namespace troupe::net
