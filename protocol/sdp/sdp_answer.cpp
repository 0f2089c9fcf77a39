#include "protocol/sdp/sdp_answer.hpp"

#include "protocol/sdp/sdp_candidates.hpp"
#include "protocol/sdp/sdp_codecs.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

// What follows the id of an extension in the answer: the opposite of what the
// client offers (RFC 8285, section 7), and nothing for both directions.
std::string_view answered_direction(const sdp_section& offered, uint8_t id) {
  const auto i =
      std::ranges::find(offered.header_extensions, id,
                        &rtp_header_extension_capability::preferred_id);
  if (i == offered.header_extensions.end())
    return "";
  if (i->direction == extension_direction::sendonly)
    return "/recvonly";
  return i->direction == extension_direction::recvonly ? "/sendonly" : "";
}

// Writes the lines of an answer.
class answer_writer {
public:
  answer_writer(const sdp_offer& offer, const sdp_answer& answer)
      : offer_(offer)
      , answer_(answer) {}

  std::string write() {
    write_session();
    const auto count = offer_.sections.size();
    bool is_first = true;
    for (size_t i = 0; i < count; ++i) {
      const auto* accepted = accepted_section(i);
      if (!accepted) {
        write_refused(offer_.sections[i]);
        continue;
      }
      write_section(offer_.sections[i], *accepted);
      if (is_first)
        write_sdp_candidates(out_, answer_.candidates);
      is_first = false;
    }
    return std::move(out_);
  }

private:
  void line(std::initializer_list<std::string_view> parts) {
    for (auto x : parts)
      out_ += x;
    out_ += "\r\n";
  }

  const sdp_answer_section* accepted_section(size_t index) const {
    return index < answer_.sections.size() && answer_.sections[index]
               ? &*answer_.sections[index]
               : nullptr;
  }

  void write_session() {
    line({"v=0"});
    line({"o=- ", std::to_string(answer_.session), " 1 IN IP4 0.0.0.0"});
    line({"s=-"});
    line({"t=0 0"});
    if (answer_.ice.ice_lite)
      line({"a=ice-lite"});
    write_bundle();
  }

  // Only what the client has bundled may be (RFC 9143, section 7.3).
  void write_bundle() {
    std::string mids;
    for (size_t i = 0; i < offer_.sections.size(); ++i)
      if (accepted_section(i) && is_bundled(offer_.sections[i].mid))
        mids += ' ' + offer_.sections[i].mid;
    if (!mids.empty())
      line({"a=group:BUNDLE", mids});
  }

  bool is_bundled(const std::string& mid) const {
    return !mid.empty()
           && std::ranges::any_of(offer_.bundles, [&](const auto& mids) {
                return std::ranges::find(mids, mid) != mids.end();
              });
  }

  void write_mid(const sdp_section& offered) {
    if (!offered.mid.empty())
      line({"a=mid:", offered.mid});
  }

  void write_refused(const sdp_section& offered) {
    line({"m=", offered.media, " 0 ", offered.protocol, " ", offered.format});
    line({"c=IN IP4 0.0.0.0"});
    write_mid(offered);
    line({"a=inactive"});
  }

  void write_section(const sdp_section& offered,
                     const sdp_answer_section& accepted) {
    const auto& params = accepted.parameters;
    std::string payload_types;
    for (const auto& x : params.codecs)
      payload_types += ' ' + std::to_string(x.payload_type);
    line({"m=", offered.media, " 9 ", offered.protocol, payload_types});
    line({"c=IN IP4 0.0.0.0"});
    write_mid(offered);
    write_transport();
    line({"a=", to_string(accepted.direction)});
    line({"a=rtcp-mux"});
    if (offered.rtcp_rsize)
      line({"a=rtcp-rsize"});
    if (offered.extmap_allow_mixed)
      line({"a=extmap-allow-mixed"});
    for (const auto& x : params.codecs)
      write_sdp_codec(out_, x);
    for (const auto& x : params.header_extensions)
      line({"a=extmap:", std::to_string(x.id),
            answered_direction(offered, x.id), " ", x.uri});
    if (accepted.direction == media_direction::recvonly)
      write_rids(params);
    else
      write_sources(params);
  }

  void write_transport() {
    line({"a=ice-ufrag:", answer_.ice.username_fragment});
    line({"a=ice-pwd:", answer_.ice.password});
    for (const auto& x : answer_.dtls.fingerprints)
      line({"a=fingerprint:", x.algorithm, " ", x.value});
    line({"a=setup:",
          offer_.dtls.role == dtls_role::server ? "active" : "passive"});
  }

  void write_rids(const rtp_parameters& params) {
    std::string all;
    for (const auto& x : params.encodings) {
      if (x.rid.empty())
        continue;
      line({"a=rid:", x.rid, " recv"});
      all += (all.empty() ? "" : ";") + x.rid;
    }
    if (!all.empty())
      line({"a=simulcast:recv ", all});
  }

  void write_sources(const rtp_parameters& params) {
    if (!params.msid.empty())
      line({"a=msid:", params.msid});
    for (const auto& x : params.encodings) {
      if (!x.ssrc)
        continue;
      const auto ssrc = std::to_string(*x.ssrc);
      const auto& cname = params.rtcp.cname;
      if (x.rtx_ssrc)
        line({"a=ssrc-group:FID ", ssrc, " ", std::to_string(*x.rtx_ssrc)});
      line({"a=ssrc:", ssrc, " cname:", cname});
      if (x.rtx_ssrc)
        line({"a=ssrc:", std::to_string(*x.rtx_ssrc), " cname:", cname});
    }
  }

  const sdp_offer& offer_;
  const sdp_answer& answer_;
  std::string out_;
};

} // namespace

std::string write_sdp_answer(const sdp_offer& offer, const sdp_answer& answer) {
  return answer_writer{offer, answer}.write();
}

} // namespace troupe::protocol
