// The entry point that every doctest binary shares.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "tests/support/source_tree.hpp"

#include <doctest/doctest.h>

std::string troupe::test::in_source_tree(const std::string& below) {
  return TROUPE_SOURCE_DIR "/" + below;
}
