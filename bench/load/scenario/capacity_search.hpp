#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace troupe::load {

/// Where a capacity_search looks.
struct search_range {
  /// The load to begin with.
  uint32_t first = 1;
  /// The largest to try.
  uint32_t most = 256;
  /// How near the highest load that holds must come to the lowest that does
  /// not, as a share of the former; 0: they are neighbours.
  double precision = 0;
};

/// Finds the highest load that holds: by doubling until one fails, then by
/// bisection. Takes for granted that what holds at a load holds at all lower
/// ones; pure, so whoever uses it makes the tries.
///
/// A failure may be chance: the lowest load that fails, the border, counts only
/// once it has failed twice. If it holds at the second try, the search goes on
/// above it. Failures far above the border are not tried again, so most loads
/// are tried once and none more often than twice.
class capacity_search {
public:
  explicit capacity_search(const search_range& x);

  /// The load to try next; nothing once the highest is known.
  std::optional<uint32_t> next() const;

  /// What came of trying `load`.
  void add(uint32_t load, bool held);

  /// `load` does not hold after all, as a longer try has shown. It is the
  /// border from now on, and the search goes on below.
  void revoke(uint32_t load);

  /// The highest load that has held; 0 for none.
  uint32_t highest() const;

  /// The lowest load above `highest()` that has failed.
  std::optional<uint32_t> border() const;

private:
  /// What is known of a load that was tried.
  struct record {
    bool held = false;
    uint32_t failures = 0;
  };

  search_range range_;
  std::map<uint32_t, record> tried_;
};

} // namespace troupe::load
