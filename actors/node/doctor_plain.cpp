#include "actors/node/doctor.hpp"
#include "actors/transport/plain_networks.hpp"

#include <algorithm>

/// Checks plain transports, which clients can make send to other hosts, and
/// forwards.
namespace troupe::actors {

namespace {

// The prefixes that are neither private nor this host's, as text.
std::string public_ones(const std::vector<std::string>& prefixes) {
  std::string out;
  for (const auto& x : prefixes)
    if (x != "none" && !is_local_prefix(x))
      out += (out.empty() ? "" : ", ") + x;
  return out;
}

// Whether a prefix is so short that it spans networks of many owners.
bool is_wide(const std::string& prefix) {
  constexpr int least_v4 = 16;
  constexpr int least_v6 = 32;
  const auto slash = prefix.find('/');
  if (slash == std::string::npos || is_local_prefix(prefix))
    return false;
  const auto v6 = prefix.find(':') != std::string::npos;
  return std::stoi(prefix.substr(slash + 1)) < (v6 ? least_v6 : least_v4);
}

} // namespace

void diagnose_plain_transports(const config& settings,
                               std::vector<finding>& out) {
  const auto& rtc = settings.rtc;
  if (rtc.plain_transports == 0)
    return;
  const auto destinations = plain_destinations(rtc);
  const auto wide = std::ranges::find_if(destinations, is_wide);
  const auto trusted = public_ones(rtc.plain_trusted);
  if (wide != destinations.end())
    out.push_back({verdict::warning, "plain transports",
                   "clients may make them send to any host in " + *wide,
                   "list only the hosts that receive media in "
                   "rtc.plain-destinations"});
  if (!trusted.empty())
    out.push_back({verdict::warning, "plain transports",
                   trusted + " gets media without having asked for it",
                   "list in rtc.plain-trusted only your own hosts that send "
                   "no RTCP reports"});
  if (wide == destinations.end() && trusted.empty())
    out.push_back({verdict::ok,
                   "plain transports",
                   "may send to " + std::to_string(destinations.size())
                       + " listed networks",
                   {}});
}

void diagnose_forwards(const config& settings, std::vector<finding>& out) {
  const auto& allowed = settings.rtc.forward_allow;
  if (allowed.empty())
    return;
  const auto beyond = public_ones(allowed);
  if (beyond.empty())
    out.push_back(
        {verdict::ok,
         "forwards",
         "may go to " + std::to_string(allowed.size()) + " listed networks",
         {}});
  else
    out.push_back({verdict::warning, "forwards",
                   "may go unencrypted through the internet to " + beyond,
                   "list in rtc.forward-allow only hosts that are reached "
                   "through your own networks"});
}

} // namespace troupe::actors
