#pragma once

#include "protocol/json/json_codec.hpp"
#include "protocol/verbs/rtp_parameters.hpp"
#include "protocol/verbs/transport_parameters.hpp"

#include <vector>

namespace troupe::test {

// The parameters that the outcomes of canonical.hpp have, always the same.

inline protocol::rtp_capabilities fixed_capabilities() {
  return protocol::decode_rtp_capabilities(
             *protocol::parse_json(R"({"codecs":[{"kind":"audio",
    "mimeType":"audio/opus","preferredPayloadType":100,"clockRate":48000,
    "channels":2}],"headerExtensions":[]})"))
      .value();
}

inline protocol::rtp_parameters fixed_rtp() {
  return protocol::decode_rtp_parameters(
             *protocol::parse_json(R"({"codecs":[{"mimeType":
    "audio/opus","payloadType":100,"clockRate":48000,"channels":2}],
    "encodings":[{"ssrc":1234567}],"rtcp":{"cname":"c"}})"))
      .value();
}

inline protocol::ice_parameters fixed_ice() {
  return {"ufrag", "password", true};
}

inline std::vector<protocol::ice_candidate> fixed_candidates() {
  return {{"udpcandidate", 1076558079, "192.0.2.1", protocol::ice_protocol::udp,
           40000}};
}

inline protocol::dtls_parameters fixed_dtls() {
  return protocol::decode_dtls_parameters(
             *protocol::parse_json(R"({"role":"auto","fingerprints":
    [{"algorithm":"sha-1","value":
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33"}]})"))
      .value();
}

} // namespace troupe::test
