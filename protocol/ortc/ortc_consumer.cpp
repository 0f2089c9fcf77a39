#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/ortc_match.hpp"
#include "protocol/ortc/ortc_ssrc.hpp"
#include "protocol/ortc/scalability_mode.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "protocol/verbs/mime_type.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

const rtp_codec_capability* find_compatible(const rtp_codec_parameters& codec,
                                            const rtp_capabilities& caps) {
  const auto i = std::ranges::find_if(caps.codecs, [&](const auto& x) {
    return is_compatible_codec(x, codec);
  });
  return i == caps.codecs.end() ? nullptr : &*i;
}

bool is_plain_nack(const rtcp_feedback& in) {
  return in.type == "nack" && in.parameter.empty();
}

bool has_extension(const rtp_parameters& params, std::string_view uri) {
  return std::ranges::any_of(params.header_extensions,
                             [&](const auto& x) { return x.uri == uri; });
}

// The consumable codecs that the remote side supports, with its feedback.
std::vector<rtp_codec_parameters>
common_codecs(const rtp_parameters& consumable,
              const rtp_capabilities& remote_caps, bool enable_rtx) {
  std::vector<rtp_codec_parameters> out;
  for (const auto& codec : consumable.codecs) {
    if (!enable_rtx && is_rtx(codec.mime_type))
      continue;
    const auto* cap = find_compatible(codec, remote_caps);
    if (!cap)
      continue;
    auto& added = out.emplace_back(codec);
    added.feedback = cap->feedback;
    if (!enable_rtx)
      std::erase_if(added.feedback, is_plain_nack);
  }
  return out;
}

// Removes retransmission codecs whose media codec is not in the list.
void remove_orphan_rtx(std::vector<rtp_codec_parameters>& codecs) {
  for (size_t i = codecs.size(); i-- > 0;) {
    if (!is_rtx(codecs[i].mime_type))
      continue;
    const auto apt = associated_payload_type(codecs[i].parameters);
    const bool is_wanted = std::ranges::any_of(
        codecs, [&](const auto& x) { return x.payload_type == apt; });
    if (!is_wanted)
      codecs.erase(codecs.begin() + static_cast<ptrdiff_t>(i));
  }
}

// Keeps one method of bandwidth estimation, depending on the header extensions:
// transport-wide numbers, else send times for REMB, else none.
void reduce_estimation_feedback(rtp_parameters& params) {
  const bool has_transport_cc =
      has_extension(params, extension_uri::transport_wide_cc);
  const bool has_remb =
      !has_transport_cc && has_extension(params, extension_uri::abs_send_time);
  for (auto& codec : params.codecs)
    std::erase_if(codec.feedback, [&](const auto& x) {
      return (x.type == "goog-remb" && !has_remb)
             || (x.type == "transport-cc" && !has_transport_cc);
    });
}

// Merges all encodings of a producer into one with their scalability mode and
// maximum bitrate.
rtp_encoding_parameters merge_encodings(const rtp_parameters& consumable) {
  rtp_encoding_parameters out;
  for (const auto& x : consumable.encodings) {
    if (out.scalability_mode.empty())
      out.scalability_mode = x.scalability_mode;
    if (x.max_bitrate > out.max_bitrate)
      out.max_bitrate = x.max_bitrate;
  }
  if (consumable.encodings.size() > 1) {
    const auto mode = parse_scalability_mode(out.scalability_mode);
    out.scalability_mode = make_scalability_mode(consumable.encodings.size(),
                                                 mode.temporal_layers);
  }
  return out;
}

// Gives all encodings of a producer new SSRCs; those of the retransmissions are
// a separate block.
std::vector<rtp_encoding_parameters>
renumber_encodings(const rtp_parameters& consumable, bool has_rtx,
                   net::rng& rng) {
  auto out = consumable.encodings;
  auto ssrc = random_ssrc_block(out.size(), rng);
  auto rtx_ssrc = random_ssrc_block(out.size(), rng);
  // Two streams must never share an SSRC: the blocks must not overlap.
  while (rtx_ssrc + out.size() > ssrc && ssrc + out.size() > rtx_ssrc)
    rtx_ssrc = random_ssrc_block(out.size(), rng);
  for (auto& encoding : out) {
    encoding.ssrc = ssrc++;
    encoding.rtx_ssrc.reset();
    if (has_rtx)
      encoding.rtx_ssrc = rtx_ssrc++;
  }
  return out;
}

// Whether an extension belongs to one transport, and so ends at a pipe.
bool is_transport_extension(const rtp_header_extension_parameters& in) {
  return in.uri == extension_uri::mid || in.uri == extension_uri::abs_send_time
         || in.uri == extension_uri::transport_wide_cc;
}

// Consumers get the dependency descriptor of AV1 only, but the next router
// needs it for every codec to choose layers.
void add_dependency_descriptor(rtp_parameters& params) {
  if (has_extension(params, extension_uri::dependency_descriptor))
    return;
  const auto& all = supported_rtp_capabilities().header_extensions;
  const auto i = std::ranges::find(all, extension_uri::dependency_descriptor,
                                   &rtp_header_extension_capability::uri);
  if (i == all.end())
    return;
  params.header_extensions.push_back({.uri = i->uri,
                                      .id = i->preferred_id,
                                      .encrypt = i->preferred_encrypt,
                                      .parameters = {}});
  std::ranges::stable_sort(params.header_extensions, {},
                           &rtp_header_extension_parameters::id);
}

} // namespace

bool can_consume(const rtp_parameters& consumable,
                 const rtp_capabilities& remote_caps) {
  for (const auto& codec : consumable.codecs)
    if (find_compatible(codec, remote_caps))
      return !is_rtx(codec.mime_type);
  return false;
}

checked<rtp_parameters>
get_consumer_rtp_parameters(const rtp_parameters& consumable,
                            const rtp_capabilities& remote_caps,
                            const consumer_options& options, net::rng& rng) {
  rtp_parameters out;
  out.rtcp = consumable.rtcp;
  out.msid = consumable.msid;
  out.codecs = common_codecs(consumable, remote_caps, options.enable_rtx);
  remove_orphan_rtx(out.codecs);
  if (out.codecs.empty() || is_rtx(out.codecs[0].mime_type))
    return refusal{ortc_errc::no_common_codec, "no compatible media codecs"};
  for (const auto& x : consumable.header_extensions)
    if (std::ranges::any_of(remote_caps.header_extensions, [&](const auto& y) {
          return y.preferred_id == x.id && y.uri == x.uri;
        }))
      out.header_extensions.push_back(x);
  reduce_estimation_feedback(out);
  const bool has_rtx = std::ranges::any_of(
      out.codecs, [](const auto& x) { return is_rtx(x.mime_type); });
  if (options.pipe) {
    out.encodings = renumber_encodings(consumable, has_rtx, rng);
    return out;
  }
  auto& encoding = out.encodings.emplace_back(merge_encodings(consumable));
  encoding.ssrc = options.ssrc ? *options.ssrc : random_ssrc_block(2, rng);
  if (has_rtx)
    encoding.rtx_ssrc = *encoding.ssrc + 1;
  return out;
}

checked<rtp_parameters> fit_stream(const rtp_parameters& consumable,
                                   const rtp_parameters& stream) {
  const auto fits = [&](const rtp_codec_parameters& x) {
    return !is_rtx(x.mime_type) && !consumable.codecs.empty()
           && is_compatible_codec(x, consumable.codecs.front());
  };
  const auto media = std::ranges::find_if(stream.codecs, fits);
  if (media == stream.codecs.end() || stream.encodings.empty())
    return refusal{ortc_errc::no_common_codec, "no compatible media codecs"};
  auto out = stream;
  out.codecs = {*media};
  for (const auto& x : stream.codecs)
    if (is_rtx(x.mime_type)
        && associated_payload_type(x.parameters) == media->payload_type)
      out.codecs.push_back(x);
  if (out.codecs.size() == 1)
    out.encodings.front().rtx_ssrc.reset();
  return out;
}

rtp_parameters
get_pipe_consumer_rtp_parameters(const rtp_parameters& consumable,
                                 bool enable_rtx, net::rng& rng) {
  rtp_parameters out;
  out.rtcp = consumable.rtcp;
  out.msid = consumable.msid;
  for (const auto& codec : consumable.codecs) {
    if (!enable_rtx && is_rtx(codec.mime_type))
      continue;
    auto& added = out.codecs.emplace_back(codec);
    std::erase_if(added.feedback, [&](const rtcp_feedback& x) {
      return x != rtcp_feedback{"nack", "pli"}
             && x != rtcp_feedback{"ccm", "fir"}
             && !(enable_rtx && is_plain_nack(x));
    });
  }
  for (const auto& x : consumable.header_extensions)
    if (!is_transport_extension(x))
      out.header_extensions.push_back(x);
  add_dependency_descriptor(out);
  out.encodings = renumber_encodings(consumable, enable_rtx, rng);
  return out;
}

} // namespace troupe::protocol
