#include "actors/node/doctor.hpp"
#include "net/base/address_prefix.hpp"

#include <algorithm>
#include <cctype>
#include <ctime>
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

std::string day_of(std::chrono::system_clock::time_point x) {
  auto seconds = std::chrono::system_clock::to_time_t(x);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

bool is_private(const net::socket_address& x) {
  static const auto ranges = [] {
    std::vector<net::address_prefix> out;
    for (const auto* text : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                             "100.64.0.0/10", "169.254.0.0/16", "fc00::/7"})
      out.push_back(*net::address_prefix::parse(text));
    return out;
  }();
  return std::ranges::any_of(ranges,
                             [&](const auto& r) { return r.contains(x); });
}

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
