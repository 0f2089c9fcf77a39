#pragma once

#include <cstddef>

namespace caf {
class scheduled_actor;
} // namespace caf

namespace troupe::actors {

/// How many messages wait for the running actor.
size_t mailbox_length(caf::scheduled_actor* self);

} // namespace troupe::actors
