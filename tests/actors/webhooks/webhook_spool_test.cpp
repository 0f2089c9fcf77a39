#include "actors/webhooks/webhook_spool.hpp"
#include "tests/actors/support/temporary_file.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

namespace {

webhook_message lasting(const std::string& id, const std::string& room = "r") {
  return {id, room, R"({"event":"recording_finished"})",
          webhook_priority::lasting};
}

std::string ids_of(const webhook_spool& spool) {
  std::string out;
  for (const auto& x : spool.events())
    out += x.id + "/" + x.room + " ";
  return out;
}

std::string content(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write(const std::string& path, const std::string& text) {
  std::ofstream{path, std::ios::binary} << text;
}

} // namespace

TEST_CASE("what is spooled and not removed is there after a restart") {
  test::temporary_file file{""};
  {
    auto spool = webhook_spool::open(file.path()).value();
    CHECK(spool.add(lasting("1", "two\nlines")));
    CHECK(spool.add(lasting("2")));
    CHECK(spool.add(lasting("3")));
    CHECK(spool.remove("2"));
    // No destructor runs: a killed process leaves what the system has.
    auto other = webhook_spool::open(file.path()).value();
    CHECK(ids_of(other) == "1/two\nlines 3/r ");
    CHECK(other.events().at(0).body == lasting("1").body);
    CHECK(other.events().at(0).priority == webhook_priority::lasting);
  }
}

TEST_CASE("a record that a crash has cut is left out, at any place") {
  test::temporary_file file{""};
  {
    auto spool = webhook_spool::open(file.path()).value();
    CHECK(spool.add(lasting("1")));
  }
  const auto first = content(file.path());
  {
    auto spool = webhook_spool::open(file.path()).value();
    CHECK(spool.add(lasting("2")));
  }
  const auto both = content(file.path());
  REQUIRE(both.starts_with(first));
  for (auto size = first.size(); size < both.size(); ++size) {
    write(file.path(), both.substr(0, size));
    auto spool = webhook_spool::open(file.path()).value();
    CHECK(ids_of(spool) == "1/r ");
    // What is added after that is read again.
    CHECK(spool.add(lasting("3")));
    CHECK(ids_of(webhook_spool::open(file.path()).value()) == "1/r 3/r ");
  }
}

TEST_CASE("a spool of anything else is read without harm") {
  test::temporary_file file{""};
  for (const auto* text :
       {"\n\n\n", "+ 1 99999999999999999999 1\n",
        "+ 1 18446744073709551615 1\nx", "+ 1 1 18446744073709551615\nx\n",
        "+ 1 -1 1\nx\n", "+\n", "- 1\n", "+ 1 0 0\n", "noise"}) {
    write(file.path(), text);
    CHECK(ids_of(webhook_spool::open(file.path()).value()).empty());
  }
}

TEST_CASE("a spool in use does not grow for ever") {
  test::temporary_file file{""};
  auto spool = webhook_spool::open(file.path()).value();
  CHECK(spool.add(lasting("first")));
  for (int i = 0; i < 30'000; ++i) {
    CHECK(spool.add(lasting(std::to_string(i))));
    CHECK(spool.remove(std::to_string(i)));
  }
  CHECK(content(file.path()).size() < webhook_spool::compact_above + 1'000);
  CHECK(ids_of(webhook_spool::open(file.path()).value()) == "first/r ");
}

TEST_CASE("a spool that cannot be written says why") {
  const auto spool = webhook_spool::open("/nonexistent/folder/x.spool");
  REQUIRE(!spool);
  CHECK(spool.error() == std::errc::no_such_file_or_directory);
}

TEST_CASE("each receiver has a spool of its own") {
  CHECK(spool_name("https://a.example/") != spool_name("https://b.example/"));
  CHECK(spool_name("https://a.example/").size() == 31);
}
