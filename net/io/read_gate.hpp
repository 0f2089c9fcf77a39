#pragma once

#include "net/base/time.hpp"
#include "net/io/asio_acceptor.hpp"
#include "net/io/http_core.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace troupe::net {

/// Stops a session's reads while too much of what it has read waits to be
/// taken. `Session` owns the gate and uses it on its loop.
template <class Session>
class read_gate {
public:
  /// Has `go_on` called on the loop each time when reads may go on, with the
  /// time by which the client may be late for it: it could not send the rest
  /// of a message while its own messages waited. While those of others fill
  /// the server it has no more time, lest unfinished messages fill it for
  /// ever. Call it once.
  void open(http_core& core, std::weak_ptr<Session> session,
            const loop_executor& loop, void (Session::*go_on)(duration)) {
    rejects_ = &core.rejects;
    // The gate lives as long as the session.
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

  /// Whether nothing may be read for now; then `go_on` follows, and the session
  /// lives until it has come. Counts that in the server's reject counters.
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

  /// Whether the client cannot help being late with its message.
  bool excuses_lateness() const {
    return kept_ && why_ == reject_reason::connection_backlog;
  }

  /// The session is over and waits no more.
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
