// Repairs an untrusted file, and repairs the result again: it must need nothing
// then, and have the same length.

#include "net/base/assert.hpp"
#include "tests/support/recorded_file.hpp"

using namespace troupe;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test::recorded_file file{{data, data + size}};
  auto plan = file.plan();
  if (!plan)
    return 0;
  TROUPE_ASSERT(plan->size <= size);
  TROUPE_ASSERT(plan->finished == plan->writes.empty());
  if (plan->finished)
    return 0;
  file.carry_out(*plan);
  auto again = file.plan();
  TROUPE_ASSERT(again && again->finished);
  // The Duration is a floating-point number.
  TROUPE_ASSERT(std::chrono::abs(again->length - plan->length)
                < rtp::matroska_tick);
  return 0;
}
