#pragma once

#include <fstream>
#include <sstream>
#include <string>

namespace troupe::net {

/// The contents of a file, such as one of /proc, whose size is known only at
/// its end. Empty if it cannot be read.
inline std::string read_file(const std::string& path) {
  std::ifstream in{path};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

} // namespace troupe::net
