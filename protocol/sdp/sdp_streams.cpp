#include "protocol/sdp/sdp_streams.hpp"

#include "protocol/sdp/sdp_codecs.hpp"

namespace troupe::protocol {

namespace {

void write_stream(std::string& out, const sdp_stream& x) {
  out += "m=" + std::string{to_string(x.kind)} + ' ' + std::to_string(x.port)
         + " RTP/AVP";
  for (const auto& codec : x.codecs)
    out += ' ' + std::to_string(codec.payload_type);
  out += "\r\na=rtcp:" + std::to_string(x.port + 1) + "\r\na=sendonly\r\n";
  for (auto codec : x.codecs) {
    codec.feedback.clear(); // which RTP/AVP has not
    write_sdp_codec(out, codec);
  }
  out += "a=ssrc:" + std::to_string(x.ssrc) + " cname:" + x.cname + "\r\n";
}

} // namespace

std::string write_sdp_streams(uint64_t session, uint64_t version,
                              const net::socket_address& to,
                              const std::vector<sdp_stream>& streams) {
  const auto where = (to.is_v4() ? "IN IP4 " : "IN IP6 ") + to.ip();
  std::string out = "v=0\r\no=- " + std::to_string(session) + ' '
                    + std::to_string(version) + ' ' + where
                    + "\r\ns=Troupe\r\nc=" + where + "\r\nt=0 0\r\n";
  for (const auto& x : streams)
    write_stream(out, x);
  return out;
}

} // namespace troupe::protocol
