#include "protocol/sdp/ice_fragment.hpp"

#include "protocol/sdp/sdp_candidates.hpp"
#include "protocol/sdp/sdp_draft.hpp"
#include "protocol/sdp/sdp_text.hpp"

namespace troupe::protocol {

namespace {

// libwebrtc adds "ufrag abc" to its candidates.
std::string_view ufrag_of_candidate(std::string_view candidate) {
  while (!candidate.empty())
    if (take_sdp_word(candidate) == "ufrag")
      return take_sdp_word(candidate);
  return {};
}

} // namespace

checked<ice_fragment> parse_ice_fragment(std::string_view text) {
  const auto lines = split_sdp_lines(text);
  if (!lines)
    return lines.error();
  ice_fragment out;
  sdp_draft draft;
  std::string named;
  for (const auto& line : *lines) {
    if (line.type != 'a')
      continue;
    constexpr std::string_view candidate = "candidate:";
    if (line.value.starts_with(candidate)) {
      ++out.candidates;
      if (named.empty())
        named = ufrag_of_candidate(line.value);
    }
    out.end_of_candidates |= line.value == "end-of-candidates";
    const bool is_ufrag = line.value.starts_with("ice-ufrag:");
    const bool is_password = line.value.starts_with("ice-pwd:");
    if (!is_ufrag && !is_password)
      continue;
    if (auto fault = read_attribute(draft, line.value)) {
      fault->what = "line " + std::to_string(line.number) + ": " + fault->what;
      return *std::move(fault);
    }
    if (is_ufrag && out.username_fragment.empty())
      out.username_fragment = draft.ice.username_fragment;
    if (is_password && out.password.empty())
      out.password = draft.ice.password;
  }
  if (out.username_fragment.empty())
    out.username_fragment = std::move(named);
  return out;
}

std::string write_ice_fragment(const ice_parameters& ice,
                               const std::vector<ice_candidate>& candidates,
                               media_kind kind, std::string_view mid) {
  std::string out;
  if (ice.ice_lite)
    out += "a=ice-lite\r\n";
  out += "a=ice-ufrag:" + ice.username_fragment + "\r\n";
  out += "a=ice-pwd:" + ice.password + "\r\n";
  out += "m=" + std::string(to_string(kind)) + " 9 UDP/TLS/RTP/SAVPF 0\r\n";
  if (!mid.empty())
    out += "a=mid:" + std::string(mid) + "\r\n";
  write_sdp_candidates(out, candidates);
  return out;
}

} // namespace troupe::protocol
