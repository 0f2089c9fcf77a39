#pragma once

#include "actors/base/local_messages.hpp"
#include "net/base/time.hpp"

#include <algorithm>

namespace troupe::actors {

/// The moment by which a request must be answered.
///
/// A session sets it, and every actor that the request passes hands it on.
/// After that moment no actor carries the request out: the client has been sent
/// an error, and would not own what the request creates.
struct request_deadline {
  net::time_point at = net::time_point::max();

  bool passed(net::time_point now) const {
    return now >= at;
  }

  /// The time left for the next actor.
  net::duration left(net::time_point now) const {
    return std::max(at - now, net::duration{});
  }
};

} // namespace troupe::actors
