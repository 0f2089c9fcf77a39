#include "net/ice/ice_server_url.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;

namespace {

constexpr auto tcp = transport_protocol::tcp;
constexpr auto udp = transport_protocol::udp;

std::error_code refusal_of_url(std::string_view text) {
  auto url = ice_server_url::parse(text);
  return url ? std::error_code{} : url.error();
}

} // namespace

TEST_CASE("the URLs of RFC 7064 and RFC 7065 have default ports") {
  struct sample {
    std::string text;
    ice_server_url url;
    std::string full;
  };
  const sample all[]{{"stun:example.org",
                      {false, false, "example.org", 3478, udp},
                      "stun:example.org:3478"},
                     {"turn:example.org",
                      {true, false, "example.org", 3478, udp},
                      "turn:example.org:3478?transport=udp"},
                     {"turn:192.0.2.1:80?transport=tcp",
                      {true, false, "192.0.2.1", 80, tcp},
                      "turn:192.0.2.1:80?transport=tcp"},
                     {"turns:turn_1.example.org",
                      {true, true, "turn_1.example.org", 5349, tcp},
                      "turns:turn_1.example.org:5349?transport=tcp"},
                     {"turns:[2001:db8::1]:443?transport=tcp",
                      {true, true, "2001:db8::1", 443, tcp},
                      "turns:[2001:db8::1]:443?transport=tcp"}};
  for (const auto& x : all) {
    CAPTURE(x.text);
    auto parsed = ice_server_url::parse(x.text);
    REQUIRE(parsed.has_value());
    CHECK(*parsed == x.url);
    CHECK(parsed->str() == x.full);
    CHECK(*ice_server_url::parse(x.full) == x.url);
  }
}

TEST_CASE("each fault of a URL has its reason") {
  for (auto x : {"", "example.org", "https://example.org", "STUN:a", "stuns:a"})
    CHECK_MESSAGE(refusal_of_url(x) == ice_url_errc::scheme, x);
  for (auto x :
       {"turn:", "turn://example.org", "turn:a b", "turn:@a", "turn:[::1",
        "turn:[a]", "turn:[192.0.2.1]", "turn:::1", "turn:-a", "turn:[::1]x"})
    CHECK_MESSAGE(refusal_of_url(x) == ice_url_errc::host, x);
  for (auto x : {"turn:a:", "turn:a:0", "turn:a:65536", "turn:a:x", "turn:a:1x",
                 "turn:a:1:2", "stun:a:-1"})
    CHECK_MESSAGE(refusal_of_url(x) == ice_url_errc::port, x);
  for (auto x : {"turn:a?", "turn:a?transport=sctp", "turn:a?Transport=tcp",
                 "turn:a?transport=tcp&x=1", "stun:a?transport=udp"})
    CHECK_MESSAGE(refusal_of_url(x) == ice_url_errc::query, x);
  CHECK(refusal_of_url("turns:a?transport=udp") == ice_url_errc::dtls);
  CHECK(refusal_of_url("turn:" + std::string(254, 'a')) == ice_url_errc::host);
  CHECK_FALSE(refusal_of_url("turn:" + std::string(253, 'a')));
}
