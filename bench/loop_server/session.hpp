#pragma once

#include "bench/loop_server/peer.hpp"
#include "net/io/http/connection.hpp"
#include "protocol/dialects/common/dialect.hpp"

namespace troupe::loop {

/// One connection, one dialect, at most one peer.
class session final : public net::connection_events {
public:
  session(hub& parent, std::shared_ptr<net::connection> conn);
  ~session() override;

  session(const session&) = delete;
  session& operator=(const session&) = delete;

  // -- from the connection ---------------------------------------------------

  void on_message(net::incoming_message x) override;
  void on_close(uint16_t code) override;

  // -- from the rest of the loop ---------------------------------------------

  void notify(std::shared_ptr<const protocol::any_event> what);

  /// Ends the peer without closing the connection.
  void drop_peer() {
    peer_.reset();
  }

  const net::socket_address& signaled_at() const {
    return connection_->local_address();
  }

  /// Transfers all pending input and output.
  void drain(net::time_point now);

  std::optional<net::time_point> poll_timeout() const {
    return dialect_->poll_timeout();
  }

  void handle_timeout(net::time_point now) {
    dialect_->handle_timeout(now);
  }

  bool awake = false;

private:
  void take(protocol::frame in);

  outcome perform(verb::get_capabilities& x);
  outcome perform(verb::join& x);
  outcome perform(verb::leave& x);

  // All other verbs go to the peer, as far as a measurement needs them.
  template <class Verb>
  outcome perform(Verb& x) {
    if constexpr (requires(peer & to) { to.perform(x); })
      return peer_ ? peer_->perform(x) : refuse(error_code::not_joined);
    else
      return refuse(error_code::unknown_method);
  }

  // The same user has joined by another connection.
  void replace();

  void close(uint16_t code, std::string reason);

  hub& hub_;
  std::shared_ptr<net::connection> connection_;
  std::unique_ptr<protocol::dialect> dialect_;
  std::unique_ptr<peer> peer_;
  rtp::fifo<std::shared_ptr<const protocol::any_event>> events_;
  bool closing_ = false;
};

} // namespace troupe::loop
