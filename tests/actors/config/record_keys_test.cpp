#include "actors/config/record_keys.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace troupe::actors;

namespace {

config_outcome read(std::vector<const char*> flags) {
  flags.insert(flags.begin(), "troupe");
  return read_config(static_cast<int>(flags.size()), flags.data());
}

} // namespace

TEST_CASE("nothing is recorded unless a directory is set") {
  const auto out = read({});
  REQUIRE(out.settings);
  CHECK(out.settings->record.directory.empty());
  CHECK(out.settings->record.min_free == uint64_t{1} << 30);
  CHECK(out.settings->record.consent == "notice");
}

TEST_CASE("sizes of recordings may have a unit") {
  const auto out = read({"--record.directory=/var/lib/troupe/recordings",
                         "--record.min-free=500M", "--record.max-bytes=4711",
                         "--record.consent=ask", "--record.auto=true"});
  REQUIRE(out.settings);
  CHECK(out.settings->record.min_free == uint64_t{500} << 20);
  CHECK(out.settings->record.max_bytes == 4711);
  CHECK(out.settings->record.consent == "ask");
  CHECK(out.settings->record.automatic);
}

TEST_CASE("a key of recordings with a bad value is named") {
  for (const auto* flag :
       {"--record.min-free=", "--record.min-free=much", "--record.min-free=-1",
        "--record.max-bytes=1X", "--record.consent=never",
        "--record.keep-days=-1", "--record.public-url=ftp://example.org",
        "--record.auto=true"}) {
    CAPTURE(flag);
    const auto out = read({flag});
    CHECK_FALSE(out.settings);
    CHECK(out.exit_code == 2);
    const std::string key{flag + 2};
    CHECK(out.text.find(key.substr(0, key.find('='))) != std::string::npos);
  }
}
