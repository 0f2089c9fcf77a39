#include "net/dtls/digest.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;

TEST_CASE("a derived id is the beginning of the secret's SHA-256") {
  // FIPS 180-2, appendix B.1: ba7816bf 8f01cfea 414140de 5dae22 ...
  CHECK(derive_id("abc") == "s_n9s1dfsf077ukga183f5rbh2");
}

TEST_CASE("different secrets have different derived ids") {
  CHECK(derive_id("abd") != derive_id("abc"));
  CHECK(derive_id("").size() == 26);
}

TEST_CASE("derived ids are distinguished from ids that clients choose") {
  CHECK(is_derived_id(derive_id("abc")));
  CHECK(is_derived_id(derive_id("")));
  for (auto x : {"", "s_", "ann", "s_ann",
                 // Ids that databases generate are not derived ids.
                 "n9s1dfsf077ukga183f5rbh2", "507f1f77bcf86cd799439011",
                 "s_n9s1dfsf077ukga183f5rbh", "s_n9s1dfsf077ukga183f5rbh2x",
                 "s_n9s1dfsf077ukga183f5rbhz", "s_N9s1dfsf077ukga183f5rbh2"})
    CHECK_FALSE(is_derived_id(x));
}
