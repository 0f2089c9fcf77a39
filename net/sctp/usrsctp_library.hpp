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

/// What usrsctp has only one of in a process: its settings, its timers, and the
/// ports by which it knows an association. All access is by a `usrsctp_call`.
///
/// Every association has a port of its own here, on both sides, at one address
/// for all; on the wire it is 5000. So usrsctp finds an association by its
/// hashes at once, however many there are, and knows nothing else of it: no
/// pointer of ours can get into a cookie (CVE-2020-6514).
class usrsctp_library {
public:
  /// A port that is nobody else's, or 0 where there are none.
  uint16_t claim_port(sctp_association* owner);

  void release_port(uint16_t port);

  /// The address that all associations have: a number, nowhere pointing.
  static void* address();

private:
  friend class usrsctp_call;
  friend class usrsctp_pause;

  usrsctp_library();

  static usrsctp_library& instance();

  static int handle_output(void* address, void* buffer, size_t length,
                           uint8_t tos, uint8_t set_df);

  void advance(time_point now);

  std::mutex mutex_;
  std::array<sctp_association*, 65536> ports_{};
  uint16_t last_port_ = 0;
  std::optional<time_point> ticked_; // as far as usrsctp's timers know
};

/// Holds usrsctp while it lives. Inside, the time is `now`, for what usrsctp
/// asks gettimeofday() as well as for its timers, the expired of which have run
/// when the constructor is done.
class usrsctp_call {
public:
  explicit usrsctp_call(time_point now);

  usrsctp_library& library() {
    return library_;
  }

  /// How far apart looks at the timers are.
  static constexpr duration tick = std::chrono::milliseconds{10};

private:
  usrsctp_library& library_;
  std::lock_guard<std::mutex> guard_;
  library_clock_scope clock_;
};

/// Holds usrsctp without calling it: another thread's timers may write to what
/// belongs to any association.
class usrsctp_pause {
public:
  usrsctp_pause();

private:
  std::lock_guard<std::mutex> guard_;
};

} // namespace troupe::net
