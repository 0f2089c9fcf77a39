#pragma once

#include "net/io/http/described_connection.hpp"
#include "protocol/dialects/common/dialect.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

/// Stands for the connection of a client that sends HTTP requests: its requests
/// wait here for their responses. Its session and the http-clients actor use it
/// concurrently.
class http_connection final : public net::described_connection {
public:
  /// `request` created the client. `on_close` is called once, on the thread
  /// that closes the connection.
  http_connection(net::http_request request,
                  const protocol::dialect_entry& dialect, uint64_t id,
                  std::function<void()> on_close);

  /// Returns the number of the request's frame; nothing if the connection is
  /// closed, and then rejects the request.
  std::optional<uint64_t> expect(const net::http_responder& respond);

  bool closed() const {
    return closed_;
  }

  /// Answers the requests whose numbers the frames carry. Ignores other frames.
  void send(std::vector<net::outgoing_message> messages) override;

  /// Rejects all requests that wait: if the client has gone in order, as one
  /// that does not exist, else with `reason`.
  void close(uint16_t code, std::string reason) override;

private:
  // Removes and returns the responder of that number; null if there is none.
  net::http_responder take(uint64_t number);

  const protocol::dialect_entry& dialect_;
  const std::function<void()> on_close_;
  std::mutex mutex_;
  std::map<uint64_t, net::http_responder> waiting_;
  uint64_t last_ = 0;
  std::atomic<bool> closed_{false};
};

} // namespace troupe::actors
