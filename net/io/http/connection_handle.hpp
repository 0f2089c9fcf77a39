#pragma once

#include "net/io/http/described_connection.hpp"
#include "net/io/http/http_core.hpp"

#include <memory>

namespace troupe::net {

/// The upper layer's handle to a connection. It may outlive the session, and
/// then does nothing. `Session` has `queue`, `await_drain` and `request_close`,
/// all thread-safe.
template <class Session>
class connection_handle final : public described_connection {
public:
  connection_handle(std::weak_ptr<Session> session, http_request request,
                    std::string kind,
                    std::shared_ptr<client_liveness> liveness = nullptr)
      : described_connection(std::move(request), std::move(kind),
                             http_core::next_id())
      , session_(std::move(session))
      , liveness_(std::move(liveness)) {}

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

  std::shared_ptr<client_liveness> liveness() const override {
    return liveness_;
  }

private:
  const std::weak_ptr<Session> session_;
  const std::shared_ptr<client_liveness> liveness_;
};

} // namespace troupe::net
