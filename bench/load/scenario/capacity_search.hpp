#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace troupe::load {

/// The range and precision of a capacity_search.
struct search_range {
  /// The first load to try.
  uint32_t first = 1;
  /// The highest load to try.
  uint32_t most = 256;
  /// The accepted gap between the highest load that holds and the lowest that
  /// fails, as a share of the former; 0: they are neighbours.
  double precision = 0;
};

/// Finds the highest load that holds: by doubling until one fails, then by
/// bisection. Assumes that if a load holds, all lower ones do. Pure: the caller
/// makes the tries.
///
/// A failure may be chance: the lowest failed load, the border, counts only
/// after two failures. If it holds at the second try, the search continues
/// above it. Failures far above the border are not repeated, so most loads are
/// tried once and none more than twice.
class capacity_search {
public:
  explicit capacity_search(const search_range& x);

  /// The load to try next; nothing if the search is complete.
  std::optional<uint32_t> next() const;

  /// Adds the result of trying `load`.
  void add(uint32_t load, bool held);

  /// Records that a longer try of `load` failed. It becomes the border, and the
  /// search continues below it.
  void revoke(uint32_t load);

  /// The highest load that has held; 0 if none has.
  uint32_t highest() const;

  /// The lowest load above `highest()` that has failed.
  std::optional<uint32_t> border() const;

private:
  /// The results of one load.
  struct record {
    bool held = false;
    uint32_t failures = 0;
  };

  search_range range_;
  std::map<uint32_t, record> tried_;
};

} // namespace troupe::load
