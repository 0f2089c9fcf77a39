#pragma once

#include "net/io/http/connection.hpp"
#include "net/io/http/http_core.hpp"

#include <memory>

namespace troupe::net {

/// The upper layer's handle to a connection. It may outlive the session, and
/// then does nothing. `Session` has `queue`, `await_drain` and `request_close`,
/// all thread-safe.
template <class Session>
class connection_handle final : public connection {
public:
  connection_handle(std::weak_ptr<Session> session, http_request request,
                    std::string kind)
      : session_(std::move(session))
      , request_(std::move(request))
      , kind_(std::move(kind))
      , id_(http_core::next_id()) {}

  void send(std::vector<outgoing_message> messages) override {
    if (auto x = session_.lock())
      x->queue(std::move(messages));
  }

  bool await_drain() override {
    auto x = session_.lock();
    if (x)
      x->await_drain();
    return x != nullptr;
  }

  void close(uint16_t code, std::string reason) override {
    if (auto x = session_.lock())
      x->request_close(code, std::move(reason));
  }

  const http_request& request() const override {
    return request_;
  }

  const std::string& kind() const override {
    return kind_;
  }

  uint64_t id() const override {
    return id_;
  }

private:
  const std::weak_ptr<Session> session_;
  const http_request request_;
  const std::string kind_;
  const uint64_t id_;
};

} // namespace troupe::net
