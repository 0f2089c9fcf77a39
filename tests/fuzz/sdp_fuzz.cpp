// Feeds any octets to the parsers of session descriptions. What is accepted is
// negotiated and answered; the answer must parse, except that it may have no
// transport for a client that is refused altogether.
#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "protocol/sdp/ice_fragment.hpp"
#include "protocol/sdp/sdp_tracks.hpp"

#include <cstdlib>

using namespace troupe;
using namespace troupe::protocol;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

sdp_answer server_side() {
  sdp_answer out;
  out.ice = {"serverufrag", "serverpassword", false};
  out.candidates = {{"1", 1, "192.0.2.1", ice_protocol::udp, 443}};
  std::string hash = "AB";
  for (int i = 1; i < 32; ++i)
    hash += ":AB";
  out.dtls = {dtls_role::automatic, {{"sha-256", hash}}};
  return out;
}

// The server must be able to produce each track as it was negotiated.
void produce(const offered_track& track) {
  auto random = net::make_seeded_rng(1);
  auto params = track.parameters;
  std::string cname;
  complete_producer_parameters(params, cname, *random);
  require(check_producer(track.kind, params).has_value());
  require(get_producer_rtp_parameters_mapping(
              params, default_router_rtp_capabilities(), *random)
              .has_value());
}

void answer(const sdp_offer& offer) {
  auto out = server_side();
  size_t accepted = 0;
  for (const auto& x :
       choose_tracks(offer, default_router_rtp_capabilities())) {
    auto& section = out.sections.emplace_back();
    if (!x) {
      require(x.error().code && !x.error().what.empty());
      continue;
    }
    ++accepted;
    produce(*x);
    section = x->answer;
  }
  require(out.sections.size() == offer.sections.size() && accepted <= 2);
  const auto text = write_sdp_answer(offer, out);
  require(text.size() < 8'192);
  const auto again = parse_sdp_offer(text);
  if (!again) {
    require(accepted == 0 && again.error().code == sdp_errc::no_transport);
    return;
  }
  require(again->sections.size() == offer.sections.size());
  for (size_t i = 0; i < offer.sections.size(); ++i) {
    require(again->sections[i].mid == offer.sections[i].mid);
    require(again->sections[i].rejected == !out.sections[i].has_value());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto fragment = parse_ice_fragment(text);
  require(fragment || !fragment.error().what.empty());
  const auto offer = parse_sdp_offer(text);
  if (!offer) {
    require(offer.error().code && !offer.error().what.empty());
    return 0;
  }
  answer(*offer);
  return 0;
}
