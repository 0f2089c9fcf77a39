#include "actors/mailbox_length.hpp"

#include <caf/scheduled_actor.hpp>

namespace troupe::actors {

// CAF's queue takes its own end for a message for a moment, which it never
// reads; this file alone is built without the check that objects to it.
size_t mailbox_length(caf::scheduled_actor* self) {
  return self->mailbox().size();
}

} // namespace troupe::actors
