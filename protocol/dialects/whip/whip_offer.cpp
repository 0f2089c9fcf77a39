#include "protocol/dialects/whip/whip_offer.hpp"

#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/supported_capabilities.hpp"

#include <algorithm>

namespace troupe::protocol::whip {

namespace {

using choices = std::vector<checked<offered_track>>;

bool accepts(const choices& all, media_kind kind) {
  return std::ranges::any_of(
      all, [&](const auto& x) { return x && x->kind == kind; });
}

error unsupported(std::string what) {
  return {error_code::unsupported, std::move(what)};
}

// Why the offer is refused as a whole, or nothing.
std::optional<error> find_refusal(const sdp_offer& offer, const choices& all) {
  for (size_t i = 0; i < all.size(); ++i) {
    const auto& kind = offer.sections[i].kind;
    if (!all[i] && all[i].error().code == ortc_errc::no_common_codec && kind
        && !accepts(all, *kind))
      return unsupported(all[i].error().what);
  }
  if (std::ranges::any_of(all, [](const auto& x) { return x.has_value(); }))
    return std::nullopt;
  return unsupported(all.empty() ? "The offer has no audio and no video"
                                 : all.front().error().what);
}

} // namespace

std::variant<publication, error> read_offer(std::string_view text) {
  auto offer = parse_sdp_offer(text);
  if (!offer)
    return error{error_code::bad_request, offer.error().what};
  auto chosen = choose_tracks(*offer, default_router_rtp_capabilities());
  if (auto why = find_refusal(*offer, chosen))
    return std::move(*why);
  publication out;
  for (size_t i = 0; i < chosen.size(); ++i) {
    auto& answer = out.answers.emplace_back();
    if (!chosen[i])
      continue;
    if (out.tracks.empty()) {
      out.first_kind = chosen[i]->kind;
      out.first_mid = offer->sections[i].mid;
    }
    answer = chosen[i]->answer;
    auto& track = out.tracks.emplace_back(std::move(*chosen[i]));
    // The order of RIDs has no meaning. Most clients list the best picture
    // first.
    std::ranges::reverse(track.parameters.encodings);
  }
  out.sdp = std::move(*offer);
  return out;
}

} // namespace troupe::protocol::whip
