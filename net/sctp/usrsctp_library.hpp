#pragma once

#include "net/base/bytes.hpp"
#include "net/base/library_clock.hpp"
#include "net/base/time.hpp"

#include <array>
#include <atomic>
#include <mutex>
#include <optional>

namespace troupe::net {

class sctp_association;

/// usrsctp's per-process state: its settings, its timers, and the ports by
/// which it identifies associations. All access needs a `usrsctp_call`.
///
/// Every association has a port of its own here, on both sides, at one common
/// address; on the wire the port is 5000. So usrsctp finds an association
/// through its hash tables at once, however many exist. It knows nothing else
/// about it, so none of our pointers can get into a cookie (CVE-2020-6514).
class usrsctp_library {
public:
  /// Reserves a port that no other association has; 0 if none is left.
  uint16_t claim_port(sctp_association* owner);

  void release_port(uint16_t port);

  /// The address of all associations: a number that is not a valid pointer.
  static void* address();

private:
  friend class usrsctp_call;
  friend class usrsctp_lock;

  usrsctp_library();

  static usrsctp_library& instance();

  static int handle_output(void* address, void* buffer, size_t length,
                           uint8_t tos, uint8_t set_df);

  void advance(time_point now);

  std::mutex mutex_;
  std::array<sctp_association*, 65536> ports_{};
  uint16_t last_port_ = 0;
  std::optional<time_point> ticked_; // how far timers have run
};

/// Locks usrsctp for its scope. Within it the time is `now`, both for usrsctp's
/// gettimeofday() and for its timers; the constructor runs the expired ones.
class usrsctp_call {
public:
  explicit usrsctp_call(time_point now);

  usrsctp_library& library() {
    return library_;
  }

  /// The interval at which timers are checked.
  static constexpr duration tick = std::chrono::milliseconds{10};

private:
  usrsctp_library& library_;
  std::lock_guard<std::mutex> guard_;
  library_clock_scope clock_;
};

/// Locks usrsctp without calling it: timers run by another thread may write to
/// any association's data.
class usrsctp_lock {
public:
  usrsctp_lock();

private:
  std::lock_guard<std::mutex> guard_;
};

} // namespace troupe::net
