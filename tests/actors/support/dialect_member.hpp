#pragma once

#include "fake_client.hpp"

#include "net/dtls/digest.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::test {

/// A member of room r that speaks any dialect, in an `actor_world`, at the
/// level of frames.
class dialect_member {
public:
  /// The dialects, by name.
  static inline const std::vector<std::string> dialects{"ws", "events", "flow",
                                                        "rooms", "protoo"};

  /// Connects and joins. `pid` is that of an earlier connection; only Socket.IO
  /// has it.
  dialect_member(actor_world& world, std::string dialect,
                 const std::string& user, const std::string& pid = {})
      : world_(world)
      , dialect_(std::move(dialect))
      , connection_(std::make_shared<fake_connection>()) {
    protocol::handshake hello;
    hello.derive_id = net::derive_id;
    hello.query = {{"roomId", "r"}};
    if (dialect_ == "ws") {
      hello.path = "/socket";
      hello.query = {{"auth", user}, {"channelId", "r"}};
    } else if (dialect_ == "protoo") {
      hello.path = "/";
      hello.subprotocol = "protoo";
      hello.query.emplace("peerId", user);
    } else {
      hello.path = "/socket.io/";
      hello.carrier = protocol::carrier::socketio;
    }
    session_ = actors::spawn_session(
        *world.system,
        {connection_, protocol::find_dialect(hello), hello, world.services,
         caf::actor_cast<actors::room_gate_actor>(world.server)});
    world.run();
    if (hello.carrier == protocol::carrier::socketio) {
      say(pid.empty() ? "0" : R"(0{"pid":")" + pid + "\"}");
      read();
      REQUIRE_FALSE(frames.empty());
      pid_ = text_at(parse_json(frames.front().substr(1)), "/pid");
    }
    say(join_frame(user));
  }

  dialect_member(const dialect_member&) = delete;

  ~dialect_member() {
    if (session_)
      caf::anon_send(session_, actors::connection_closed{});
    world_.run();
  }

  void say(const std::string& text) {
    if (text.empty())
      return;
    caf::anon_send(session_, actors::frame_received{text, false});
    world_.run();
  }

  /// What the server has sent since `forget`.
  std::vector<std::string> frames;

  void forget() {
    read();
    frames.clear();
  }

  /// How often it was told that another member has left.
  size_t told_left() {
    static const std::map<std::string, std::string> names{
        {"ws", "\"participant-left\""},
        {"events", "[\"participant-left\""},
        {"flow", "[\"peerLeft\""},
        {"rooms", "[\"peerLeft\""},
        {"protoo", "\"peerClosed\""}};
    return count(names.at(dialect_));
  }

  /// How often it was told that another member has joined. `events` has lists
  /// of all members in place of that.
  size_t told_joined() {
    static const std::map<std::string, std::string> names{
        {"ws", "\"participant-joined\""},
        {"events", "[\"participant-list-update\""},
        {"flow", "[\"peerJoined\""},
        {"rooms", "[\"peerJoined\""},
        {"protoo", "\"newPeer\""}};
    return count(names.at(dialect_));
  }

  /// The close code if the server has closed.
  std::optional<uint16_t> closed() const {
    return connection_->closed;
  }

  /// By which a Socket.IO client comes back.
  const std::string& pid() const {
    return pid_;
  }

  const std::string& dialect() const {
    return dialect_;
  }

private:
  std::string join_frame(const std::string& user) const {
    if (dialect_ == "events")
      return R"(20["join-mediasoup-room",{"roomId":"r"}])";
    if (dialect_ == "flow")
      return R"(20["createWebRtcTransport",{"direction":"send"}])";
    if (dialect_ == "rooms")
      return R"(20["join","r",")" + user + "\"]";
    if (dialect_ == "protoo")
      return R"({"request":true,"id":1,"method":"join","data":)"
             R"({"displayName":"x","device":{}}})";
    return {};
  }

  void read() {
    while (!connection_->sent.empty()) {
      frames.push_back(std::move(connection_->sent.front()));
      connection_->sent.pop_front();
    }
  }

  size_t count(const std::string& what) {
    read();
    return static_cast<size_t>(std::ranges::count_if(
        frames, [&](const auto& x) { return x.find(what) != x.npos; }));
  }

  actor_world& world_;
  std::string dialect_;
  std::shared_ptr<fake_connection> connection_;
  actors::session_actor session_;
  std::string pid_;
};

} // namespace troupe::test
