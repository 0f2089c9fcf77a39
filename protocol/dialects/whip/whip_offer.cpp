#include "protocol/dialects/whip/whip_offer.hpp"

#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "protocol/sdp/simulcast_order.hpp"

#include <algorithm>
#include <utility>

namespace troupe::protocol::whip {

namespace {

error unsupported(std::string what) {
  return {error_code::unsupported, std::move(what)};
}

// Why the offer is refused as a whole, or nothing. `all` has what becomes of
// each section.
template <class Choice>
std::optional<error> find_refusal(const sdp_offer& offer,
                                  const std::vector<checked<Choice>>& all) {
  const auto accepts = [&](media_kind kind) {
    for (size_t i = 0; i < all.size(); ++i)
      if (all[i] && offer.sections[i].kind == kind)
        return true;
    return false;
  };
  for (size_t i = 0; i < all.size(); ++i) {
    const auto& kind = offer.sections[i].kind;
    if (!all[i] && all[i].error().code == ortc_errc::no_common_codec && kind
        && !accepts(*kind))
      return unsupported(all[i].error().what);
  }
  if (std::ranges::any_of(all, [](const auto& x) { return x.has_value(); }))
    return std::nullopt;
  return unsupported(all.empty() ? "The offer has no audio and no video"
                                 : all.front().error().what);
}

// The encodings of simulcast, the lowest first.
void order_encodings(std::vector<rtp_encoding_parameters>& encodings,
                     std::vector<sdp_rid> rids) {
  order_by_layers(rids);
  std::ranges::sort(encodings, {}, [&](const auto& x) {
    return std::ranges::find(rids, x.rid, &sdp_rid::id) - rids.begin();
  });
}

// The offer with what becomes of its sections. `answer_of` makes the answer of
// an accepted one.
template <class Choice, class F>
session_offer make_offer(sdp_offer offer, std::vector<checked<Choice>>& all,
                         F answer_of) {
  session_offer out;
  bool is_first = true;
  for (size_t i = 0; i < all.size(); ++i) {
    auto& answer = out.answers.emplace_back();
    if (!all[i])
      continue;
    if (std::exchange(is_first, false)) {
      out.first_kind = offer.sections[i].kind.value_or(media_kind::audio);
      out.first_mid = offer.sections[i].mid;
    }
    answer = answer_of(*all[i], offer.sections[i]);
  }
  out.sdp = std::move(offer);
  return out;
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
  out.offer =
      make_offer(*std::move(offer), chosen,
                 [&](offered_track& x, const sdp_section& section) {
                   auto& track = out.tracks.emplace_back(std::move(x));
                   order_encodings(track.parameters.encodings, section.rids);
                   return track.answer;
                 });
  return out;
}

std::variant<session_offer, error>
read_view(std::string_view text, const std::vector<viewer_stream>& streams) {
  auto offer = parse_sdp_offer(text);
  if (!offer)
    return error{error_code::bad_request, offer.error().what};
  auto chosen = choose_viewer_sections(
      *offer, default_router_rtp_capabilities(), streams);
  if (auto why = find_refusal(*offer, chosen))
    return std::move(*why);
  return make_offer(
      *std::move(offer), chosen,
      [](sdp_answer_section& x, const sdp_section&) { return std::move(x); });
}

} // namespace troupe::protocol::whip
