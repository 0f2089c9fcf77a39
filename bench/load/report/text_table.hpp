#pragma once

#include <string>
#include <vector>

namespace troupe::load {

/// A number with `digits` decimals and thousands separators: "12,345.6". The
/// caller appends the unit.
std::string in_thousands(double value, int digits = 0);

/// Columns of text, the first left-aligned, the others right-aligned; each is
/// as wide as its widest cell, and two spaces separate them.
class text_table {
public:
  /// Adds a row of cells. Rows may differ in their number of cells.
  text_table& row(std::vector<std::string> cells);

  std::string str() const;

private:
  std::vector<std::vector<std::string>> rows_;
};

} // namespace troupe::load
