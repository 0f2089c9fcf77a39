#include "protocol/sdp/sdp_tracks.hpp"

#include "protocol/ortc/h264_profile.hpp"
#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/ortc_match.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "protocol/verbs/mime_type.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::protocol {

namespace {

// The format parameters that an answer repeats: those that tell the client how
// to encode. `sprop-` parameters describe what the client itself sends.
constexpr std::array<std::string_view, 12> answered_parameters{
    "cbr",       "level-asymmetry-allowed",
    "level-idx", "maxaveragebitrate",
    "minptime",  "packetization-mode",
    "profile",   "profile-id",
    "stereo",    "tier",
    "usedtx",    "useinbandfec"};

// Names more codecs than any client prefers, and bounds the text.
constexpr size_t max_named_codecs = 16;

refusal refuse(const sdp_section& section, std::error_code code,
               std::string_view why) {
  return {code, section.media + ": " + std::string(why)};
}

bool is_on(const parameter_map& parameters, std::string_view name) {
  const auto i = parameters.find(name);
  return i != parameters.end() && i->second == parameter_value{int64_t{1}};
}

const rtp_codec_capability* find_in_router(const rtp_codec_parameters& codec,
                                           const rtp_capabilities& router) {
  if (is_rtx(codec.mime_type))
    return nullptr;
  const auto i = std::ranges::find_if(router.codecs, [&](const auto& x) {
    return is_compatible_codec(codec, x);
  });
  return i == router.codecs.end() ? nullptr : &*i;
}

// "H265, H264 (42001f)": the names of the media codecs of a section.
std::string name_codecs(const sdp_section& section) {
  std::vector<std::string> names;
  for (const auto& x : section.codecs) {
    if (is_rtx(x.mime_type) || names.size() == max_named_codecs)
      continue;
    auto name = x.mime_type.substr(x.mime_type.find('/') + 1);
    const auto profile = x.parameters.find("profile-level-id");
    if (profile != x.parameters.end())
      if (const auto* text = std::get_if<std::string>(&profile->second);
          text && text->size() <= 8)
        name += " (" + *text + ")";
    if (std::ranges::find(names, name) == names.end())
      names.push_back(std::move(name));
  }
  std::string out;
  for (const auto& x : names)
    out += (out.empty() ? "" : ", ") + x;
  return out.empty() ? "none" : out;
}

bool allows(extension_direction offered, extension_direction wanted) {
  return offered == extension_direction::sendrecv || offered == wanted;
}

// The extensions that both know, for media in that direction from the client's
// view.
std::vector<rtp_header_extension_parameters>
common_extensions(const sdp_section& section, const rtp_capabilities& router,
                  media_direction direction) {
  const auto opposite = direction == media_direction::sendonly
                            ? media_direction::recvonly
                            : media_direction::sendonly;
  std::vector<rtp_header_extension_parameters> out;
  for (const auto& x : section.header_extensions) {
    const bool is_known =
        std::ranges::any_of(router.header_extensions, [&](const auto& y) {
          return y.kind == x.kind && y.uri == x.uri
                 && allows(y.direction, opposite);
        });
    const bool is_new = std::ranges::none_of(
        out, [&](const auto& y) { return y.uri == x.uri; });
    if (is_known && is_new && allows(x.direction, direction))
      out.push_back({.uri = x.uri,
                     .id = x.preferred_id,
                     .encrypt = false,
                     .parameters = {}});
  }
  return out;
}

bool has(const rtp_parameters& params, std::string_view uri) {
  return std::ranges::any_of(params.header_extensions,
                             [&](const auto& x) { return x.uri == uri; });
}

// The feedback that both know, with one method of bandwidth estimation: as
// mediasoup-client answers for a track that a browser sends.
std::vector<rtcp_feedback> common_feedback(const rtp_codec_parameters& offered,
                                           const rtp_codec_capability& known,
                                           const rtp_parameters& params) {
  const bool has_numbers = has(params, extension_uri::transport_wide_cc);
  const bool has_times = has(params, extension_uri::abs_send_time);
  std::vector<rtcp_feedback> out;
  for (const auto& x : offered.feedback) {
    if (std::ranges::find(known.feedback, x) == known.feedback.end()
        || (x.type == "transport-cc" && !has_numbers)
        || (x.type == "goog-remb" && (has_numbers || !has_times)))
      continue;
    out.push_back(x);
  }
  return out;
}

// Adds the codec and its retransmissions under the client's payload types.
void add_codec(rtp_parameters& out, const sdp_section& section,
               const rtp_codec_parameters& offered,
               const rtp_codec_capability& known,
               const rtp_capabilities& router) {
  auto& codec = out.codecs.emplace_back(offered);
  codec.mime_type = known.mime_type;
  codec.feedback = common_feedback(offered, known, out);
  const auto* known_rtx =
      find_rtx(router, known.preferred_payload_type.value_or(0));
  const auto rtx = std::ranges::find_if(section.codecs, [&](const auto& x) {
    return is_rtx(x.mime_type)
           && associated_payload_type(x.parameters) == offered.payload_type;
  });
  if (!known_rtx || rtx == section.codecs.end())
    return;
  auto& added = out.codecs.emplace_back(*rtx);
  added.mime_type = known_rtx->mime_type;
  added.feedback.clear();
}

// What identifies the packets: RIDs, else a source, else the MID. Sources
// beside RIDs are ignored, because OBS lists only one of them.
checked<std::vector<rtp_encoding_parameters>>
find_encodings(const sdp_section& section, const rtp_parameters& params) {
  std::vector<rtp_encoding_parameters> out;
  if (section.kind == media_kind::video
      && has(params, extension_uri::rtp_stream_id))
    for (const auto& x : section.rids)
      out.emplace_back().rid = x.id;
  if (!out.empty())
    return out;
  auto& only = out.emplace_back();
  if (!section.sources.empty()) {
    only.ssrc = section.sources[0].ssrc;
    if (params.codecs.size() > 1)
      only.rtx_ssrc = section.sources[0].rtx_ssrc;
  } else if (section.mid.empty() || !has(params, extension_uri::mid)) {
    return refuse(section, sdp_errc::unidentified,
                  "neither a=ssrc nor the header extension of the MID, which "
                  "tell its packets from others");
  }
  only.dtx = is_on(params.codecs[0].parameters, "usedtx");
  return out;
}

// The CNAME is common to all sources of a client (RFC 8834, section 4.9).
std::string find_cname(const sdp_offer& offer) {
  for (const auto& section : offer.sections)
    for (const auto& x : section.sources)
      if (!x.cname.empty())
        return x.cname;
  return {};
}

// The format parameters that tell the client how to encode for this router.
parameter_map answer_parameters(const rtp_codec_parameters& offered,
                                const rtp_codec_capability& known) {
  parameter_map out;
  for (const auto& [name, value] : offered.parameters)
    if ((std::ranges::find(answered_parameters, name)
             != answered_parameters.end()
         && std::holds_alternative<int64_t>(value))
        || (known.parameters.contains(name)
            && known.parameters.at(name) == value))
      out.emplace(name, value);
  // Without it browsers would send mono.
  if (is_on(offered.parameters, "sprop-stereo"))
    out.insert_or_assign("stereo", int64_t{1});
  out.erase("profile-level-id");
  if (is_same_mime_type(known.mime_type, "video/H264"))
    if (const auto h264 = answer_h264(known.parameters, offered.parameters);
        h264 && h264->profile_level_id)
      out.insert_or_assign("profile-level-id", *h264->profile_level_id);
  return out;
}

// Replaces the client's format parameters by those to answer. A codec of
// retransmissions follows its own.
void answer_codecs(std::vector<rtp_codec_parameters>& codecs,
                   const rtp_capabilities& router) {
  for (auto& x : codecs) {
    if (is_rtx(x.mime_type))
      x.parameters = {{"apt", x.parameters.at("apt")}};
    else if (const auto* known = find_in_router(x, router))
      x.parameters = answer_parameters(x, *known);
  }
}

refusal no_common_codec(const sdp_section& section) {
  return refuse(section, ortc_errc::no_common_codec,
                "no common codec: offered " + name_codecs(section));
}

checked<offered_track> negotiate(const sdp_offer& offer,
                                 const sdp_section& section,
                                 const rtp_capabilities& router) {
  for (const auto& codec : section.codecs) {
    const auto* known = find_in_router(codec, router);
    if (!known)
      continue;
    offered_track out;
    out.kind = *section.kind;
    out.parameters.mid = section.mid;
    out.parameters.msid = section.msid;
    out.parameters.rtcp.cname = find_cname(offer);
    out.parameters.header_extensions =
        common_extensions(section, router, media_direction::sendonly);
    add_codec(out.parameters, section, codec, *known, router);
    auto encodings = find_encodings(section, out.parameters);
    if (!encodings)
      return encodings.error();
    out.parameters.encodings = *std::move(encodings);
    out.answer = {media_direction::recvonly, out.parameters};
    answer_codecs(out.answer.parameters.codecs, router);
    return out;
  }
  return no_common_codec(section);
}

checked<sdp_answer_section> negotiate_view(const sdp_section& section,
                                           const rtp_capabilities& router,
                                           const viewer_stream& stream) {
  sdp_answer_section out{media_direction::sendonly, {}};
  auto& params = out.parameters;
  params.mid = section.mid;
  params.msid = stream.msid;
  params.rtcp.cname = stream.cname;
  params.header_extensions =
      common_extensions(section, router, media_direction::recvonly);
  for (const auto& codec : section.codecs)
    if (const auto* known = find_in_router(codec, router))
      add_codec(params, section, codec, *known, router);
  if (params.codecs.empty())
    return no_common_codec(section);
  auto& encoding = params.encodings.emplace_back();
  encoding.ssrc = stream.ssrc;
  if (std::ranges::any_of(params.codecs,
                          [](const auto& x) { return is_rtx(x.mime_type); }))
    encoding.rtx_ssrc = stream.rtx_ssrc;
  answer_codecs(params.codecs, router);
  return out;
}

bool are_bundled(const sdp_offer& offer, const sdp_section& a,
                 const sdp_section& b) {
  return std::ranges::any_of(offer.bundles, [&](const auto& mids) {
    return !a.mid.empty() && std::ranges::find(mids, a.mid) != mids.end()
           && !b.mid.empty() && std::ranges::find(mids, b.mid) != mids.end();
  });
}

// Why a section is refused whatever its codecs are. `direction` is what the
// client must offer to do.
std::optional<refusal>
find_obstacle(const sdp_offer& offer, const sdp_section& section,
              media_direction direction,
              const std::vector<const sdp_section*>& accepted) {
  using enum sdp_errc;
  if (section.rejected)
    return refuse(section, section_rejected, "rejected by the client");
  if (!section.kind)
    return refuse(section, unsupported_media,
                  "neither audio nor video by DTLS-SRTP");
  if (!allows(section.direction, direction))
    return refuse(section, wrong_direction,
                  direction == media_direction::sendonly
                      ? "the client sends nothing"
                      : "the client receives nothing");
  if (!section.rtcp_mux)
    return refuse(section, no_rtcp_mux, "no a=rtcp-mux");
  for (const auto* x : accepted) {
    if (x->kind == section.kind)
      return refuse(section, second_of_kind,
                    "another section of this kind is accepted");
    if (!are_bundled(offer, *x, section))
      return refuse(section, not_bundled,
                    "not in the BUNDLE group of the first section");
  }
  return std::nullopt;
}

// Negotiates each section to which there is no obstacle.
template <class Result, class Negotiate>
std::vector<checked<Result>> for_each_section(const sdp_offer& offer,
                                              media_direction direction,
                                              Negotiate negotiate_one) {
  std::vector<checked<Result>> out;
  std::vector<const sdp_section*> accepted;
  for (const auto& section : offer.sections) {
    if (auto obstacle = find_obstacle(offer, section, direction, accepted)) {
      out.emplace_back(*std::move(obstacle));
      continue;
    }
    out.push_back(negotiate_one(section));
    if (out.back())
      accepted.push_back(&section);
  }
  return out;
}

} // namespace

std::vector<checked<offered_track>>
choose_tracks(const sdp_offer& offer, const rtp_capabilities& router) {
  return for_each_section<offered_track>(
      offer, media_direction::sendonly, [&](const sdp_section& section) {
        return negotiate(offer, section, router);
      });
}

std::vector<checked<sdp_answer_section>>
choose_viewer_sections(const sdp_offer& offer, const rtp_capabilities& router,
                       const std::vector<viewer_stream>& streams) {
  return for_each_section<sdp_answer_section>(
      offer, media_direction::recvonly,
      [&](const sdp_section& section) -> checked<sdp_answer_section> {
        const auto i =
            std::ranges::find(streams, *section.kind, &viewer_stream::kind);
        if (i == streams.end())
          return refuse(section, sdp_errc::unsupported_media,
                        "the server sends none of this kind");
        return negotiate_view(section, router, *i);
      });
}

} // namespace troupe::protocol
