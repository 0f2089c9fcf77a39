#pragma once

#include <string>

namespace troupe::load {

/// The content of a small file of /proc, whose size is not known beforehand;
/// empty if it cannot be read.
std::string read_proc_file(const std::string& path);

} // namespace troupe::load
