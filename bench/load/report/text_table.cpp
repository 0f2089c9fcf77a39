#include "bench/load/report/text_table.hpp"

#include <algorithm>
#include <cstdio>

namespace troupe::load {

namespace {

// The number of columns of a text: UTF-8 continuation octets take none.
size_t width_of(const std::string& text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

} // namespace

std::string in_thousands(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  std::string out{text};
  auto first = out.find_first_of("0123456789");
  auto point = out.find('.');
  auto at = point == std::string::npos ? out.size() : point;
  for (; at > first + 3; at -= 3)
    out.insert(at - 3, 1, ',');
  return out;
}

text_table& text_table::row(std::vector<std::string> cells) {
  rows_.push_back(std::move(cells));
  return *this;
}

std::string text_table::str() const {
  std::vector<size_t> widths;
  for (auto& cells : rows_) {
    widths.resize(std::max(widths.size(), cells.size()));
    for (size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], width_of(cells[i]));
  }
  std::string out;
  for (auto& cells : rows_) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      auto fill = widths[i] - width_of(cells[i]);
      line.append(i == 0 ? 0 : 2 + fill, ' ').append(cells[i]);
      line.append(i == 0 ? fill : 0, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out.append(line).append("\n");
  }
  return out;
}

} // namespace troupe::load
