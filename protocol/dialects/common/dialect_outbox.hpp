#pragma once

#include "net/base/take_first.hpp"
#include "protocol/dialects/common/dialect.hpp"

#include <deque>
#include <optional>
#include <utility>

namespace troupe::protocol {

/// The requests to the server and the frames to the client that a connection
/// has not handed out yet, and how it ends.
class dialect_outbox {
public:
  /// Queues a request to the server.
  void ask(request_token token, request what) {
    requests_.push_back({token, std::move(what)});
  }

  /// Forgets the requests that have not been polled yet.
  void drop_requests() {
    requests_.clear();
  }

  /// Queues a frame to the client, unless the connection is closing.
  void send(frame next) {
    if (!closing_)
      frames_.push_back(std::move(next));
  }

  /// Ends the connection after the frames queued so far. The first call counts.
  void close(close_connection how) {
    if (!std::exchange(closing_, true))
      close_ = std::move(how);
  }

  bool closing() const {
    return closing_;
  }

  std::optional<pending_request> poll_request() {
    return net::take_first(requests_);
  }

  std::optional<frame> poll_frame() {
    return net::take_first(frames_);
  }

  /// Returned once, after the last frame.
  std::optional<close_connection> poll_close() {
    if (!frames_.empty())
      return std::nullopt;
    return std::exchange(close_, std::nullopt);
  }

private:
  std::deque<pending_request> requests_;
  std::deque<frame> frames_;
  std::optional<close_connection> close_;
  bool closing_ = false;
};

/// A dialect all of whose output goes through one outbox.
class outbox_dialect : public dialect {
public:
  std::optional<pending_request> poll_request() final {
    return out_.poll_request();
  }

  std::optional<frame> poll_frame() final {
    return out_.poll_frame();
  }

  std::optional<close_connection> poll_close() final {
    return out_.poll_close();
  }

protected:
  dialect_outbox out_;
};

} // namespace troupe::protocol
