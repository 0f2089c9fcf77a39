#pragma once

#include <string>

/// Offers of WHIP and WHEP clients, in the form in which browsers and OBS write
/// them.
namespace troupe::test {

/// What differs between offers.
struct whip_offer {
  std::string fragment = "abcd";
  std::string password = "0123456789abcdefghijklmn";
  /// Of the client's certificate.
  std::string fingerprint = "11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:"
                            "11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00";
  std::string setup = "actpass";
  /// "recvonly" for WHEP.
  std::string direction = "sendonly";
  bool audio = true;
  bool video = true;
  std::string audio_codec = "opus/48000/2";
  std::string video_codec = "VP8/90000";
  /// RIDs separated by semicolons; empty: one encoding with an SSRC.
  std::string rids = {};

  std::string text() const {
    std::string out = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
                      "a=group:BUNDLE";
    out += std::string{audio ? " 0" : ""} + (video ? " 1" : "") + "\r\n";
    if (audio)
      out += section("audio", "111", "0") + "a=rtpmap:111 " + audio_codec
             + "\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
             + (direction == "sendonly" ? "a=ssrc:1111 cname:me\r\n" : "");
    if (video) {
      out += section("video", "96 97", "1") + "a=rtpmap:96 " + video_codec
             + "\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\n"
               "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n";
      if (direction == "sendonly")
        out += rids.empty() ? "a=ssrc-group:FID 2222 2223\r\n"
                              "a=ssrc:2222 cname:me\r\na=ssrc:2223 cname:me\r\n"
                            : simulcast();
    }
    return out;
  }

private:
  std::string section(const std::string& kind, const std::string& formats,
                      const std::string& mid) const {
    return "m=" + kind + " 9 UDP/TLS/RTP/SAVPF " + formats
           + "\r\nc=IN IP4 0.0.0.0\r\na=mid:" + mid
           + "\r\na=ice-ufrag:" + fragment + "\r\na=ice-pwd:" + password
           + "\r\na=fingerprint:sha-256 " + fingerprint + "\r\na=setup:" + setup
           + "\r\na=" + direction
           + "\r\na=rtcp-mux\r\na=rtcp-rsize\r\n"
             "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n";
  }

  std::string simulcast() const {
    std::string out =
        "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
        "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n";
    std::string rid;
    for (const auto c : rids + ";") {
      if (c != ';') {
        rid += c;
        continue;
      }
      out += "a=rid:" + rid + " send\r\n";
      rid.clear();
    }
    return out + "a=simulcast:send " + rids + "\r\n";
  }
};

/// A fragment of candidates, or of an ICE restart if the client has sent other
/// credentials before.
inline std::string whip_fragment(const std::string& fragment,
                                 const std::string& password) {
  return "a=ice-ufrag:" + fragment + "\r\na=ice-pwd:" + password
         + "\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
           "a=candidate:1 1 UDP 2130706431 192.0.2.1 50000 typ host\r\n"
           "a=end-of-candidates\r\n";
}

} // namespace troupe::test
