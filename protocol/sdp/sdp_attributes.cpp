#include "protocol/sdp/sdp_attributes.hpp"

#include "net/base/ascii.hpp"
#include "protocol/sdp/sdp_text.hpp"
#include "protocol/verbs/dtls_fingerprint.hpp"
#include "protocol/verbs/limits.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe::protocol {

namespace {

using attribute_reader = sdp_fault (*)(sdp_draft&, std::string_view);

struct attribute {
  std::string_view name;
  attribute_reader read;
};

// RFC 8839, section 5.4. The lower bounds there do not matter to us, because
// only the client sends checks.
bool is_ice_text(std::string_view text) {
  return !text.empty() && text.size() <= 256
         && std::ranges::all_of(text, [](char x) {
              return net::is_alphanumeric(x) || x == '+' || x == '/' || x == '-'
                     || x == '_';
            });
}

// RFC 8851, section 10, and RFC 8852, section 3.3; libwebrtc allows both signs.
bool is_rid(std::string_view text) {
  return !text.empty() && text.size() <= limits::rid
         && std::ranges::all_of(text, [](char x) {
              return net::is_alphanumeric(x) || x == '-' || x == '_';
            });
}

sdp_fault read_mid(sdp_draft& out, std::string_view value) {
  if (!is_sdp_token(value, limits::mid))
    return sdp_bad_value("a=mid: no token of at most 64 octets");
  out.section.mid = value;
  return std::nullopt;
}

sdp_fault read_group(sdp_draft& out, std::string_view value) {
  if (take_sdp_word(value) != "BUNDLE")
    return std::nullopt;
  std::vector<std::string> mids;
  sdp_fault fault;
  for_each_sdp_word(value, ' ', [&](std::string_view x) {
    if (mids.size() == sdp_limits::group)
      fault = sdp_too_many("a=group: more than 32 sections");
    else
      mids.emplace_back(x);
  });
  if (out.bundles.size() == sdp_limits::sections)
    fault = sdp_too_many("a=group: more than 16");
  out.bundles.push_back(std::move(mids));
  return fault;
}

sdp_fault read_ufrag(sdp_draft& out, std::string_view value) {
  if (!is_ice_text(value))
    return sdp_bad_value("a=ice-ufrag: not 1 to 256 characters of ICE");
  out.ice.username_fragment = value;
  return std::nullopt;
}

sdp_fault read_password(sdp_draft& out, std::string_view value) {
  if (!is_ice_text(value))
    return sdp_bad_value("a=ice-pwd: not 1 to 256 characters of ICE");
  out.ice.password = value;
  return std::nullopt;
}

sdp_fault read_fingerprint(sdp_draft& out, std::string_view value) {
  dtls_fingerprint x;
  x.algorithm = take_sdp_word(value);
  x.value = value;
  switch (normalize(x)) {
    case fingerprint_state::unknown_algorithm:
      return std::nullopt;
    case fingerprint_state::bad_value:
      return sdp_bad_value("a=fingerprint: no hash of this algorithm");
    case fingerprint_state::usable:
      break;
  }
  if (std::exchange(out.inherits_fingerprints, false))
    out.fingerprints.clear();
  if (out.fingerprints.size() == limits::fingerprints)
    return sdp_too_many("a=fingerprint: more than 16");
  if (std::ranges::find(out.fingerprints, x) == out.fingerprints.end())
    out.fingerprints.push_back(std::move(x));
  return std::nullopt;
}

// The server is passive whenever it may choose (RFC 9725, section 4.4), so the
// client is then the DTLS client.
sdp_fault read_setup(sdp_draft& out, std::string_view value) {
  if (value == "actpass" || value == "active")
    out.role = dtls_role::client;
  else if (value == "passive")
    out.role = dtls_role::server;
  else
    return sdp_bad_value("a=setup: neither actpass, active nor passive");
  return std::nullopt;
}

// "pt=96;max-width=1280;max-height=720;max-br=2500000": those of the size are
// read, and all bind the client.
sdp_fault read_restrictions(sdp_rid& out, std::string_view value) {
  std::optional<uint32_t> width;
  std::optional<uint32_t> height;
  std::optional<uint64_t> pixels;
  std::optional<uint64_t> bitrate;
  sdp_fault fault;
  const auto read = [&]<class Number>(std::string_view text,
                                      std::optional<Number>& to) {
    to = parse_sdp_number<Number>(text);
    if (!to)
      fault = sdp_bad_value("a=rid: a restriction that is no number");
  };
  for_each_sdp_word(value, ';', [&](std::string_view x) {
    const auto name = take_sdp_word(x, '=');
    if (name == "max-width")
      read(x, width);
    else if (name == "max-height")
      read(x, height);
    else if (name == "max-fs")
      read(x, pixels);
    else if (name == "max-br")
      read(x, bitrate);
  });
  out.max_pixels = pixels.value_or(out.max_pixels);
  // A side that is not restricted is taken for as long as the other one.
  if (width || height)
    out.max_pixels =
        std::min(out.max_pixels, uint64_t{width ? *width : *height}
                                     * (height ? *height : *width));
  out.max_bitrate = bitrate.value_or(out.max_bitrate);
  return fault;
}

// "high send pt=96;max-width=1280" (RFC 8851)
sdp_fault read_rid(sdp_draft& out, std::string_view value) {
  const auto rid = take_sdp_word(value);
  const auto direction = take_sdp_word(value);
  if (!is_rid(rid) || (direction != "send" && direction != "recv"))
    return sdp_bad_value("a=rid: not <id> send or <id> recv");
  if (direction == "recv")
    return std::nullopt;
  auto& added = out.rids.emplace_back();
  added.id = rid;
  return read_restrictions(added, value);
}

// "send high;~low,lower recv …": a tilde means that the stream is paused now,
// commas separate alternatives, of which the first is preferred (RFC 8853).
sdp_fault read_simulcast(sdp_draft& out, std::string_view value) {
  while (!value.empty()) {
    const auto direction = take_sdp_word(value);
    const auto streams = take_sdp_word(value);
    if (direction != "send")
      continue;
    out.simulcast.clear();
    sdp_fault fault;
    for_each_sdp_word(streams, ';', [&](std::string_view alternatives) {
      auto rid = take_sdp_word(alternatives, ',');
      if (rid.starts_with('~'))
        rid.remove_prefix(1);
      if (!is_rid(rid))
        fault = sdp_bad_value("a=simulcast: not a list of RIDs");
      else if (out.simulcast.size() == limits::encodings)
        fault = sdp_too_many("a=simulcast: more than 8 streams");
      else
        out.simulcast.emplace_back(rid);
    });
    if (fault)
      return fault;
  }
  return std::nullopt;
}

// "1234 cname:abc": each attribute of a source is a line of its own.
sdp_fault read_source(sdp_draft& out, std::string_view value) {
  const auto ssrc = parse_sdp_number<uint32_t>(take_sdp_word(value));
  if (!ssrc)
    return sdp_bad_value("a=ssrc: no number of 32 bits");
  if (*ssrc == 0)
    return std::nullopt;
  auto& all = out.section.sources;
  auto i = std::ranges::find(all, *ssrc, &sdp_source::ssrc);
  if (i == all.end())
    i = all.insert(all.end(), {*ssrc, {}, {}});
  if (take_sdp_word(value, ':') != "cname")
    return std::nullopt;
  if (value.size() > limits::cname)
    return sdp_bad_value("a=ssrc: a CNAME of more than 255 octets");
  i->cname = value;
  return std::nullopt;
}

sdp_fault read_source_group(sdp_draft& out, std::string_view value) {
  if (take_sdp_word(value) != "FID")
    return std::nullopt;
  const auto media = parse_sdp_number<uint32_t>(take_sdp_word(value));
  const auto repair = parse_sdp_number<uint32_t>(take_sdp_word(value));
  if (!media || !repair)
    return sdp_bad_value("a=ssrc-group: FID without two sources");
  if (*media != 0 && *repair != 0)
    out.repairs.emplace_back(*media, *repair);
  return std::nullopt;
}

sdp_fault read_msid(sdp_draft& out, std::string_view value) {
  if (value.size() > limits::text)
    return sdp_bad_value("a=msid: more than 1024 octets");
  if (out.section.msid.empty())
    out.section.msid = value;
  return std::nullopt;
}

template <media_direction Direction>
sdp_fault read_direction(sdp_draft& out, std::string_view) {
  out.section.direction = Direction;
  return std::nullopt;
}

template <bool sdp_section::*Flag>
sdp_fault read_flag(sdp_draft& out, std::string_view) {
  out.section.*Flag = true;
  return std::nullopt;
}

sdp_fault read_ice_lite(sdp_draft& out, std::string_view) {
  out.ice.ice_lite = true;
  return std::nullopt;
}

sdp_fault read_bundle_only(sdp_draft& out, std::string_view) {
  out.bundle_only = true;
  return std::nullopt;
}

constexpr attribute attributes[] = {
    {"mid", read_mid},
    {"group", read_group},
    {"bundle-only", read_bundle_only},
    {"ice-lite", read_ice_lite},
    {"ice-ufrag", read_ufrag},
    {"ice-pwd", read_password},
    {"fingerprint", read_fingerprint},
    {"setup", read_setup},
    {"sendrecv", read_direction<media_direction::sendrecv>},
    {"sendonly", read_direction<media_direction::sendonly>},
    {"recvonly", read_direction<media_direction::recvonly>},
    {"inactive", read_direction<media_direction::inactive>},
    {"rtcp-mux", read_flag<&sdp_section::rtcp_mux>},
    {"rtcp-mux-only", read_flag<&sdp_section::rtcp_mux>}, // RFC 8858
    {"rtcp-rsize", read_flag<&sdp_section::rtcp_rsize>},
    {"extmap-allow-mixed", read_flag<&sdp_section::extmap_allow_mixed>},
    {"extmap", read_extmap},
    {"rtpmap", read_rtpmap},
    {"fmtp", read_fmtp},
    {"rtcp-fb", read_feedback},
    {"rid", read_rid},
    {"simulcast", read_simulcast},
    {"ssrc", read_source},
    {"ssrc-group", read_source_group},
    {"msid", read_msid},
};

} // namespace

sdp_fault read_attribute(sdp_draft& out, std::string_view value) {
  const auto end = value.find(':');
  const auto name = value.substr(0, end);
  const auto rest =
      end == value.npos ? std::string_view{} : value.substr(end + 1);
  const auto i = std::ranges::find(attributes, name, &attribute::name);
  return i == std::end(attributes) ? std::nullopt : i->read(out, rest);
}

} // namespace troupe::protocol
