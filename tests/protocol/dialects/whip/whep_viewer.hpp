#pragma once

#include "tests/protocol/dialects/whip/whip_publisher.hpp"

/// A viewer by WHEP, without a server behind its dialect.
namespace troupe::test::whip {

inline producer_info producer(const std::string& id, const std::string& whose,
                              media_kind kind, const std::string& data = "{}") {
  return {producer_id{id}, peer_id{whose}, kind, false, {data}};
}

inline participant member(const std::string& id,
                          const std::string& device = "{}") {
  return {peer_id{id}, id, false, false, {device}};
}

/// A room in which ann sends audio and video, and bob likewise.
inline reply::joined some_room() {
  reply::joined out;
  out.participants = {member("ann"), member("bob")};
  out.producers = {producer("ann-a", "ann", media_kind::audio),
                   producer("ann-v", "ann", media_kind::video),
                   producer("bob-a", "bob", media_kind::audio),
                   producer("bob-v", "bob", media_kind::video)};
  return out;
}

inline reply::consumed made(const std::string& consumer,
                            const std::string& producer,
                            const std::string& peer) {
  reply::consumed out;
  out.id = consumer_id{consumer};
  out.producer = producer_id{producer};
  out.peer = peer_id{peer};
  return out;
}

struct viewer : session_client {
  viewer() : session_client("whep", "made", true) {}

  static whip_offer offer() {
    whip_offer out;
    out.direction = "recvonly";
    return out;
  }

  void post(std::vector<std::string> path = {"r"},
            const whip_offer& x = offer()) {
    send(call_to("whep", "POST", std::move(path), sdp, x.text()));
  }

  void reach_transport(reply::joined room) {
    asked<verb::join>();
    grant(std::move(room));
    asked<verb::create_transport>();
    grant(some_transport());
    asked<verb::connect_transport>();
    grant(reply::transport_connected{});
  }

  /// The producer that is to be consumed now, which is granted.
  std::string consumed(const std::string& peer) {
    const auto out = asked<verb::consume>();
    REQUIRE(out.producer);
    grant(made("c-" + out.producer->str(), out.producer->str(), peer));
    return out.producer->str();
  }

  /// Watches ann.
  http_answer watch(reply::joined room = some_room()) {
    post();
    reach_transport(std::move(room));
    CHECK(consumed("ann") == "ann-a");
    CHECK(consumed("ann") == "ann-v");
    return answer();
  }

  void tell(any_event what) {
    connection->handle_event(what);
  }

  bool idle() {
    return !connection->poll_request() && !connection->poll_frame();
  }
};

} // namespace troupe::test::whip
