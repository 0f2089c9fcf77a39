#include "bench/load/scenario/streams.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

constexpr uint32_t first_member_ssrc = 0x1000'0000;
constexpr uint32_t ssrcs_of_member = 32;
constexpr uint32_t ssrcs_of_audio = 16;

bool has_feedback(const protocol::rtp_codec_parameters& codec,
                  std::string_view type) {
  return std::ranges::any_of(codec.feedback, [&](const auto& x) {
    return x.type == type && x.parameter.empty();
  });
}

} // namespace

track track_of(traffic x, uint32_t member) {
  track out;
  auto audio = is_audio(x);
  out.kind = audio ? protocol::media_kind::audio : protocol::media_kind::video;
  out.simulcast = encoding_count(x) > 1;
  out.mid = audio ? "0" : "1";
  out.cname = "m" + std::to_string(member);
  out.first_ssrc = first_member_ssrc + member * ssrcs_of_member
                   + (audio ? 0 : ssrcs_of_audio);
  return out;
}

source_config source_of(traffic x, const track& from,
                        const protocol::rtp_parameters& parameters) {
  source_config out;
  out.kind = x;
  out.payload_type = rtp::payload_type{parameters.codecs.at(0).payload_type};
  if (parameters.codecs.size() > 1)
    out.rtx_payload_type = rtp::payload_type{parameters.codecs[1].payload_type};
  for (const auto& e : parameters.header_extensions)
    if (auto known = rtp::extension_from_uri(e.uri))
      out.extensions.set(*known, e.id);
  out.mid = parameters.mid;
  out.cname = parameters.rtcp.cname;
  for (size_t i = 0; i < encoding_count(x); ++i) {
    auto& to = out.encodings.emplace_back();
    to.ssrc = rtp::ssrc{ssrc_of(from, i)};
    if (out.rtx_payload_type)
      to.rtx_ssrc = rtp::ssrc{rtx_ssrc_of(from, i)};
    to.rid = parameters.encodings.at(i).rid;
  }
  return out;
}

consumer_config consumer_of(const consumer_offer& offer) {
  const auto& in = offer.parameters;
  if (in.encodings.empty() || !in.encodings[0].ssrc || in.codecs.empty())
    throw signaling_error{"the consumer's parameters contain no stream"};
  consumer_config out;
  out.ssrc = rtp::ssrc{*in.encodings[0].ssrc};
  if (in.encodings[0].rtx_ssrc)
    out.rtx_ssrc = rtp::ssrc{*in.encodings[0].rtx_ssrc};
  out.kind = offer.kind == protocol::media_kind::audio ? rtp::media_kind::audio
                                                       : rtp::media_kind::video;
  out.nack = out.rtx_ssrc && has_feedback(in.codecs[0], "nack");
  if (has_feedback(in.codecs[0], "transport-cc"))
    for (const auto& x : in.header_extensions)
      if (rtp::extension_from_uri(x.uri) == rtp::extension::transport_cc)
        out.transport_cc_id = x.id;
  return out;
}

transport_config transport_of(const transport_offer& offer) {
  const auto& candidate = offer.udp();
  auto address = net::parse_address(candidate.address, candidate.port);
  if (!address)
    throw signaling_error{"the candidate is not an address: "
                          + candidate.address};
  transport_config out;
  out.server = *address;
  out.ice = {offer.ice.username_fragment, offer.ice.password};
  for (const auto& x : offer.dtls.fingerprints)
    out.fingerprints.push_back({x.algorithm, x.value});
  return out;
}

} // namespace troupe::load
