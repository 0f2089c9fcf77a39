#pragma once

#include "actors/http/admin_routes.hpp"
#include "actors/node/node.hpp"
#include "tests/actors/support/admin_nodes.hpp"
#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/quiet_log.hpp"
#include "tests/actors/support/recordings_folder.hpp"
#include "tests/actors/support/temporary_file.hpp"
#include "tests/actors/support/text.hpp"
#include "tests/support/source_tree.hpp"

#include <fstream>

/// A server with the admin API, and requests that lead to each of its answers.
namespace troupe::test::admin {

using net::testing::http;
using net::testing::http_reply;

inline const std::string token = "a token for testers only";
inline const std::string good_page = "https://ops.example.org";

inline std::string bearer(const std::string& x) {
  return "Authorization: Bearer " + x + "\r\n";
}

/// A server with the admin API; in its room `daily` Ann sends to Bob.
struct scene {
  explicit scene(bool enabled = true, std::vector<std::string> origins = {},
                 const std::string& sctp = "asked")
      : file(token + "\n")
      , server(settings(enabled, std::move(origins), sctp)) {
    quiet_log();
    auto failure = server.start();
    REQUIRE_MESSAGE(!failure, *failure);
  }

  actors::config settings(bool enabled, std::vector<std::string> origins,
                          const std::string& sctp) {
    actors::config out;
    out.http.listen_addresses = {"127.0.0.1"};
    out.http.port = 0;
    out.http.static_root = "";
    out.http.allowed_origins = std::move(origins);
    out.rtc.listen_addresses = {"127.0.0.1"};
    out.rtc.port = 0;
    out.rtc.sctp = sctp;
    out.threads.scheduler = 2;
    if (enabled)
      out.admin.token_file = file.path();
    out.record.directory = recordings.path.string();
    out.rtc.forward_allow = {"127.0.0.1"};
    return out;
  }

  uint16_t port() const {
    return server.http_port();
  }

  /// Brings Ann and Bob back, whatever an earlier request did to them.
  void bring_back_both() {
    // In a locked room, a member without proof cannot come back.
    ask("DELETE", "/rooms/daily/lock");
    recordings.add("a1", actors::recording_state::finished);
    recordings.add("b1", actors::recording_state::recording);
    ask("GET", "/recordings"); // looks for new ones
    ann.reset();
    bob.reset();
    ann.emplace(port(), "daily", "ann");
    ann->request("get-producers"); // the first member, so the host
    bob.emplace(port(), "daily", "bob");
    ann->request("create-transport", R"({"direction":"send"})");
    ann->produce(audio_track(1001));
    bob->request("create-transport", R"({"direction":"recv"})");
    bobs_consumer = text_at(bob->consume(), "/data/id");
  }

  http_reply ask(const std::string& method, const std::string& target,
                 const std::string& headers = bearer(token),
                 const std::string& body = {}) {
    return http(port(), method, "/api/v1" + target, headers, body);
  }

  json get(const std::string& target) {
    auto reply = ask("GET", target);
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    return parse_json(reply.body);
  }

  temporary_file file;
  recordings_folder recordings;
  actors::node server;
  std::string bobs_consumer = "gone"; // Bob's consumer
  std::string recording;              // the one that goes on
  std::optional<live_client> ann;
  std::optional<live_client> bob;
};

inline json read_description() {
  std::ifstream in{in_source_tree("docs/openapi.json")};
  REQUIRE(in.good());
  json out;
  out.Parse(std::string{std::istreambuf_iterator<char>{in}, {}}.c_str());
  REQUIRE_FALSE(out.HasParseError());
  return out;
}

inline std::string concrete(const std::string& path, const std::string& room,
                            const std::string& peer) {
  return replace(replace(path, "{room}", room), "{peer}", peer);
}

/// Fills in a path's parameters with this scene's ids; a consumer is Bob's.
inline std::string target_of(const scene& on, const std::string& path,
                             const std::string& room = "daily") {
  auto of_consumer = path.find("{consumer}") != std::string::npos;
  auto out = replace(concrete(path, room, of_consumer ? "bob" : "ann"),
                     "{consumer}", on.bobs_consumer);
  out = replace(out, "{name}", "manifest.json");
  return replace(out, "{id}", room == "daily" ? "a1" : "c1");
}

/// Asks a node of a cluster about a room that only the other node has, which
/// fails for `why`.
inline http_reply ask_silent_node(const std::string& method,
                                  const std::string& target,
                                  actors::ask_fault why,
                                  const std::string& body = {}) {
  admin_nodes on;
  probe_client carl{on.nodes.node(1)};
  carl.get<protocol::reply::joined>(join_as("carl", "daily"));
  on.nodes.settle();
  on.bridge.fake = [=](const actors::ask_node&) {
    return actors::node_answer{why, 0, {}, {}};
  };
  return to_reply(on.ask(0, method, target, body));
}

/// The same as `provoke` for what differs with recordings.
inline std::optional<http_reply> provoke_recording(scene& on,
                                                   const std::string& method,
                                                   const std::string& path,
                                                   int status) {
  const auto start = [&] {
    on.bring_back_both();
    auto reply = on.ask("POST", "/rooms/daily/recordings");
    if (reply.status == 201)
      on.recording = text_at(parse_json(reply.body), "/recordingId");
    return reply;
  };
  const bool starts = method == "POST" && path.ends_with("/recordings");
  if (starts && status == 400)
    return on.ask(method, target_of(on, path), bearer(token), R"({"title":7})");
  if (starts && status == 201)
    return start();
  if (starts && status == 409) {
    start();
    return on.ask(method, target_of(on, path));
  }
  if (path.ends_with("/stop") && status == 204) {
    start();
    return on.ask(method, replace(path, "{id}", on.recording));
  }
  if (path.find("{id}") != std::string::npos && status == 409) {
    on.bring_back_both();
    return on.ask(method, replace(path, "{id}", "b1"));
  }
  return std::nullopt;
}

/// The same as `provoke` for what differs with forwards.
inline std::optional<http_reply> provoke_forward(scene& on,
                                                 const std::string& method,
                                                 const std::string& path,
                                                 int status) {
  if (path.find("/forwards") == std::string::npos || status == 401
      || status == 403 || status == 413)
    return std::nullopt;
  const std::string body =
      R"({"peer":"ann","address":"127.0.0.1","port":50004})";
  const auto starts = method == "POST" && path.ends_with("/forwards");
  if (status == 409) {
    admin_nodes nodes;
    probe_client carl{nodes.nodes.node(0)};
    probe_client ann{nodes.nodes.node(1)};
    carl.get<protocol::reply::joined>(join_as("carl", "daily"));
    ann.send(join_as("ann", "daily"));
    nodes.nodes.settle();
    return to_reply(nodes.ask(0, method, target_of(on, path), body));
  }
  if (status == 502 || status == 504)
    return ask_silent_node(method, target_of(on, path),
                           status == 502 ? actors::ask_fault::unreachable
                                         : actors::ask_fault::timeout,
                           body);
  on.bring_back_both();
  if (starts)
    return on.ask(method, target_of(on, path, status == 404 ? "no" : "daily"),
                  bearer(token), status == 400 ? "{}" : body);
  if (status == 404) {
    CHECK(on.ask(method, target_of(on, path, "nowhere")).status == 404);
    return path.ends_with("/forwards")
               ? on.ask(method, target_of(on, path, "nowhere"))
               : on.ask(method, target_of(on, path));
  }
  const auto made =
      on.ask("POST", "/rooms/daily/forwards", bearer(token), body);
  REQUIRE_MESSAGE(made.status == 201, made.body);
  return on.ask(method, replace(target_of(on, path), "{forward}",
                                text_at(parse_json(made.body), "/id")));
}

/// Makes the request that leads to `status` according to the description.
inline http_reply provoke(scene& on, const std::string& method,
                          const std::string& path, int status) {
  if (auto reply = provoke_recording(on, method, path, status))
    return std::move(*reply);
  if (auto reply = provoke_forward(on, method, path, status))
    return std::move(*reply);
  auto target = target_of(on, path);
  switch (status) {
    case 200:
    case 204:
      on.bring_back_both();
      return on.ask(method, target_of(on, path));
    case 400:
      return on.ask(method, target + "?limit=0&kind=smell");
    case 409: {
      scene without{true, {}, "off"};
      without.bring_back_both();
      return without.ask(method, target);
    }
    case 401: {
      auto wrong = on.ask(method, target, bearer("not " + token));
      CHECK(wrong.status == 401);
      CHECK(wrong.body.find("Wrong token") != std::string::npos);
      auto none = on.ask(method, target, "");
      CHECK(none.body.find("A bearer token is required") != std::string::npos);
      return none;
    }
    case 403:
      return on.ask(method, target,
                    bearer(token) + "Origin: https://evil.example.org\r\n");
    case 404: {
      on.bring_back_both();
      if (path.find("{peer}") != std::string::npos) {
        auto nobody = on.ask(method, concrete(path, "daily", "nobody"));
        CHECK(nobody.status == 404);
      }
      if (path.find("{consumer}") != std::string::npos) {
        auto nothing = on.ask(method, concrete(path, "daily", "bob"));
        CHECK(nothing.status == 404);
        CHECK(text_at(parse_json(nothing.body), "/error/code")
              == "consumer-not-found");
      }
      return on.ask(method, target_of(on, path, "nowhere"));
    }
    case 413:
      return on.ask(method, target, bearer(token),
                    std::string(target.ends_with("/messages")
                                    ? actors::max_admin_message + 1
                                    : actors::max_admin_body + 1,
                                'x'));
    case 502:
      return ask_silent_node(method, target, actors::ask_fault::unreachable);
    case 504:
      return ask_silent_node(method, target, actors::ask_fault::timeout);
    default:
      FAIL("no way known to a " << status);
      return {};
  }
}

} // namespace troupe::test::admin
