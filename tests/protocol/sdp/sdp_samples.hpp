#pragma once

#include "protocol/sdp/sdp_offer.hpp"
#include "tests/support/source_tree.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

/// Offers for tests: files of tests/data/sdp, and a short one to be changed.
namespace troupe::test {

inline std::string read_offer(const std::string& name) {
  std::ifstream in{in_source_tree("tests/data/sdp/" + name)};
  REQUIRE_MESSAGE(in, name);
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// One audio and one video section.
inline constexpr std::string_view short_offer =
    "v=0\n"
    "o=- 1 1 IN IP4 127.0.0.1\n"
    "s=-\n"
    "t=0 0\n"
    "a=group:BUNDLE 0 1\n"
    "a=ice-ufrag:abcd\n"
    "a=ice-pwd:0123456789abcdefghijkl\n"
    "a=fingerprint:sha-1 "
    "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB\n"
    "a=setup:actpass\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\n"
    "a=mid:0\n"
    "a=sendonly\n"
    "a=rtcp-mux\n"
    "a=rtpmap:111 opus/48000/2\n"
    "a=ssrc:11 cname:someone\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97\n"
    "a=mid:1\n"
    "a=sendonly\n"
    "a=rtcp-mux\n"
    "a=rtpmap:96 VP8/90000\n"
    "a=rtpmap:97 rtx/90000\n"
    "a=fmtp:97 apt=96\n"
    "a=ssrc-group:FID 21 22\n"
    "a=ssrc:21 cname:someone\n"
    "a=ssrc:22 cname:someone\n";

/// `text` with the last occurrence of `from` replaced.
inline std::string with(std::string_view text, std::string_view from,
                        std::string_view to) {
  std::string out{text};
  const auto at = out.rfind(from);
  REQUIRE_MESSAGE(at != out.npos, from);
  return out.replace(at, from.size(), to);
}

/// short_offer with these lines at its end, which is the video section's.
inline std::string with_lines(std::string_view lines) {
  return std::string{short_offer} + std::string{lines};
}

inline protocol::sdp_offer offer_of(std::string_view text) {
  auto out = protocol::parse_sdp_offer(text);
  REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().what));
  return *std::move(out);
}

} // namespace troupe::test
