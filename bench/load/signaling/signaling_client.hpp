#pragma once

#include "bench/load/signaling/dialect_wire.hpp"
#include "bench/load/signaling/messages.hpp"
#include "bench/load/signaling/text_socket.hpp"
#include "net/base/time.hpp"

#include <boost/asio/steady_timer.hpp>

#include <map>

namespace troupe::load {

/// The address of a server's signaling.
struct server_address {
  std::string host = "127.0.0.1";
  uint16_t port = 0;
};

/// Parses "http://127.0.0.1:3000", "ws://…" or "127.0.0.1:3000", with or
/// without a trailing slash. Throws signaling_error for anything else,
/// including TLS and host names.
server_address parse_server(std::string_view url);

struct signaling_config {
  server_address server;
  load::dialect dialect = load::dialect::ws;
  join_target target;
  /// The local address to connect from; any if empty.
  std::string from;
  /// For the connection, and for each request.
  std::chrono::milliseconds timeout{20'000};
};

/// The first replies to a client.
struct welcome {
  /// The id by which others know this client.
  std::string peer;
  protocol::rtp_capabilities router;
  std::vector<producer_notice> producers;
};

/// The signaling of one client, in either dialect. Requests are coroutines on
/// the loop's thread; they throw signaling_error. Any number may be pending.
class signaling_client {
public:
  using task = boost::asio::awaitable<void>;

  /// Uses `device_capabilities` of the router's as the client's own.
  signaling_client(boost::asio::io_context& loop, signaling_config cfg);

  ~signaling_client();

  /// Called for the server's events, by their names in dialect B.
  std::function<void(const received_push&)> on_push;

  /// Called once when the server ends the connection.
  std::function<void(const signaling_error& reason)> on_end;

  /// Connects and joins the room.
  boost::asio::awaitable<welcome> join();

  boost::asio::awaitable<transport_offer> create_transport(bool send);

  task connect_transport(std::string transport, protocol::dtls_parameters dtls);

  /// Returns the producer's id.
  boost::asio::awaitable<std::string>
  produce(std::string transport, protocol::media_kind kind,
          protocol::rtp_parameters parameters);

  /// Returns a running consumer, or a paused one if requested or if
  /// `consumers_start_paused`.
  boost::asio::awaitable<consumer_offer>
  consume(std::string transport, std::string producer, bool paused);

  /// Whether consumers have to be resumed after `consume`.
  bool consumers_start_paused() const {
    return config_.dialect == dialect::events;
  }

  /// Sends any other request with a JSON object, and returns the response.
  boost::asio::awaitable<rapidjson::Document> ask(method what,
                                                  std::string payload);

  /// Closes the connection. Pending requests fail; no callback follows.
  void close();

  /// The time from each request's frame to its response, summed.
  net::duration waited() const {
    return waited_;
  }

  uint64_t answers() const {
    return answers_;
  }

  /// The number of events from the server, including ignored ones.
  uint64_t pushes() const {
    return pushes_;
  }

private:
  struct pending {
    explicit pending(boost::asio::io_context& loop) : done(loop) {}

    boost::asio::steady_timer done; // cancelled when the response arrives
    std::optional<received_answer> answer;
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
  std::string capabilities_ = "{}"; // receive capabilities, as JSON
  std::string failure_;
  std::string failure_code_;
  net::duration waited_{};
  uint64_t answers_ = 0;
  uint64_t pushes_ = 0;
};

} // namespace troupe::load
