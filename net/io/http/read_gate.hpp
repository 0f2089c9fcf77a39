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
            const loop_executor& loop, void (Session::*go_on)(duration)) {
    rejects_ = &core.rejects;
    // The gate is a member of the session, so it lives as long.
    auto resume = [this, session, loop, go_on] {
      if (auto self = session.lock())
        boost::asio::post(loop, [this, self, go_on] {
          auto held = excuses_lateness()
                          ? std::chrono::steady_clock::now() - since_
                          : duration{};
          kept_ = nullptr;
          ((*self).*go_on)(held);
        });
    };
    octets_ = std::make_shared<undelivered_octets>(core.undelivered,
                                                   std::move(resume));
  }

  /// Whether reads must be suspended. If so, `go_on` follows, the session is
  /// kept alive until then, and a reject counter is incremented.
  bool must_wait(std::shared_ptr<Session> session) {
    auto why = octets_->must_wait();
    if (!why)
      return false;
    rejects_->add(*why);
    why_ = *why;
    since_ = std::chrono::steady_clock::now();
    kept_ = std::move(session);
    return true;
  }

  /// Whether the suspension excuses a late message of the client.
  bool excuses_lateness() const {
    return kept_ && why_ == reject_reason::connection_backlog;
  }

  /// Ends the wait when the session is over.
  void close() {
    kept_ = nullptr;
  }

  undelivered_octets& octets() {
    return *octets_;
  }

private:
  reject_counters* rejects_ = nullptr;
  std::shared_ptr<undelivered_octets> octets_;
  time_point since_{};
  reject_reason why_{};
  std::shared_ptr<Session> kept_;
};

} // namespace troupe::net
