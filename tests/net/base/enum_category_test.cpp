#include "net/base/enum_category.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace {

enum class fruit_errc { unripe = 1, rotten };

std::string_view text_of(fruit_errc value) {
  switch (value) {
    case fruit_errc::unripe:
      return "not ripe";
    case fruit_errc::rotten:
      return "too old";
  }
  return "unknown fruit error";
}

const std::error_category& fruit_category() {
  static const troupe::net::enum_category<fruit_errc> instance{"fruit",
                                                               text_of};
  return instance;
}

std::error_code to_code(fruit_errc value) {
  return {static_cast<int>(value), fruit_category()};
}

} // namespace

TEST_CASE("an enum's category has its name and the texts of its values") {
  CHECK(fruit_category().name() == std::string_view{"fruit"});
  CHECK(to_code(fruit_errc::unripe).message() == "not ripe");
  CHECK(to_code(fruit_errc::rotten).message() == "too old");
}

TEST_CASE("a number that is no value of the enum has a text too") {
  CHECK(fruit_category().message(7) == "unknown fruit error");
}
