#include "net/io/http/content_coding.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe::net;

namespace {

// "br gzip identity": the codings in order.
std::string ranked(std::string_view accept_encoding) {
  std::string out;
  for (auto x : rank_codings(accept_encoding))
    out.append(out.empty() ? "" : " ").append(to_string(x));
  return out;
}

} // namespace

TEST_CASE("codings are ranked by weight, and br before gzip") {
  CHECK(ranked("gzip, deflate, br, zstd") == "br gzip identity");
  CHECK(ranked("br;q=0.8, gzip") == "gzip br identity");
  CHECK(ranked("gzip;q=0.5, br;q=0.50") == "br gzip identity");
  CHECK(ranked("GZip; Q=0.3 , BR\t;\tq=0.301") == "br gzip identity");
  CHECK(ranked("identity, gzip;q=0.5") == "identity gzip");
  CHECK(ranked("identity;q=0.1, gzip;q=0.5") == "gzip identity");
}

TEST_CASE("a coding that is not accepted is left out") {
  CHECK(ranked("") == "identity");
  CHECK(ranked("deflate") == "identity");
  CHECK(ranked("gzip") == "gzip identity");
  CHECK(ranked("br;q=0, gzip") == "gzip identity");
  CHECK(ranked("br;q=0.000") == "identity");
}

TEST_CASE("an asterisk stands for the codings that are not named") {
  CHECK(ranked("*") == "br gzip identity");
  CHECK(ranked("*;q=0.5, br;q=0.1") == "gzip br identity");
  CHECK(ranked("gzip, *;q=0") == "gzip identity");
}

TEST_CASE("identity is there even if the client refuses it") {
  CHECK(ranked("identity;q=0") == "identity");
  CHECK(ranked("identity;q=0, gzip") == "gzip identity");
}

TEST_CASE("malformed members of Accept-Encoding are ignored") {
  for (const auto* bad :
       {"br;q=", "br;q=2", "br;q=1.001", "br;q=0.1234", "br;q=.5", "br;q=a",
        "br;q=-1", "br;level=1", "b r", ";q=1", ",,,", "br;q=1;q=0", "\xFF"})
    CHECK_MESSAGE(ranked(bad) == "identity", bad);
  CHECK(ranked("br;q=x, gzip,, ") == "gzip identity");
}
