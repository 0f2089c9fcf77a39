#pragma once

#include <string>
#include <vector>

namespace troupe::load {

/// A number with `digits` decimals and a comma for each thousand:
/// "12,345.6". Units stay with the caller.
std::string in_thousands(double value, int digits = 0);

/// Text in columns for a terminal. The first column is set left, the others
/// right; columns are as wide as their widest cell, two blanks apart.
class text_table {
public:
  /// Adds a line of cells. Lines may have different numbers of them.
  text_table& row(std::vector<std::string> cells);

  std::string str() const;

private:
  std::vector<std::vector<std::string>> rows_;
};

} // namespace troupe::load
