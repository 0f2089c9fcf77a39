#pragma once

#include <string>

namespace troupe::load {

/// The whole of a small file of /proc, which has no size beforehand; empty
/// where it cannot be read.
std::string read_proc_file(const std::string& path);

} // namespace troupe::load
