// WHEP (draft-ietf-wish-whep): how a viewer begins, what it is sent, and all
// refusals.
#include "tests/protocol/dialects/whip/whep_viewer.hpp"

using namespace troupe::test::whip;
using troupe::test::whip_offer;

namespace {

// The number after `a=ssrc:` or the like, at its first place after `from`.
uint32_t number_after(const std::string& text, const std::string& what,
                      const std::string& from) {
  const auto at = text.find(what, text.find(from));
  REQUIRE(at != std::string::npos);
  return static_cast<uint32_t>(std::stoul(text.substr(at + what.size())));
}

} // namespace

TEST_CASE("an offer to view joins unseen, consumes a track of each kind") {
  viewer x;
  x.post();
  const auto join = x.asked<verb::join>();
  CHECK(join.room == room_id{"r"});
  CHECK(join.peer == peer_id{"made"});
  CHECK(join.viewer);
  CHECK(join.must_exist);
  CHECK_FALSE(join.named_by_client);
  CHECK_FALSE(join.hidden);
  x.grant(some_room());
  const auto create = x.asked<verb::create_transport>();
  CHECK(create.direction == direction::recv);
  CHECK(create.lenient_ice);
  CHECK(create.keeps_member);
  x.grant(some_transport());
  x.asked<verb::connect_transport>();
  x.grant(reply::transport_connected{});
  const auto sound = x.asked<verb::consume>();
  CHECK(sound.producer == producer_id{"ann-a"});
  CHECK(sound.transport == transport_id{"t"});
  CHECK_FALSE(sound.paused);
  REQUIRE(sound.stream);
  CHECK(sound.stream->codecs.at(0).payload_type == 111);
  x.grant(made("c1", "ann-a", "ann"));
  const auto picture = x.asked<verb::consume>();
  CHECK(picture.producer == producer_id{"ann-v"});
  REQUIRE(picture.stream);
  x.grant(made("c2", "ann-v", "ann"));
  const auto out = x.answer();
  CHECK(out.status == 201);
  CHECK(out.content_type == "application/sdp");
  CHECK(header(out, "Location") == "/whep/r/made/secret");
  CHECK(header(out, "ETag") == "\"ours\"");
  CHECK(header(out, "Accept-Patch") == trickle);
  CHECK(header(out, "Link") == R"(<stun:stun.example.org>; rel="ice-server")");
  // What is signalled is what will be sent.
  CHECK(number_after(out.body, "a=ssrc:", "m=audio")
        == sound.stream->encodings.at(0).ssrc);
  CHECK(number_after(out.body, "a=ssrc:", "m=video")
        == picture.stream->encodings.at(0).ssrc);
  CHECK(out.body.find("a=ssrc-group:FID "
                      + std::to_string(*picture.stream->encodings[0].ssrc) + " "
                      + std::to_string(*picture.stream->encodings[0].rtx_ssrc))
        != std::string::npos);
  CHECK(out.body.find("a=sendonly") != std::string::npos);
  CHECK_FALSE(x.closed());
}

TEST_CASE("the name in a viewer's address is the member that it watches") {
  viewer x;
  x.post({"r", "bob"});
  x.reach_transport(some_room());
  CHECK(x.consumed("bob") == "bob-a");
  CHECK(x.consumed("bob") == "bob-v");
  CHECK(x.answer().status == 201);
  x.tell(event::active_speaker{peer_id{"ann"}, -20});
  CHECK(x.idle());
}

TEST_CASE(
    "a viewer's id is the server's, and its token must let it subscribe") {
  for (const auto& path :
       std::vector<std::vector<std::string>>{{"r"}, {"r", "bob"}}) {
    const auto out = plan(call_to("whep", "POST", path, sdp, "v=0"));
    CHECK(out.makes_id);
    CHECK(out.client.empty());
    CHECK(out.creates_client);
    CHECK(out.opens_session);
    CHECK(out.needs == http_plan::authority::subscriber);
  }
  const auto session = plan(call_to("whep", "DELETE", {"r", "made", "secret"}));
  CHECK(session.client == peer_id{"made"});
  CHECK(session.session_secret == "secret");
  CHECK_FALSE(session.makes_id);
}

TEST_CASE("without a room or a publisher a viewer is told to come back") {
  viewer x;
  x.post();
  x.asked<verb::join>();
  SUBCASE("no such room") {
    x.refuse(error_code::room_not_found);
  }
  SUBCASE("nobody publishes") {
    reply::joined room;
    room.participants = {member("ann")};
    x.grant(room);
    x.asked<verb::leave>();
    x.grant(reply::ok{});
  }
  const auto out = x.answer();
  CHECK(out.status == 409);
  CHECK(header(out, "Retry-After") == "5");
  CHECK(out.content_type == "application/problem+json");
  CHECK(x.closed());
}

TEST_CASE("a viewer of a member that sends nothing is told to come back") {
  viewer x;
  x.post({"r", "cat"});
  x.asked<verb::join>();
  x.grant(some_room());
  x.asked<verb::leave>();
  x.grant(reply::ok{});
  CHECK(x.answer().status == 409);
}

TEST_CASE("an offer to view with foreign codecs alone is refused as 422") {
  auto offer = viewer::offer();
  offer.video_codec = "H265/90000";
  viewer x;
  x.post({"r"}, offer);
  const auto out = x.answer();
  CHECK(out.status == 422);
  CHECK(out.body.find("H265") != std::string::npos);
}

TEST_CASE("an offer to send is none to view") {
  viewer x;
  x.post({"r"}, whip_offer{});
  CHECK(x.answer().status == 422);
}

TEST_CASE("a viewer that can decode nothing of what is published gets a 422") {
  viewer x;
  x.post({"r", "ann"});
  x.reach_transport(some_room());
  for (int i = 0; i < 2; ++i) {
    x.asked<verb::consume>();
    x.refuse(error_code::cannot_consume);
  }
  x.asked<verb::leave>();
  x.grant(reply::ok{});
  CHECK(x.answer().status == 422);
}

TEST_CASE("refusals of a viewer have the statuses of their codes") {
  const std::vector<std::pair<error_code, unsigned>> cases{
      {error_code::unauthorized, 401},
      {error_code::forbidden, 403},
      {error_code::limit_reached, 429},
      {error_code::overloaded, 503}};
  for (const auto& [why, status] : cases)
    for (const auto late : {false, true}) {
      viewer x;
      x.post();
      if (late) {
        x.reach_transport(some_room());
        x.asked<verb::consume>();
        x.refuse(why);
        x.asked<verb::leave>();
        x.grant(reply::ok{});
      } else {
        x.asked<verb::join>();
        x.refuse(why);
      }
      const auto out = x.answer();
      CHECK(out.status == status);
      CHECK(header(out, "Retry-After")
            == (status == 429 || status == 503 ? "5" : ""));
      CHECK(x.closed());
    }
}

TEST_CASE("HEAD tells the type of a viewer's answers, GET nothing") {
  const auto head = plan(call_to("whep", "HEAD", {"r"}));
  REQUIRE(head.answer);
  CHECK(head.answer->status == 200);
  CHECK(header(*head.answer, "Content-Type") == sdp);
  CHECK(plan(call_to("whep", "GET", {"r", "ann"})).answer->status == 204);
  CHECK(plan(call_to("whep", "OPTIONS", {"r"})).answer->status == 200);
  CHECK(plan(call_to("whep", "PUT", {"r"})).answer->status == 405);
  CHECK(plan(call_to("whep", "POST", {"r"}, "text/plain", "v=0")).answer->status
        == 415);
  CHECK(plan(call_to("whep", "POST", {"r"}, sdp, std::string(65'537, 'v')))
            .answer->status
        == 413);
  viewer x;
  x.watch();
  x.send(call_to("whep", "HEAD", {"r", "made", "secret"}));
  const auto out = x.answer();
  CHECK(out.status == 200);
  CHECK(header(out, "Content-Type") == sdp);
  x.send(call_to("whep", "GET", {"r", "made", "secret"}));
  CHECK(x.answer().status == 204);
}

TEST_CASE("a viewer restarts ICE, and leaves") {
  viewer x;
  x.watch();
  x.send(call_to("whep", "PATCH", {"r", "made", "secret"}, trickle,
                 troupe::test::whip_fragment("next", pwd), "*"));
  x.asked<verb::restart_ice>();
  x.grant(reply::ice_restarted{{"anew", "password", true}});
  const auto out = x.answer();
  CHECK(out.status == 200);
  CHECK(header(out, "ETag") == "\"anew\"");
  x.send(call_to("whep", "DELETE", {"r", "made", "secret"}));
  x.asked<verb::leave>();
  x.grant(reply::ok{});
  CHECK(x.answer().status == 200);
  CHECK(x.closed());
}

// -- what changes while it watches --------------------------------------------

TEST_CASE("a camera that is switched on later continues the signalled stream") {
  auto room = some_room();
  room.producers = {producer("ann-a", "ann", media_kind::audio)};
  viewer x;
  x.post();
  x.reach_transport(room);
  x.consumed("ann");
  const auto answer = x.answer().body;
  CHECK(x.idle());
  x.tell(event::producer_added{producer("ann-v", "ann", media_kind::video)});
  const auto late = x.asked<verb::consume>();
  CHECK(late.producer == producer_id{"ann-v"});
  CHECK(late.stream->encodings.at(0).ssrc
        == number_after(answer, "a=ssrc:", "m=video"));
  x.grant(made("c", "ann-v", "ann"));
  CHECK(x.idle());
}

TEST_CASE("another speaker takes over the streams of the former one") {
  viewer x;
  const auto answer = x.watch().body;
  x.tell(event::active_speaker{peer_id{"bob"}, -20});
  for (const auto* kind : {"audio", "video"}) {
    const auto id = std::string{"-"} + kind[0];
    CHECK(x.asked<verb::close_consumer>().consumer
          == consumer_id{"c-ann" + id});
    x.grant(reply::ok{});
    const auto next = x.asked<verb::consume>();
    CHECK(next.producer == producer_id{"bob" + id});
    CHECK(next.stream->encodings.at(0).ssrc
          == number_after(answer, "a=ssrc:", std::string{"m="} + kind));
    x.grant(made("c-bob" + id, "bob" + id, "bob"));
  }
  CHECK(x.idle());
  // Silence changes nothing.
  x.tell(event::active_speaker{std::nullopt, 0});
  CHECK(x.idle());
}

TEST_CASE("a publisher that comes back is watched again") {
  viewer x;
  x.post({"r", "ann"});
  x.reach_transport(some_room());
  x.consumed("ann");
  x.consumed("ann");
  x.answer();
  x.tell(event::producer_closed{producer_id{"ann-v"}, peer_id{"ann"}});
  // The consumer's own end may come later.
  CHECK(x.asked<verb::close_consumer>().consumer == consumer_id{"c-ann-v"});
  x.refuse(error_code::consumer_not_found);
  x.tell(event::consumer_closed{consumer_id{"c-ann-v"}, producer_id{"ann-v"}});
  x.tell(event::consumer_closed{consumer_id{"c-ann-a"}, producer_id{"ann-a"}});
  CHECK(x.asked<verb::consume>().producer == producer_id{"ann-a"});
  x.refuse(error_code::producer_not_found);
  CHECK(x.idle());
  x.tell(event::producer_added{producer("new", "ann", media_kind::video)});
  CHECK(x.consumed("ann") == "new");
  CHECK(x.idle());
}

TEST_CASE("a producer whose codec the viewer did not offer is skipped") {
  viewer x;
  x.watch();
  x.tell(event::producer_added{
      producer("bob-h", "bob", media_kind::video, R"({"source":"screen"})")});
  CHECK(x.idle());
  x.tell(event::active_speaker{peer_id{"bob"}, -20});
  x.asked<verb::close_consumer>();
  x.grant(reply::ok{});
  CHECK(x.consumed("bob") == "bob-a");
  x.asked<verb::close_consumer>();
  x.grant(reply::ok{});
  CHECK(x.asked<verb::consume>().producer == producer_id{"bob-h"});
  x.refuse(error_code::cannot_consume);
  CHECK(x.consumed("bob") == "bob-v");
  CHECK(x.idle());
}

TEST_CASE("what was refused for lack of capacity is asked for later again") {
  viewer x;
  auto room = some_room();
  room.producers.resize(1);
  x.post();
  x.reach_transport(room);
  x.consumed("ann");
  x.answer();
  x.tell(event::producer_added{producer("ann-v", "ann", media_kind::video)});
  x.asked<verb::consume>();
  x.refuse(error_code::overloaded);
  CHECK(x.idle());
  x.tell(event::producer_paused{producer_id{"ann-a"}, peer_id{"ann"}});
  CHECK(x.consumed("ann") == "ann-v");
}
