#include "protocol/verbs/wall_time.hpp"

#include <array>
#include <cstdio>

namespace troupe::protocol {

std::string to_text(wall_time x) {
  using namespace std::chrono;
  const auto day = floor<days>(x);
  const year_month_day date{day};
  const hh_mm_ss time{x - day};
  std::array<char, 64> out{};
  const auto length = std::snprintf(
      out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()),
      static_cast<int>(time.subseconds().count()));
  return {out.data(), static_cast<size_t>(length)};
}

} // namespace troupe::protocol
