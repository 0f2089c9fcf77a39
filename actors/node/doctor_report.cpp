#include "actors/node/doctor.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace troupe::actors {

namespace {

const char* to_text(verdict x) {
  switch (x) {
    case verdict::ok:
      return "ok       ";
    case verdict::warning:
      return "warning  ";
    case verdict::wrong:
      return "wrong    ";
  }
  return "";
}

} // namespace

bool is_placeholder(std::string_view secret) {
  constexpr size_t least_octets = 8;
  std::string text;
  for (auto c : secret)
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const auto* word :
       {"change", "example", "placeholder", "secret", "password", "replace"})
    if (text.find(word) != std::string::npos)
      return true;
  return std::set<char>(text.begin(), text.end()).size() < least_octets;
}

std::string to_report(const std::vector<finding>& findings) {
  std::string out;
  for (const auto& x : findings) {
    out += to_text(x.how) + x.topic + ": " + x.what;
    if (!x.remedy.empty())
      out += " -> " + x.remedy;
    out += '\n';
  }
  return out;
}

int exit_code_of(const std::vector<finding>& findings) {
  return std::ranges::any_of(
      findings, [](const auto& x) { return x.how == verdict::wrong; });
}

} // namespace troupe::actors
