#pragma once

#include "net/base/time.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <algorithm>

namespace troupe::actors {

/// The moment by which a request must be answered.
///
/// A session sets it, and every actor that the request passes through hands it
/// on. From then on nobody carries the request out: the client is told of a
/// failure, and what would come into being later would belong to nobody.
struct request_deadline {
  net::time_point at = net::time_point::max();

  bool passed(net::time_point now) const {
    return now >= at;
  }

  /// How long the next actor may take.
  net::duration left(net::time_point now) const {
    return std::max(at - now, net::duration{});
  }
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::request_deadline)
