#include "protocol/sdp/ice_fragment.hpp"

#include "protocol/sdp/sdp_offer.hpp"

#include <doctest/doctest.h>

using namespace troupe::protocol;

TEST_CASE("a fragment has credentials, and its candidates are counted") {
  // The form is that of RFC 9725, section 4.3.2.
  const auto out = parse_ice_fragment(
      "a=group:BUNDLE 0 1\r\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
      "a=mid:0\r\n"
      "a=ice-ufrag:EsAw\r\n"
      "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
      "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host "
      "generation 0 ufrag EsAw network-id 1\r\n"
      "a=candidate:3471623853 1 tcp 1518280447 192.0.2.1 9 typ host tcptype "
      "active generation 0 ufrag EsAw network-id 1\r\n"
      "a=end-of-candidates\r\n");
  REQUIRE(out.has_value());
  CHECK(*out == ice_fragment{"EsAw", "P2uYro0UCOQ4zxjKXaWCBui1", 2, true});
}

TEST_CASE("credentials of the session come before those of a section") {
  const auto out = parse_ice_fragment("a=ice-ufrag:first\n"
                                      "a=ice-pwd:one\n"
                                      "m=audio 9 RTP/AVP 0\n"
                                      "a=ice-ufrag:second\n"
                                      "a=ice-pwd:two\n");
  REQUIRE(out.has_value());
  CHECK(*out == ice_fragment{"first", "one", 0, false});
}

TEST_CASE("a candidate may name the username fragment alone") {
  const auto out = parse_ice_fragment(
      "m=audio 9 RTP/AVP 0\n"
      "a=candidate:1 1 udp 1 192.0.2.1 9 typ host ufrag abcd network-id 1\n"
      "a=candidate:1 1 udp 1 192.0.2.1 9 typ host ufrag efgh\n");
  REQUIRE(out.has_value());
  CHECK(*out == ice_fragment{"abcd", "", 2, false});
}

TEST_CASE("an empty fragment is none, and a malformed one is refused") {
  REQUIRE(parse_ice_fragment("").has_value());
  CHECK(*parse_ice_fragment("") == ice_fragment{});
  const auto bad = parse_ice_fragment("candidate:1 1 udp\n");
  REQUIRE(!bad);
  CHECK(bad.error().code == sdp_errc::malformed);
  const auto worse = parse_ice_fragment("a=ice-ufrag:a\na=ice-pwd:\xc3\xa4\n");
  REQUIRE(!worse);
  CHECK(worse.error().code == sdp_errc::bad_value);
  CHECK(worse.error().what
        == "line 2: a=ice-pwd: not 1 to 256 characters of ICE");
  CHECK(parse_ice_fragment(std::string(65'537, 'a')).error().code
        == sdp_errc::too_large);
}

TEST_CASE("an ICE restart is answered by credentials and candidates") {
  const auto text = write_ice_fragment(
      {"ufrag", "password", true},
      {{"tcpcandidate", 7, "192.0.2.1", ice_protocol::tcp, 443},
       {"udpcandidate", 9, "192.0.2.1", ice_protocol::udp, 443}},
      media_kind::video, "video0");
  CHECK(text
        == "a=ice-lite\r\n"
           "a=ice-ufrag:ufrag\r\n"
           "a=ice-pwd:password\r\n"
           "m=video 9 UDP/TLS/RTP/SAVPF 0\r\n"
           "a=mid:video0\r\n"
           "a=candidate:1 1 udp 9 192.0.2.1 443 typ host\r\n"
           "a=candidate:2 1 tcp 7 192.0.2.1 443 typ host tcptype passive\r\n"
           "a=end-of-candidates\r\n");
  const auto read = parse_ice_fragment(text);
  REQUIRE(read.has_value());
  CHECK(*read == ice_fragment{"ufrag", "password", 2, true});
}
