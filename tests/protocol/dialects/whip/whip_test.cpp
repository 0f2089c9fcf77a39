// WHIP (RFC 9725): how a publisher begins and ends, and all refusals.
#include "tests/protocol/dialects/whip/whip_publisher.hpp"

using namespace troupe::test::whip;
using troupe::test::whip_offer;

// -- POST --------------------------------------------------------------------

TEST_CASE("an offer joins, opens a transport, sends its tracks: one answer") {
  publisher x;
  x.post();
  const auto join = x.asked<verb::join>();
  CHECK(join.room == room_id{"r"});
  CHECK(join.peer == peer_id{"cam"});
  CHECK(join.name == "cam");
  CHECK(join.named_by_client);
  CHECK_FALSE(join.must_exist);
  CHECK(join.rights.moderate == false);
  CHECK(join.device.text == R"({"flag":"whip","name":"WHIP"})");
  x.grant(reply::joined{});
  const auto create = x.asked<verb::create_transport>();
  CHECK(create.direction == direction::send);
  CHECK(create.lenient_ice);
  CHECK(create.keeps_member);
  x.grant(some_transport());
  const auto connect = x.asked<verb::connect_transport>();
  CHECK(connect.transport == transport_id{"t"});
  REQUIRE(connect.dtls.fingerprints.size() == 1);
  CHECK(connect.dtls.fingerprints[0].algorithm == "sha-256");
  x.grant(reply::transport_connected{});
  const auto sound = x.asked<verb::produce>();
  CHECK(sound.transport == transport_id{"t"});
  CHECK(sound.kind == media_kind::audio);
  CHECK(sound.parameters.encodings.at(0).ssrc == 1111);
  x.grant(reply::produced{});
  const auto picture = x.asked<verb::produce>();
  CHECK(picture.kind == media_kind::video);
  CHECK(picture.parameters.encodings.at(0).ssrc == 2222);
  x.grant(reply::produced{});
  const auto out = x.answer();
  CHECK(out.status == 201);
  CHECK(out.content_type == "application/sdp");
  CHECK(out.body.starts_with("v=0\r\n"));
  CHECK(out.body.find("a=ice-ufrag:ours\r\n") != std::string::npos);
  CHECK(header(out, "Location") == "/whip/r/cam/secret");
  CHECK(header(out, "ETag") == "\"ours\"");
  CHECK(header(out, "Accept-Patch") == trickle);
  CHECK(header(out, "Link") == R"(<stun:stun.example.org>; rel="ice-server")");
  CHECK_FALSE(x.closed());
}

TEST_CASE("a publisher whose id the server made cannot be taken over") {
  publisher x{true};
  x.post();
  const auto join = x.asked<verb::join>();
  CHECK_FALSE(join.named_by_client);
  CHECK(join.name == "WHIP");
}

TEST_CASE("a publisher may send audio or video alone") {
  publisher x;
  whip_offer offer;
  offer.video = false;
  x.post(offer);
  x.reach_transport();
  CHECK(x.asked<verb::produce>().kind == media_kind::audio);
  x.grant(reply::produced{});
  CHECK(x.answer().status == 201);
}

TEST_CASE("the lowest encoding is produced first, in whatever order offered") {
  for (const auto* order : {"f;h;q", "q;h;f", "h;q;f"}) {
    publisher x;
    whip_offer offer;
    offer.audio = false;
    offer.rids = order;
    x.post(offer);
    x.reach_transport();
    const auto produce = x.asked<verb::produce>();
    REQUIRE(produce.parameters.encodings.size() == 3);
    CHECK(produce.parameters.encodings[0].rid == "q");
    CHECK(produce.parameters.encodings[1].rid == "h");
    CHECK(produce.parameters.encodings[2].rid == "f");
    // The answer repeats the client's order.
    x.grant(reply::produced{});
    CHECK(x.answer().body.find("a=simulcast:recv " + offer.rids + "\r\n")
          != std::string::npos);
  }
}

TEST_CASE("an endpoint's address has a room, and may have an id") {
  const auto bare = plan(call("POST", {"r"}, sdp, "v=0"));
  CHECK(bare.room == room_id{"r"});
  CHECK(bare.client.empty());
  for (const auto& x :
       {bare, plan(call("POST", {"r", ""}, sdp, "v=0")),
        plan(call("POST", {"r", "cam"}, "Application/SDP; a=b", "v=0"))}) {
    CHECK(x.creates_client);
    CHECK(x.opens_session);
    CHECK(x.needs == http_plan::authority::publisher);
    CHECK_FALSE(x.session_secret);
  }
  for (const auto& other : std::vector<std::vector<std::string>>{
           {}, {""}, {"r", "cam", "secret", "more"}})
    CHECK_FALSE(read_http_call(call("POST", other, sdp, "v=0")));
}

TEST_CASE("an offer of another type, or too long, is refused before all else") {
  auto out = refusal(call("POST", {"r"}, "application/json", "{}"));
  CHECK(out.status == 415);
  CHECK(header(out, "Accept-Post") == sdp);
  CHECK(refusal(call("POST", {"r"}, "", "v=0")).status == 415);
  CHECK(refusal(call("POST", {"r"}, sdp, std::string(65'537, 'v'))).status
        == 413);
  CHECK_FALSE(plan(call("POST", {"r"}, sdp, std::string(65'536, 'v'))).answer);
}

TEST_CASE("an offer that is none is refused as 400, and nothing is asked") {
  publisher x;
  x.send(call("POST", {"r", "cam"}, sdp, "hello"));
  const auto out = x.answer();
  CHECK(out.status == 400);
  CHECK(out.content_type == "application/problem+json");
  CHECK(x.connection->poll_refusal() == error_code::bad_request);
  CHECK(x.closed());
}

TEST_CASE("codecs that the router does not have are named in a 422") {
  whip_offer offer;
  publisher x;
  SUBCASE("of video, although the audio could be published") {
    offer.video_codec = "H265/90000";
  }
  SUBCASE("of audio") {
    offer.audio_codec = "H265/90000";
    offer.video = false;
  }
  x.post(offer);
  const auto out = x.answer();
  CHECK(out.status == 422);
  CHECK_MESSAGE(out.body.find("H265") != std::string::npos, out.body);
  CHECK(x.connection->poll_refusal() == error_code::unsupported);
  CHECK(x.closed());
}

TEST_CASE("an offer without audio and video is refused as 422") {
  publisher x;
  whip_offer offer;
  offer.audio = offer.video = false;
  x.send(call("POST", {"r", "cam"}, sdp,
              offer.text()
                  + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
                    "a=mid:0\r\na=ice-ufrag:abcd\r\na=ice-pwd:"
                  + pwd + "\r\na=fingerprint:sha-256 " + offer.fingerprint
                  + "\r\na=setup:actpass\r\na=sctp-port:5000\r\n"));
  CHECK(x.answer().status == 422);
}

TEST_CASE("a join that is refused is answered with its status") {
  const std::vector<std::pair<error_code, unsigned>> cases{
      {error_code::unauthorized, 401},
      {error_code::forbidden, 403},
      {error_code::limit_reached, 429},
      {error_code::overloaded, 503},
      {error_code::internal, 500}};
  for (const auto& [why, status] : cases) {
    publisher x;
    x.post();
    x.asked<verb::join>();
    x.refuse(why);
    const auto out = x.answer();
    CHECK(out.status == status);
    CHECK(header(out, "Retry-After")
          == (status == 429 || status == 503 ? "5" : ""));
    CHECK(x.closed());
  }
}

TEST_CASE("a refusal after the join undoes the join before it is answered") {
  const std::vector<std::pair<error_code, unsigned>> cases{
      {error_code::limit_reached, 429}, // of the transport
      {error_code::bad_request, 400},   // of its connection
      {error_code::unsupported, 422},   // of the second track
  };
  for (size_t granted = 0; granted < cases.size(); ++granted)
    for (const auto removed : {false, true}) {
      CAPTURE(granted);
      CAPTURE(removed);
      publisher x;
      x.post();
      x.asked<verb::join>();
      x.grant(reply::joined{});
      x.asked<verb::create_transport>();
      if (granted > 0) {
        x.grant(some_transport());
        x.asked<verb::connect_transport>();
      }
      if (granted > 1) {
        x.grant(reply::transport_connected{});
        x.asked<verb::produce>();
        x.grant(reply::produced{});
        x.asked<verb::produce>();
      }
      const auto& [why, status] = cases[granted];
      x.refuse(why);
      x.asked<verb::leave>();
      if (removed)
        x.refuse(error_code::not_joined);
      else
        x.grant(reply::ok{});
      CHECK(x.answer().status == status);
      CHECK(x.closed());
    }
}

// -- the other methods -------------------------------------------------------

TEST_CASE("a DELETE is answered with 200 after the publisher has left") {
  publisher x;
  x.publish();
  x.send(call("DELETE", {"r", "cam", "secret"}));
  x.asked<verb::leave>();
  x.grant(reply::ok{});
  CHECK(x.answer().status == 200);
  CHECK(x.closed());
}

TEST_CASE("a request to a session's address needs its secret and no token") {
  for (const auto* method : {"DELETE", "GET", "HEAD"}) {
    const auto out = plan(call(method, {"r", "cam", "secret"}));
    CHECK(out.session_secret == "secret");
    CHECK(out.needs == http_plan::authority::none);
    CHECK_FALSE(out.creates_client);
    CHECK_FALSE(out.answer);
  }
  publisher x;
  x.publish();
  x.send(call("GET", {"r", "cam", "secret"}));
  CHECK(x.answer().status == 204);
}

TEST_CASE("GET, OPTIONS and unknown methods are answered at once") {
  CHECK(refusal(call("GET", {"r"})).status == 204);
  CHECK(refusal(call("HEAD", {"r", "cam"})).status == 204);
  for (const auto& path : std::vector<std::vector<std::string>>{
           {"r"}, {"r", "cam"}, {"r", "cam", "secret"}}) {
    const auto options = plan(call("OPTIONS", path));
    CHECK(options.needs == http_plan::authority::none);
    REQUIRE(options.answer);
    CHECK(options.answer->status == 200);
    CHECK(header(*options.answer, "Accept-Post") == sdp);
    CHECK(header(*options.answer, "Access-Control-Allow-Methods")
              .find("PATCH, DELETE")
          != std::string::npos);
    CHECK(header(*options.answer, "Access-Control-Allow-Headers")
          == "Authorization, Content-Type, If-Match, ETag");
    CHECK(refusal(call("PUT", path)).status == 405);
  }
  CHECK(header(refusal(call("PUT", {"r"})), "Allow")
        == "POST, GET, HEAD, OPTIONS");
  CHECK(header(refusal(call("POST", {"r", "cam", "secret"})), "Allow")
        == "PATCH, DELETE, GET, HEAD, OPTIONS");
}

TEST_CASE("a publisher that is removed is closed with the reason") {
  publisher x;
  x.publish();
  const auto dialect_end = [&](end_reason why) {
    return x.connection->handle_end(why).reason;
  };
  CHECK(dialect_end(end_reason::transport_ended) == "the transport has ended");
  CHECK(dialect_end(end_reason::kicked) == "kicked");
}

TEST_CASE("a frame without number, and one after the end, are ignored") {
  publisher x;
  for (const auto* text : {"", "x", "1"})
    x.connection->handle_frame({text, false}, x.now);
  CHECK_FALSE(x.connection->poll_request());
  CHECK_FALSE(x.connection->poll_frame());
  x.send(call("POST", {"r", "cam"}, sdp, "hello"));
  x.answer();
  x.post();
  CHECK_FALSE(x.connection->poll_request());
  CHECK_FALSE(x.connection->poll_frame());
}
