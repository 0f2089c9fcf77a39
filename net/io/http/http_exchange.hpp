#pragma once

#include "net/io/http/http_types.hpp"

#include <atomic>
#include <functional>
#include <memory>

namespace troupe::net {

/// A request that waits for its response. The holder must answer it: if the
/// last holder releases it unanswered, the client gets a 500.
class http_exchange {
public:
  /// `deliver` sends the response; it may be called on any thread.
  http_exchange(http_request request, http_responder deliver)
      : request_(std::move(request))
      , deliver_(std::move(deliver)) {}

  http_exchange(const http_exchange&) = delete;

  http_exchange& operator=(const http_exchange&) = delete;

  ~http_exchange() {
    answer(text_response(500, "Internal error\n"));
  }

  const http_request& request() const {
    return request_;
  }

  /// Sends the response. Later calls do nothing.
  void answer(http_response response) {
    if (!answered_.exchange(true))
      deliver_(std::move(response));
  }

  /// Called on the connection's loop if the client disconnects before the
  /// response. Set it before the handler returns.
  std::function<void()> aborted;

  /// An object to keep alive as long as this exchange.
  std::shared_ptr<void> guard;

private:
  const http_request request_;
  const http_responder deliver_;
  std::atomic<bool> answered_{false};
};

using exchange_ptr = std::shared_ptr<http_exchange>;

} // namespace troupe::net
