#pragma once

namespace troupe::gates {

/// Makes all random generators of the server reproducible from now on: each
/// that it makes has the next seed. The linker puts this in the place of
/// net::make_secure_rng (tests/CMakeLists.txt).
void restart_seeds();

} // namespace troupe::gates
