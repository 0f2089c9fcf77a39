#include "tests/gates/figures.hpp"

#include <rapidjson/document.h>

#include <cstdio>
#include <utility>

namespace troupe::gates {

namespace {

// Below this, a count per packet is zero.
constexpr double nothing = 1e-6;

std::string number(double x) {
  char out[32];
  std::snprintf(out, sizeof out, "%.6g", x);
  return out;
}

verdict judge(std::string_view name, double before, double now) {
  auto margin = before * tolerance + nothing;
  if (now > before + margin)
    return verdict::worse;
  if (now >= before - margin)
    return verdict::unchanged;
  return name.starts_with(behaviour_prefix) ? verdict::worse : verdict::better;
}

std::string describe(const std::string& scenario, const std::string& name,
                     double before, double now) {
  auto out = scenario + ": " + name + " per packet was " + number(before)
             + " and is " + number(now);
  if (before < nothing)
    return out;
  char change[32];
  std::snprintf(change, sizeof change, " (%+.1f %%)", (now / before - 1) * 100);
  return out + change;
}

void compare_counts(const std::string& scenario, const figures& file,
                    const figures& measured, std::vector<finding>& out) {
  for (const auto& [name, now] : measured) {
    auto before = file.find(name);
    if (before == file.end()) {
      out.push_back({verdict::unknown, scenario + ": the file has no " + name});
      continue;
    }
    auto what = judge(name, before->second, now);
    if (what != verdict::unchanged)
      out.push_back({what, describe(scenario, name, before->second, now)});
  }
  for (const auto& [name, before] : file)
    if (!measured.contains(name))
      out.push_back({verdict::unknown, scenario + ": " + name
                                           + " is in the file, but was not "
                                             "measured"});
}

} // namespace

std::vector<finding> compare(const figure_table& file,
                             const figure_table& measured, bool all) {
  std::vector<finding> out;
  for (const auto& [scenario, counts] : measured) {
    auto known = file.find(scenario);
    if (known == file.end())
      out.push_back({verdict::unknown, "the file has no scenario " + scenario});
    else
      compare_counts(scenario, known->second, counts, out);
  }
  for (const auto& [scenario, counts] : file)
    if (all && !measured.contains(scenario))
      out.push_back({verdict::unknown,
                     scenario + " is in the file, but was not measured"});
  return out;
}

std::string to_json(const figure_table& x) {
  std::string out = "{";
  const char* before_scenario = "\n";
  for (const auto& [scenario, counts] : x) {
    out += std::exchange(before_scenario, ",\n");
    out += "  \"" + scenario + "\": {";
    const char* before_count = "\n";
    for (const auto& [name, value] : counts) {
      out += std::exchange(before_count, ",\n");
      out += "    \"" + name + "\": " + number(value);
    }
    out += "\n  }";
  }
  return out + "\n}\n";
}

std::optional<figure_table> parse_figures(std::string_view text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError() || !document.IsObject())
    return std::nullopt;
  figure_table out;
  for (const auto& [scenario, counts] : document.GetObject()) {
    if (!counts.IsObject())
      return std::nullopt;
    auto& to = out[scenario.GetString()];
    for (const auto& [name, value] : counts.GetObject()) {
      if (!value.IsNumber())
        return std::nullopt;
      to[name.GetString()] = value.GetDouble();
    }
  }
  return out;
}

} // namespace troupe::gates
