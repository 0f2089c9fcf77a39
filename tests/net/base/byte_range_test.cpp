#include "net/base/byte_range.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace troupe::net;
using kind = range_request::kind;

namespace {

constexpr auto largest = std::numeric_limits<uint64_t>::max();

/// The part that is read; checks that there is one.
byte_range part_of(std::string_view header, uint64_t size) {
  const auto out = read_range(header, size);
  CHECK_MESSAGE(out.what == kind::part, header);
  return out.part;
}

} // namespace

TEST_CASE("a range is read as in the examples of the standard") {
  // RFC 9110, section 14.1.2, for a content of 10,000 octets.
  CHECK(part_of("bytes=0-499", 10000) == byte_range{0, 500});
  CHECK(part_of("bytes=500-999", 10000) == byte_range{500, 500});
  CHECK(part_of("bytes=-500", 10000) == byte_range{9500, 500});
  CHECK(part_of("bytes=9500-", 10000) == byte_range{9500, 500});
  CHECK(part_of("bytes=0-0", 10000) == byte_range{0, 1});
  CHECK(part_of("bytes=-1", 10000) == byte_range{9999, 1});
}

TEST_CASE("a range is cut to the content") {
  CHECK(part_of("bytes=0-10000", 10000) == byte_range{0, 10000});
  CHECK(part_of("bytes=9999-20000", 10000) == byte_range{9999, 1});
  CHECK(part_of("bytes=-20000", 10000) == byte_range{0, 10000});
  CHECK(part_of("bytes=1-99999999999999999999999", 10) == byte_range{1, 9});
  CHECK(part_of("bytes=-99999999999999999999999", 10) == byte_range{0, 10});
  CHECK(part_of("bytes=0-", largest) == byte_range{0, largest});
  CHECK(part_of("bytes=-1", largest) == byte_range{largest - 1, 1});
  CHECK(part_of("bytes=4294967295-4294967296", uint64_t{1} << 33)
        == byte_range{4294967295, 2});
}

TEST_CASE("the unit of a range is of any case") {
  CHECK(part_of("Bytes=1-2", 10) == byte_range{1, 2});
}

TEST_CASE("a range beyond the content is unsatisfiable") {
  for (const auto* x : {"bytes=10-", "bytes=10-10", "bytes=11-20", "bytes=-0",
                        "bytes=99999999999999999999999-"})
    CHECK_MESSAGE(read_range(x, 10).what == kind::unsatisfiable, x);
  CHECK(read_range("bytes=0-", 0).what == kind::unsatisfiable);
  CHECK(read_range("bytes=18446744073709551615-", largest).what
        == kind::unsatisfiable);
  // There is no way to name this part.
  CHECK(read_range("bytes=-1", 0).what == kind::whole);
}

TEST_CASE("a malformed range and several ranges are ignored") {
  for (const auto* x :
       {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=5-4", "bytes=a-b",
        "bytes=1-2x", "bytes=0x1-2", "bytes=+1-2", "bytes=1--2", "bytes=--2",
        "bytes= 1-2", "bytes 1-2", "items=1-2", "bytes=1-2,4-5",
        "bytes=1-2, -1", "bytes=,", "bytes=1-2,"})
    CHECK_MESSAGE(read_range(x, 10).what == kind::whole, x);
  CHECK(read_range("bytes=0-" + std::string(8000, '0'), 10).what == kind::part);
}
