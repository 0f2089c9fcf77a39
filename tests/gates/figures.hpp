#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Gates: counts per packet that a change may not make worse unnoticed.
namespace troupe::gates {

/// Counts per packet sent, by name: "messages", "actor_messages".
using figures = std::map<std::string, double>;

/// The figures of scenarios, by scenario and load: "webinar/light".
using figure_table = std::map<std::string, figures>;

/// How much worse a count may become, as a share of the old one.
inline constexpr double tolerance = 0.03;

/// A count of this prefix tells what the server does, not what it costs: it may
/// change in neither direction.
inline constexpr std::string_view behaviour_prefix = "forwarded_";

/// What a comparison says about one count or scenario.
enum class verdict {
  /// Within the tolerance; not reported.
  unchanged,
  /// Lower by more than the tolerance. The file should be written anew, so that
  /// the gain is kept.
  better,
  /// Higher by more than the tolerance, or changed behaviour.
  worse,
  /// The file has no such scenario or count, or the run lacks one of the file.
  unknown,
};

/// One line of a comparison.
struct finding {
  verdict what = verdict::unchanged;
  /// Names the scenario, the count, the old and the new figure.
  std::string text;
};

/// Compares what was measured with the figures of the file. If `all` scenarios
/// were measured, one that only the file has is `unknown`, too.
std::vector<finding> compare(const figure_table& file,
                             const figure_table& measured, bool all);

/// Whether a finding fails the test.
constexpr bool is_red(verdict x) {
  return x == verdict::worse || x == verdict::unknown;
}

/// `x` as JSON with six significant digits, one count a line.
std::string to_json(const figure_table& x);

/// Parses the JSON of to_json(). Nothing if it has another form.
std::optional<figure_table> parse_figures(std::string_view text);

} // namespace troupe::gates
