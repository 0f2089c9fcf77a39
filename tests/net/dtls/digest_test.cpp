#include "net/dtls/digest.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;

TEST_CASE("a derived id is the beginning of the secret's SHA-256") {
  // FIPS 180-2, appendix B.1: ba7816bf 8f01cfea 414140de 5dae22 ...
  CHECK(derive_id("abc") == "n9s1dfsf077ukga183f5rbh2");
}

TEST_CASE("secrets that differ have ids that differ") {
  CHECK(derive_id("abd") != derive_id("abc"));
  CHECK(derive_id("").size() == 24);
}
