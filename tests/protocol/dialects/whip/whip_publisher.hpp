#pragma once

#include "net/base/rng.hpp"
#include "protocol/dialects/common/dialect.hpp"
#include "protocol/json/json_limits.hpp"

#include "tests/support/whip_offers.hpp"

#include <doctest/doctest.h>

#include <algorithm>

/// Clients of WHIP and WHEP, without a server behind their dialects.
namespace troupe::test::whip {

using namespace troupe::protocol;
using namespace std::chrono_literals;

inline const std::string sdp = "application/sdp";
inline const std::string trickle = "application/trickle-ice-sdpfrag";
inline const std::string pwd = "0123456789abcdefghijklmn";

inline http_call call_to(const std::string& endpoint, const std::string& method,
                         std::vector<std::string> path,
                         const std::string& type = {},
                         const std::string& body = {},
                         const std::string& if_match = {}) {
  http_call out;
  out.method = method;
  out.path = std::move(path);
  out.path.insert(out.path.begin(), endpoint);
  out.content_type = type;
  out.if_match = if_match;
  out.body = body;
  return out;
}

inline http_call call(const std::string& method, std::vector<std::string> path,
                      const std::string& type = {},
                      const std::string& body = {},
                      const std::string& if_match = {}) {
  return call_to("whip", method, std::move(path), type, body, if_match);
}

inline http_plan plan(const http_call& x) {
  auto out = read_http_call(x);
  REQUIRE(out);
  CHECK(out->dialect->name == x.path.at(0));
  return std::move(out->plan);
}

inline http_answer refusal(const http_call& x) {
  auto out = plan(x);
  REQUIRE(out.answer);
  if (out.answer->status >= 400)
    CHECK(out.answer->content_type == "application/problem+json");
  return *out.answer;
}

inline std::string header(const http_answer& x, std::string_view name) {
  const auto found = std::ranges::find(
      x.headers, name, [](const auto& header) { return header.first; });
  return found == x.headers.end() ? std::string{} : found->second;
}

inline reply::transport_created some_transport() {
  reply::transport_created out;
  out.id = transport_id{"t"};
  out.ice = {"ours", "our-password", true};
  out.candidates = {{"1", 2130706431, "192.0.2.7", ice_protocol::udp, 44444}};
  out.dtls.fingerprints = {{"sha-256", "AA:BB"}};
  out.ice_servers = {{{"stun:stun.example.org"}}};
  return out;
}

/// One client, whose requests are numbered in order.
struct session_client {
  session_client(const std::string& endpoint, const std::string& id,
                 bool made_id) {
    auto found = read_http_call(call_to(endpoint, "POST", {"r"}, sdp, "v=0"));
    REQUIRE(found);
    handshake hello;
    hello.carrier = carrier::http;
    hello.path = "/" + endpoint + "/r";
    hello.query = {{"roomId", "r"}, {"peerId", id}};
    hello.session_secret = "secret";
    hello.has_made_id = made_id;
    REQUIRE(find_dialect(hello) == found->dialect);
    connection = found->dialect->make(hello, *random, now);
  }

  void send(const http_call& x) {
    auto wanted = plan(x);
    REQUIRE_FALSE(wanted.answer);
    connection->handle_frame({number_frame(++number, wanted.frame), false},
                             now);
  }

  /// The one verb that is asked now.
  template <class Verb>
  Verb asked() {
    auto out = connection->poll_request();
    REQUIRE(out);
    CHECK_FALSE(connection->poll_frame());
    token = out->token;
    REQUIRE(std::holds_alternative<Verb>(out->request));
    return std::get<Verb>(out->request);
  }

  void grant(success x) {
    connection->handle_outcome(token, std::move(x));
  }

  void refuse(error_code why) {
    connection->handle_outcome(token, make_error(why));
  }

  http_answer answer() {
    CHECK_FALSE(connection->poll_request());
    auto out = connection->poll_frame();
    REQUIRE(out);
    std::string_view text = out->payload;
    CHECK(take_number(text) == number);
    auto read = read_answer(text);
    REQUIRE(read);
    return *read;
  }

  bool closed() {
    return connection->poll_close().has_value();
  }

  std::unique_ptr<net::rng> random = net::make_seeded_rng(1);
  net::time_point now{1h};
  std::unique_ptr<dialect> connection;
  uint64_t number = 0;
  request_token token = 0;
};

struct publisher : session_client {
  explicit publisher(bool made_id = false)
      : session_client("whip", "cam", made_id) {}

  void post(const whip_offer& x = {}) {
    send(call("POST", {"r", "cam"}, sdp, x.text()));
  }

  void patch(const std::string& if_match, const std::string& body) {
    send(call("PATCH", {"r", "cam", "secret"}, trickle, body, if_match));
  }

  void reach_transport() {
    asked<verb::join>();
    grant(reply::joined{});
    asked<verb::create_transport>();
    grant(some_transport());
    asked<verb::connect_transport>();
    grant(reply::transport_connected{});
  }

  /// Publishes audio and video.
  http_answer publish() {
    post();
    reach_transport();
    for (int i = 0; i < 2; ++i) {
      asked<verb::produce>();
      grant(reply::produced{});
    }
    return answer();
  }
};

} // namespace troupe::test::whip
