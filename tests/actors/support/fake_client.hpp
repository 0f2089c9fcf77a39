#pragma once

#include "actors/session/session_actor.hpp"
#include "net/io/http/described_connection.hpp"

#include "actor_world.hpp"
#include "ws_messages.hpp"

namespace troupe::test {

/// The request that opens a connection from this host.
inline net::http_request local_request() {
  net::http_request out;
  out.local = *net::parse_address("127.0.0.1", 3000);
  out.remote = *net::parse_address("127.0.0.1", 50000);
  return out;
}

/// A connection without a socket that keeps what the server sends.
class fake_connection final : public net::described_connection {
public:
  fake_connection() : net::described_connection(local_request(), "ws", 1) {}

  void send(std::vector<net::outgoing_message> messages) override {
    ++batches;
    for (const auto& x : messages)
      if (!closed && !x.binary)
        sent.push_back(*x.text);
  }

  void close(uint16_t code, std::string) override {
    if (!closed)
      closed = code;
  }

  std::shared_ptr<net::client_liveness> liveness() const override {
    return alive;
  }

  std::deque<std::string> sent;
  /// The number of sends.
  size_t batches = 0;
  std::optional<uint16_t> closed;
  std::shared_ptr<net::client_liveness> alive =
      std::make_shared<net::client_liveness>();
};

/// A client of dialect A whose session runs in an `actor_world`.
class fake_client {
public:
  /// `secret` is the rejoin secret of an earlier join.
  fake_client(actor_world& world, const std::string& room,
              const std::string& user, const std::string& secret = {})
      : world_(world)
      , connection_(std::make_shared<fake_connection>()) {
    protocol::handshake hello;
    hello.path = "/socket";
    hello.query = {{"auth", user}, {"channelId", room}};
    if (!secret.empty())
      hello.query.emplace("rejoinSecret", secret);
    session_ = actors::spawn_session(
        *world.system,
        {connection_, protocol::find_dialect(hello), hello, world.services,
         caf::actor_cast<actors::room_gate_actor>(world.server)});
  }

  fake_client(const fake_client&) = delete;

  ~fake_client() {
    hang_up();
    world_.run();
  }

  /// Sends without waiting. Returns the request's id.
  int send(const std::string& type, const std::string& data = "{}") {
    send_frame(make_request(++last_id_, type, data));
    return last_id_;
  }

  void send_frame(const std::string& text) {
    caf::anon_send(session_, actors::frame_received{text, false});
  }

  /// Sends, runs all actors, and returns the response.
  json request(const std::string& type, const std::string& data = "{}") {
    auto id = send(type, data);
    world_.run();
    auto reply = messages().take_reply(id);
    REQUIRE_MESSAGE(reply, type << " has no answer");
    return std::move(*reply);
  }

  /// Closes the connection, or breaks it if `lost`.
  void hang_up(bool lost = false) {
    if (session_)
      caf::anon_send(session_, actors::connection_closed{lost});
    session_ = nullptr;
  }

  /// The close code if the server has closed.
  std::optional<uint16_t> closed() const {
    return connection_->closed;
  }

  /// The number of sends, whatever their size.
  size_t batches() const {
    return connection_->batches;
  }

  /// How many objects hold its connection's `client_liveness`.
  long liveness_users() const {
    return connection_->alive.use_count();
  }

  inbox& messages() {
    while (!connection_->sent.empty()) {
      inbox_.add(connection_->sent.front());
      connection_->sent.pop_front();
    }
    return inbox_;
  }

  /// Takes the oldest push of `type`, or nothing.
  std::optional<json> push(const std::string& type) {
    return messages().take_push(type);
  }

  std::string create_transport(const std::string& direction) {
    auto reply =
        request("create-transport", R"({"direction":")" + direction + "\"}");
    REQUIRE(text_at(reply, "/type") == "transport-params");
    return text_at(reply, "/data/id");
  }

  std::string produce(const std::string& track) {
    auto reply = request("produce", "{" + track + "}");
    REQUIRE_MESSAGE(text_at(reply, "/type") == "producer-id", to_text(reply));
    return text_at(reply, "/data/id");
  }

  /// Consumes with the server's own capabilities.
  json consume(const std::string& more = {}) {
    return request("consume",
                   "{\"rtpCapabilities\":" + capabilities() + more + "}");
  }

  std::string capabilities() {
    auto reply = request("get-rtp-capabilities");
    return to_text(reply["data"]);
  }

private:
  actor_world& world_;
  std::shared_ptr<fake_connection> connection_;
  actors::session_actor session_;
  inbox inbox_;
  int last_id_ = 0;
};

} // namespace troupe::test
