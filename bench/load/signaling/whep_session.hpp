#pragma once

#include "bench/load/signaling/http_request.hpp"
#include "bench/load/signaling/signaling_client.hpp"
#include "bench/load/signaling/viewer_sdp.hpp"

#include <memory>

namespace troupe::load {

/// The signaling of one viewer by WHEP: a POST that begins its session, and a
/// DELETE that ends it. Used on the loop's thread.
class whep_session {
public:
  /// Watches the room of `cfg.target`; the dialect is ignored.
  whep_session(boost::asio::io_context& loop, signaling_config cfg);

  /// Posts an offer. Throws signaling_error, which is_busy() after 503.
  boost::asio::awaitable<view_answer> begin(std::string offer);

  /// Ends the session, if there is one, without waiting for the answer. The
  /// object may go before that comes.
  void end();

  /// Whether the server has confirmed the end.
  bool ended() const {
    return *ended_;
  }

  /// The time that begin() waited for the server.
  net::duration waited() const {
    return waited_;
  }

private:
  text_socket::address at(std::string path) const;

  boost::asio::io_context& loop_;
  signaling_config config_;
  std::string session_; // the path of the session; empty if there is none
  bool ends_ = false;
  std::shared_ptr<bool> ended_ = std::make_shared<bool>(false);
  net::duration waited_{};
};

} // namespace troupe::load
