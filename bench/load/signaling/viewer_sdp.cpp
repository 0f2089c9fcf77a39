#include "bench/load/signaling/viewer_sdp.hpp"

#include "bench/load/signaling/device.hpp"
#include "protocol/sdp/sdp_codecs.hpp"
#include "protocol/sdp/sdp_draft.hpp"
#include "protocol/sdp/sdp_text.hpp"

#include <utility>

namespace troupe::load {

namespace {

using protocol::media_kind;

// What a section of that kind offers.
protocol::rtp_parameters offered_parameters(media_kind kind) {
  track what;
  what.kind = kind;
  auto out = sending_parameters(what);
  // mediasoup-client adds NACK to Opus; browsers alone do not offer it.
  if (kind == media_kind::audio)
    for (auto& x : out.codecs)
      std::erase_if(x.feedback, [](const auto& y) { return y.type == "nack"; });
  return out;
}

std::string write_section(media_kind kind, const std::string& mid,
                          const std::string& transport) {
  const auto parameters = offered_parameters(kind);
  std::string out =
      "m=" + std::string{protocol::to_string(kind)} + " 9 UDP/TLS/RTP/SAVPF";
  for (const auto& x : parameters.codecs)
    out += ' ' + std::to_string(x.payload_type);
  out += "\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n" + transport
         + "a=mid:" + mid + "\r\n";
  for (const auto& x : parameters.header_extensions)
    out += "a=extmap:" + std::to_string(x.id) + ' ' + x.uri + "\r\n";
  out += "a=recvonly\r\na=rtcp-mux\r\n";
  if (kind == media_kind::video)
    out += "a=rtcp-rsize\r\n";
  for (const auto& x : parameters.codecs)
    protocol::write_sdp_codec(out, x);
  return out;
}

// "1 1 udp 2130706431 127.0.0.1 40000 typ host": the part that a client needs.
// The list stays as it is if the candidate has another form, as RFC 8839
// demands (section 5.1).
void add_candidate(std::vector<protocol::ice_candidate>& out,
                   std::string_view value) {
  protocol::ice_candidate x;
  x.foundation = protocol::take_sdp_word(value);
  protocol::take_sdp_word(value); // the component: RTCP uses it too
  const auto carrier = protocol::take_sdp_word(value);
  const auto priority =
      protocol::parse_sdp_number<uint32_t>(protocol::take_sdp_word(value));
  x.address = protocol::take_sdp_word(value);
  const auto port =
      protocol::parse_sdp_number<uint16_t>(protocol::take_sdp_word(value));
  if (!priority || !port || (carrier != "udp" && carrier != "tcp"))
    return;
  x.priority = *priority;
  x.port = *port;
  x.protocol = carrier == "udp" ? protocol::ice_protocol::udp
                                : protocol::ice_protocol::tcp;
  out.push_back(std::move(x));
}

// The sections of an answer; the first draft is the session's.
std::vector<protocol::sdp_draft>
read_drafts(std::string_view text,
            std::vector<protocol::ice_candidate>& candidates) {
  const auto lines = protocol::split_sdp_lines(text);
  if (!lines)
    throw signaling_error{"the answer is no SDP: " + lines.error().what};
  constexpr std::string_view candidate = "candidate:";
  std::vector<protocol::sdp_draft> out(1);
  for (const auto& line : *lines) {
    protocol::sdp_fault fault;
    if (line.type == 'm') {
      out.push_back(protocol::sdp_draft{out.front()});
      fault = protocol::begin_section(out.back(), line.value);
    } else if (line.type == 'a' && line.value.starts_with(candidate)) {
      add_candidate(candidates, line.value.substr(candidate.size()));
    } else if (line.type == 'a') {
      fault = protocol::read_attribute(out.back(), line.value);
    }
    if (fault)
      throw signaling_error{"the answer, line " + std::to_string(line.number)
                            + ": " + fault->what};
  }
  return out;
}

consumer_offer stream_of(const protocol::sdp_section& section) {
  consumer_offer out;
  out.id = section.mid;
  out.kind = *section.kind;
  out.parameters.mid = section.mid;
  out.parameters.codecs = section.codecs;
  for (const auto& x : section.header_extensions)
    out.parameters.header_extensions.push_back(
        {x.uri, x.preferred_id, false, {}});
  if (section.sources.empty())
    throw signaling_error{"the answer names no source of " + section.media};
  const auto& source = section.sources.front();
  auto& encoding = out.parameters.encodings.emplace_back();
  encoding.ssrc = source.ssrc;
  encoding.rtx_ssrc = source.rtx_ssrc;
  out.parameters.rtcp.cname = source.cname;
  return out;
}

} // namespace

std::string write_view_offer(const view_offer& x) {
  std::string mids;
  std::string sections;
  auto transport = "a=ice-ufrag:" + x.ice.username_fragment + "\r\na=ice-pwd:"
                   + x.ice.password + "\r\na=ice-options:trickle\r\n";
  for (const auto& y : x.fingerprints)
    transport += "a=fingerprint:" + y.algorithm + ' ' + y.value + "\r\n";
  transport += "a=setup:actpass\r\n";
  for (size_t i = 0; i < x.kinds.size(); ++i) {
    const auto mid = std::to_string(i);
    mids += ' ' + mid;
    sections += write_section(x.kinds[i], mid, transport);
  }
  return "v=0\r\no=- " + std::to_string(x.session)
         + " 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE" + mids
         + "\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n" + sections;
}

view_answer read_view_answer(std::string_view text) {
  view_answer out;
  auto drafts = read_drafts(text, out.transport.candidates);
  for (auto i = drafts.begin() + 1; i != drafts.end(); ++i) {
    auto ice = i->ice;
    protocol::dtls_parameters dtls{i->role, i->fingerprints};
    const auto section = protocol::finish_section(std::move(*i));
    if (section.rejected || !section.kind)
      continue;
    // Bundled sections have the transport of the first.
    if (out.streams.empty()) {
      out.transport.ice = std::move(ice);
      out.transport.dtls = std::move(dtls);
    }
    out.streams.push_back(stream_of(section));
  }
  if (out.streams.empty())
    throw signaling_error{"the answer accepts no section"};
  if (out.transport.dtls.role != protocol::dtls_role::server)
    throw signaling_error{"the answer has no a=setup:passive"};
  return out;
}

} // namespace troupe::load
