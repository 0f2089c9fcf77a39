#pragma once

#include <string>

namespace troupe::test {

/// The path of a file or folder of the source tree. `below` is relative to the
/// root, as in "tests/data/auth".
std::string in_source_tree(const std::string& below);

} // namespace troupe::test
