#pragma once

#include "actors/node/doctor.hpp"

namespace troupe::actors {

/// The doctor's finding on memory: whether the limit of the container or unit,
/// in octets where there is one, fits what the configuration lets clients use.
finding judge_memory(const config& settings, std::optional<uint64_t> limit);

} // namespace troupe::actors
