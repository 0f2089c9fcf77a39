#pragma once

#include "net/base/time.hpp"
#include "net/io/http/http_core.hpp"
#include "net/io/loop/asio_acceptor.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace troupe::net {

/// Suspends a session's reads while too many of its received octets are
/// undelivered. `Session` owns the gate and uses it on its loop.
template <class Session>
class read_gate {
public:
  /// Sets the function that the loop calls whenever reads may continue. Its
  /// argument is the extra time for the client's unfinished message, which the
  /// client could not send while its own undelivered messages suspended reads.
  /// The argument is 0 if the server's total was the limit: otherwise
  /// unfinished messages could fill the server for ever. Call it once.
  void open(http_core& core, std::weak_ptr<Session> session,
            const loop_executor& loop, void (Session::*on_resume)(duration)) {
    rejects_ = &core.rejects;
    // The gate is a member of the session, so it lives as long.
    auto resume = [this, session, loop, on_resume] {
      if (auto self = session.lock())
        boost::asio::post(loop, [this, self, on_resume] {
          auto extension = extends_deadline()
                               ? std::chrono::steady_clock::now() - since_
                               : duration{};
          waiting_session_ = nullptr;
          ((*self).*on_resume)(extension);
        });
    };
    octets_ = std::make_shared<undelivered_octets>(core.undelivered,
                                                   std::move(resume));
  }

  /// Whether reads must be suspended. If so, `on_resume` follows, the session
  /// is kept alive until then, and a reject counter is incremented.
  bool must_wait(std::shared_ptr<Session> session) {
    auto why = octets_->must_wait();
    if (!why)
      return false;
    rejects_->add(*why);
    why_ = *why;
    since_ = std::chrono::steady_clock::now();
    waiting_session_ = std::move(session);
    return true;
  }

  /// Whether the suspension excuses a late message of the client.
  bool extends_deadline() const {
    return waiting_session_ && why_ == reject_reason::connection_backlog;
  }

  /// Ends the wait when the session is over.
  void close() {
    waiting_session_ = nullptr;
  }

  undelivered_octets& octets() {
    return *octets_;
  }

private:
  reject_counters* rejects_ = nullptr;
  std::shared_ptr<undelivered_octets> octets_;
  time_point since_{};
  reject_reason why_{};
  std::shared_ptr<Session> waiting_session_;
};

} // namespace troupe::net
