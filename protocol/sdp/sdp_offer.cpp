#include "protocol/sdp/sdp_offer.hpp"

#include "net/base/enum_category.hpp"
#include "protocol/sdp/sdp_draft.hpp"
#include "protocol/sdp/sdp_text.hpp"

#include <algorithm>
#include <utility>

namespace troupe::protocol {

namespace {

std::string_view text_of(sdp_errc value) {
  switch (value) {
    case sdp_errc::too_large:
      return "session description too large";
    case sdp_errc::too_many:
      return "too many lines or values";
    case sdp_errc::malformed:
      return "not a session description";
    case sdp_errc::bad_value:
      return "attribute with an invalid value";
    case sdp_errc::no_transport:
      return "no ICE credentials or no usable fingerprint";
    case sdp_errc::lite_client:
      return "the client is ICE-lite";
    case sdp_errc::section_rejected:
      return "rejected by the client";
    case sdp_errc::unsupported_media:
      return "neither audio nor video";
    case sdp_errc::not_bundled:
      return "not bundled with the first section";
    case sdp_errc::no_rtcp_mux:
      return "no rtcp-mux";
    case sdp_errc::wrong_direction:
      return "nothing to send or to receive";
    case sdp_errc::second_of_kind:
      return "another section of this kind is accepted";
    case sdp_errc::unidentified:
      return "no source, MID or RID identifies the packets";
  }
  return "unknown error of a session description";
}

refusal at_line(const sdp_line& line, refusal why) {
  why.what = "line " + std::to_string(line.number) + ": " + why.what;
  return why;
}

checked<std::vector<sdp_draft>>
read_drafts(const std::vector<sdp_line>& lines) {
  // The first draft is the session's.
  std::vector<sdp_draft> out(1);
  for (const auto& line : lines) {
    sdp_fault fault;
    if (line.type == 'm') {
      if (out.size() > sdp_limits::sections)
        return at_line(line, {sdp_errc::too_many, "more than 16 sections"});
      out.push_back(sdp_draft{out.front()});
      fault = begin_section(out.back(), line.value);
    } else if (line.type == 'a') {
      fault = read_attribute(out.back(), line.value);
    }
    if (fault)
      return at_line(line, *std::move(fault));
  }
  return out;
}

// Bundled sections share the transport of one of them; rejected ones have none.
checked<void> find_transport(sdp_offer& out,
                             const std::vector<sdp_draft>& drafts) {
  const auto usable = [](const sdp_draft& x) {
    return !x.section.rejected || x.bundle_only;
  };
  const auto ice =
      std::find_if(drafts.begin() + 1, drafts.end(), [&](const sdp_draft& x) {
        return usable(x) && !x.ice.username_fragment.empty()
               && !x.ice.password.empty();
      });
  const auto dtls =
      std::find_if(drafts.begin() + 1, drafts.end(), [&](const sdp_draft& x) {
        return usable(x) && !x.fingerprints.empty();
      });
  if (ice == drafts.end())
    return refusal{sdp_errc::no_transport, "no a=ice-ufrag and a=ice-pwd"};
  if (dtls == drafts.end())
    return refusal{sdp_errc::no_transport, "no usable a=fingerprint"};
  if (ice->ice.ice_lite)
    return refusal{sdp_errc::lite_client,
                   "a=ice-lite: the server is ICE-lite, so the client must "
                   "send the checks"};
  out.ice = ice->ice;
  out.dtls = {dtls->role, dtls->fingerprints};
  return {};
}

checked<void> check_mids(const std::vector<sdp_section>& sections) {
  for (auto i = sections.begin(); i != sections.end(); ++i)
    if (!i->mid.empty()
        && std::find_if(sections.begin(), i, [&](const auto& x) {
             return x.mid == i->mid;
           }) != i)
      return refusal{sdp_errc::bad_value,
                     "a=mid: two sections have the MID " + i->mid};
  return {};
}

} // namespace

const std::error_category& sdp_category() {
  static const net::enum_category<sdp_errc> instance{"sdp", text_of};
  return instance;
}

std::error_code make_error_code(sdp_errc value) {
  return {static_cast<int>(value), sdp_category()};
}

checked<sdp_offer> parse_sdp_offer(std::string_view text) {
  const auto lines = split_sdp_lines(text);
  if (!lines)
    return lines.error();
  if (lines->empty() || lines->front().type != 'v'
      || lines->front().value != "0")
    return refusal{sdp_errc::malformed, "does not begin with v=0"};
  auto drafts = read_drafts(*lines);
  if (!drafts)
    return drafts.error();
  if (drafts->size() == 1)
    return refusal{sdp_errc::malformed, "no section of media"};
  sdp_offer out;
  if (auto found = find_transport(out, *drafts); !found)
    return found.error();
  out.bundles = drafts->front().bundles;
  for (auto i = drafts->begin() + 1; i != drafts->end(); ++i)
    out.sections.push_back(finish_section(std::move(*i)));
  if (auto unique = check_mids(out.sections); !unique)
    return unique.error();
  return out;
}

} // namespace troupe::protocol
