#pragma once

#include "actors/base/tick_queue.hpp"
#include "net/base/time.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe::actors {

/// Keeps an actor's one pending tick: requests a delayed message only if the
/// engine wants its timeout earlier than the pending tick.
///
/// A delayed message cannot be cancelled, so a tick may come early (an engine's
/// deadline moved back, or a nearer one came between): engines must accept an
/// early `handle_timeout`.
///
/// Invariant: `delayed_send` pins its receiver. The clock holds a reference to
/// the actor until the message is due, so the memory of an ended actor stays
/// for as long. Therefore no tick is requested more than `longest` ahead; one
/// that comes before the deadline arms the slot again. Use this class for
/// delays of any length.
class actor_timer {
public:
  /// The longest delay that is requested at once.
  static constexpr net::duration longest = std::chrono::minutes{1};

  /// `shortest` is the least time between two ticks.
  explicit actor_timer(net::duration shortest = std::chrono::milliseconds{5})
      : shortest_(shortest) {}

  /// Takes ticks from `queue` instead of CAF's clock; it outlives this object.
  /// Null changes nothing.
  void use(tick_queue* queue) {
    queue_ = queue;
  }

  /// The same for ticks that must not wait for the queue's next step while
  /// media flows.
  void use_promptly(tick_queue* queue) {
    queue_ = queue;
    prompt_ = true;
  }

  /// Makes sure that `Tick` reaches `self` at `deadline` or soon after.
  template <class Self, class Tick>
  void arm(Self* self, std::optional<net::time_point> deadline, Tick tick) {
    if (!deadline || pending_ <= *deadline)
      return;
    auto now = self->clock().now();
    auto at = std::clamp(*deadline, now + shortest_, now + longest);
    if (pending_ <= at)
      return;
    pending_ = at;
    if constexpr (requires { self->ctrl(); })
      if (queue_) {
        auto x = tick_queue::tick{at, caf::weak_actor_ptr{self->ctrl()},
                                  caf::make_message(std::move(tick))};
        prompt_ ? queue_->add_prompt(std::move(x)) : queue_->add(std::move(x));
        return;
      }
    self->delayed_send(self, at - now, std::move(tick));
  }

  /// Call this when a tick has come. A tick that is not the pending one leaves
  /// that alone: otherwise each would cause another one, forever. Returns how
  /// late the pending tick is: for so long this actor could not run.
  net::duration fired(net::time_point now) {
    if (now < pending_)
      return {};
    return now - std::exchange(pending_, none);
  }

private:
  static constexpr auto none = net::time_point::max();

  net::duration shortest_;
  tick_queue* queue_ = nullptr;
  bool prompt_ = false;
  net::time_point pending_ = none;
};

} // namespace troupe::actors
