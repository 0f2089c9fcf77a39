#include "rtp/send/bitrate_allocator.hpp"

#include <algorithm>
#include <limits>

namespace troupe::rtp {

namespace {

using namespace std::chrono_literals;

/// A step up was a mistake if the stream goes down again within this time.
constexpr duration mistake_window = 60s;

/// The factors for the wait after a step up that has not lasted, and after one
/// that lasted less than `short_lived`.
constexpr int longer = 2;
constexpr int much_longer = 4;

/// The link has changed if it carries twice the rate that was too much when the
/// stream went down.
constexpr uint64_t link_change_factor = 2;

/// Prices vary: a step at this part of a failed price counts as the same price.
constexpr double same = 0.9;

bool at_most(layers x, layers y) {
  return x.spatial < y.spatial
         || (x.spatial == y.spatial && x.temporal <= y.temporal);
}

uint64_t scaled(uint64_t bps, double by) {
  return static_cast<uint64_t>(static_cast<double>(bps) * by);
}

} // namespace

void bitrate_allocator::allocate(std::span<allocated_stream* const> streams,
                                 std::optional<uint64_t> available_bps,
                                 bool congested, time_point now) {
  congested_ = congested;
  order_.assign(streams.begin(), streams.end());
  std::ranges::stable_sort(order_, [](const auto* a, const auto* b) {
    return a->priority > b->priority;
  });
  wanted_ = 0;
  for (auto* x : order_) {
    build_ladder(*x, now);
    wanted_ += x->price(x->rungs_);
  }
  wanted_ = scaled(wanted_, headroom);
  if (available_bps) {
    share(*available_bps, now);
  } else {
    short_since_.reset();
    congested_short_since_.reset();
    for (auto* x : order_) {
      settle(*x, x->rungs_, 0, now);
      // Before anything is known, the wanted layers are the likeliest to come.
      if (x->wanted && (!x->rates || !x->rates->known(0)))
        x->target = x->wanted;
    }
  }
  used_ = 0;
  starved_ = false;
  for (const auto* x : order_) {
    used_ += x->price(x->present_);
    starved_ = starved_ || (x->rungs_ > 0 && x->present_ == 0);
  }
}

void bitrate_allocator::retry(std::span<allocated_stream* const> streams) {
  for (auto* x : streams)
    x->is_new_ = x->is_new_ || (x->wanted && !x->target);
}

// -- the choices --------------------------------------------------------------

void bitrate_allocator::build_ladder(stream& x, time_point now) {
  x.rungs_ = x.present_ = 0;
  if (!x.wanted) {
    x.target.reset();
    x.is_new_ = true;
    return;
  }
  auto add = [&](layers what) {
    auto bps = x.rates ? x.rates->bps(what) : 0;
    // A better step that is cheaper replaces the worse one.
    while (x.rungs_ > 0 && x.ladder_[x.rungs_ - 1u].bps > bps)
      --x.rungs_;
    if (x.ladder_.size() == x.rungs_)
      x.ladder_.emplace_back();
    x.ladder_[x.rungs_++] = {what, bps};
  };
  const auto* rates = x.rates;
  bool any = false;
  auto count = rates ? rates->spatial() : uint8_t{0};
  for (uint8_t s = 0; s <= x.wanted->spatial && s < count; ++s) {
    auto present = x.target && x.target->spatial == s;
    // A layer that has just begun is not chosen before its rate is known.
    if (!rates->alive(s, now) || (any && !present && !rates->known(s)))
      continue;
    auto last = static_cast<uint8_t>(rates->temporal(s) - 1);
    auto top = std::min(last, x.wanted->temporal);
    // Less than half of the frames is worse than a smaller frame size.
    auto first = any && top > 0 ? uint8_t{1} : uint8_t{0};
    for (uint8_t t = x.thinnable ? first : top; t < top; ++t)
      add({s, t});
    add({s, x.wanted->temporal});
    any = true;
  }
  // Nothing arrives at present: keep the chosen layers. If nothing has ever
  // arrived, the lowest layer is the likeliest to come.
  if (!any) {
    auto what = x.target.value_or(layers{0, x.wanted->temporal});
    add({std::min(what.spatial, x.wanted->spatial),
         std::min(what.temporal, x.wanted->temporal)});
  }
  // If the present layers are gone, the next lower ones take their position.
  if (x.target)
    for (uint8_t i = 0; i < x.rungs_; ++i)
      if (i == 0 || at_most(x.ladder_[i].what, *x.target))
        x.present_ = static_cast<uint8_t>(i + 1);
}

// -- sharing ------------------------------------------------------------------

void bitrate_allocator::share(uint64_t budget, time_point now) {
  uint64_t sum = 0, lowest = 0;
  for (const auto* x : order_) {
    sum += x->price(x->present_);
    if (x->is_new_)
      lowest += x->price(std::min<uint8_t>(x->rungs_, 1));
  }
  if (sum <= budget)
    short_since_.reset();
  else if (!short_since_)
    short_since_ = now;
  if (!congested_ || !short_since_)
    congested_short_since_.reset();
  else if (!congested_short_since_)
    congested_short_since_ = now;
  // Other streams yield to newcomers.
  if (sum > scaled(budget, tolerance) || (lowest > 0 && sum + lowest > budget)
      || (short_since_ && now - *short_since_ >= grace))
    return fall(budget, now);
  if (now - balanced_ < balance_interval || !balance(budget, now))
    rise(budget, now);
}

bool bitrate_allocator::try_step(stream& x, uint64_t budget) {
  if (x.next_ >= x.bound_)
    return false;
  auto more = x.price(static_cast<uint8_t>(x.next_ + 1)) - x.price(x.next_);
  if (spent_ + more > budget)
    return false;
  spent_ += more;
  ++x.next_;
  return true;
}

// Whether the stream gets its lowest layer whatever the budget is.
bool bitrate_allocator::is_due(const stream& x) const {
  return !congested_ && (x.is_new_ || x.present_ > 0);
}

// Fills the budget by raising `next_` of each stream up to its bound.
void bitrate_allocator::fit(uint64_t budget) {
  spent_ = 0;
  for (const auto* x : order_)
    spent_ += x->price(x->next_);
  for (auto* x : order_)
    if (x->next_ == 0)
      try_step(*x, is_due(*x) ? std::numeric_limits<uint64_t>::max() : budget);
  for (bool more = true; more;) {
    more = false;
    for (auto* x : order_)
      for (int i = 0; i < x->priority && x->next_ > 0; ++i) {
        if (!try_step(*x, budget))
          break;
        more = true;
      }
  }
}

void bitrate_allocator::fall(uint64_t budget, time_point now) {
  for (auto* x : order_) {
    x->next_ = 0;
    // No stream rises at the same time, but newcomers get their lowest layer.
    x->bound_ = x->is_new_ ? std::min<uint8_t>(x->rungs_, 1) : x->present_;
  }
  uint64_t too_much = 0;
  for (const auto* x : order_)
    too_much += x->price(x->present_);
  fit(budget);
  // A stream keeps its lowest layer until the shortage has lasted
  // `drop_delay`.
  auto drops_lowest =
      congested_short_since_ && now - *congested_short_since_ >= drop_delay;
  for (auto* x : order_)
    settle(*x,
           x->next_ == 0 && x->present_ > 0 && !drops_lowest ? uint8_t{1}
                                                             : x->next_,
           too_much, now);
}

void bitrate_allocator::rise(uint64_t budget, time_point now) {
  for (auto* x : order_) {
    x->next_ = x->present_;
    x->bound_ = bound(*x, budget, now);
  }
  fit(scaled(budget, 1 / headroom));
  for (auto* x : order_)
    settle(*x, x->next_, budget, now);
}

// Shares anew if a stream has less than its due because another has more.
bool bitrate_allocator::balance(uint64_t budget, time_point now) {
  balanced_ = now;
  for (auto* x : order_) {
    x->next_ = 0;
    x->bound_ = x->rungs_;
  }
  fit(scaled(budget, 1 / headroom));
  auto has_less_than_due = [&](const stream* x) {
    return x->next_ > x->present_
           && std::ranges::any_of(order_, [&](const stream* y) {
                return y->next_ < y->present_ && y->next_ > 0
                       && (y->priority < x->priority
                           || (y->priority == x->priority
                               && y->present_ >= x->present_ + 2));
              });
  };
  if (std::ranges::none_of(order_, has_less_than_due))
    return false;
  for (auto* x : order_) {
    x->present_ = x->next_; // not a fall: no link became worse
    settle(*x, x->next_, budget, now);
  }
  return true;
}

// The highest step that may be tried now.
uint8_t bitrate_allocator::bound(const stream& x, uint64_t budget,
                                 time_point now) {
  auto holds = [&](const stream::barrier& y) {
    return now < y.until && budget < link_change_factor * y.too_much_bps;
  };
  if (holds(x.latest_fall_))
    return x.present_;
  auto out = x.rungs_;
  if (holds(x.earlier_failure_))
    while (out > x.present_ && x.price(out) >= x.earlier_failure_.from_bps)
      --out;
  return out;
}

void bitrate_allocator::remember_fall(stream& x, uint64_t too_much,
                                      time_point now) {
  auto lasted = x.rose_ ? now - *x.rose_ : duration::max();
  if (lasted < mistake_window)
    x.wait_ = std::clamp<duration>((lasted < short_lived ? much_longer : longer)
                                       * x.wait_,
                                   first_wait, longest_wait);
  else if (x.rose_ || x.wait_ == duration{})
    x.wait_ = first_wait;
  x.latest_fall_ = {now + x.wait_, scaled(x.price(x.present_), same), too_much};
  // The layers given up now may cost less than those that failed before.
  if (x.latest_fall_.from_bps >= x.earlier_failure_.from_bps
      || now >= x.earlier_failure_.until)
    x.earlier_failure_ = x.latest_fall_;
  x.rose_.reset();
}

// Puts the step in force and remembers a rise or fall of the stream.
void bitrate_allocator::settle(stream& x, uint8_t step, uint64_t too_much,
                               time_point now) {
  if (step < x.present_)
    remember_fall(x, too_much, now);
  else if (step > x.present_)
    x.rose_ = now;
  x.is_new_ = x.is_new_ && x.rungs_ == 0;
  x.present_ = step;
  if (step > 0)
    x.target = x.ladder_[step - 1u].what;
  else
    x.target.reset();
}

} // namespace troupe::rtp
