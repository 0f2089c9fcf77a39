#pragma once

#include "bench/load/signaling/dialect_wire.hpp"
#include "bench/load/signaling/messages.hpp"
#include "bench/load/signaling/text_socket.hpp"
#include "net/base/time.hpp"

#include <boost/asio/steady_timer.hpp>

#include <map>

namespace troupe::load {

/// Where the signaling of a server listens.
struct server_address {
  std::string host = "127.0.0.1";
  uint16_t port = 0;
};

/// Reads "http://127.0.0.1:3000", "ws://…" or "127.0.0.1:3000", with or
/// without a slash behind. Throws signaling_error for anything else, TLS and
/// host names included.
server_address parse_server(std::string_view url);

struct signaling_config {
  server_address server;
  load::dialect dialect = load::dialect::ws;
  load::seat seat;
  /// The local address to connect from; any where empty.
  std::string from;
  /// For the connection, and for each request.
  std::chrono::milliseconds timeout{20'000};
};

/// The first answers a client gets.
struct welcome {
  /// The id by which others know this client.
  std::string peer;
  protocol::rtp_capabilities router;
  std::vector<producer_notice> producers;
};

/// Speaks to the server as one client, in either dialect. Requests are
/// coroutines on the loop's thread; they throw signaling_error. Any number may
/// be under way.
class signaling_client {
public:
  using task = boost::asio::awaitable<void>;

  /// Reads `device_capabilities` of the router's as the client's own.
  signaling_client(boost::asio::io_context& loop, signaling_config cfg);

  ~signaling_client();

  /// Called for what the server says by itself, by the names of dialect B.
  std::function<void(const heard_push&)> on_push;

  /// Called once when the server ends the conversation.
  std::function<void(const signaling_error& reason)> on_end;

  /// Connects and enters the room.
  boost::asio::awaitable<welcome> join();

  boost::asio::awaitable<transport_offer> create_transport(bool send);

  task connect_transport(std::string transport, protocol::dtls_parameters dtls);

  /// Returns the producer's id.
  boost::asio::awaitable<std::string>
  produce(std::string transport, protocol::media_kind kind,
          protocol::rtp_parameters parameters);

  /// Returns a consumer that runs, or a paused one: where it was asked for, and
  /// always where `consumers_start_paused`.
  boost::asio::awaitable<consumer_offer>
  consume(std::string transport, std::string producer, bool paused);

  /// Whether consumers have to be resumed after `consume`.
  bool consumers_start_paused() const {
    return config_.dialect == dialect::events;
  }

  /// Any other request: what a JSON object asks for, and the answer.
  boost::asio::awaitable<rapidjson::Document> ask(method what,
                                                  std::string payload);

  /// Says goodbye and closes. Requests under way fail; no callback follows.
  void close();

  /// The time from each request's frame to its answer, summed.
  net::duration waited() const {
    return waited_;
  }

  uint64_t answers() const {
    return answers_;
  }

  /// What the server has said by itself, whether a client acts upon it or not.
  uint64_t pushes() const {
    return pushes_;
  }

private:
  struct pending {
    explicit pending(boost::asio::io_context& loop) : done(loop) {}

    boost::asio::steady_timer done; // cancelled when the answer is there
    std::optional<heard_answer> answer;
  };

  task open();
  void handle_text(std::string_view text);
  void handle_end(const std::string& reason, const std::string& code);
  void fail(const std::string& reason);

  boost::asio::io_context& loop_;
  signaling_config config_;
  std::unique_ptr<dialect_wire> wire_;
  text_socket socket_;
  uint64_t last_id_ = 0;
  std::map<uint64_t, pending*> pending_;
  pending* opening_ = nullptr;
  std::string peer_;
  std::string capabilities_ = "{}"; // what this client can receive, as JSON
  std::string failure_;
  std::string failure_code_;
  net::duration waited_{};
  uint64_t answers_ = 0;
  uint64_t pushes_ = 0;
};

} // namespace troupe::load
