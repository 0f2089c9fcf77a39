#include "actors/fan_out/consumer_explanation.hpp"
#include "actors/fan_out/fan_out.hpp"

#include <algorithm>
#include <utility>

/// Shares the capacity of the receivers' links among their consumers, within
/// what overload leaves.
namespace troupe::actors {

namespace {

/// How often links are shared anew.
constexpr auto allocate_interval = std::chrono::milliseconds{200};

/// One of so many times, links are shared anew on which nothing seems to have
/// changed: rates may have drifted.
constexpr uint32_t rounds_of_calm = 10;

/// Assumed of a link without an estimate of its client, and for how long.
constexpr uint64_t start_bps = 600'000;
constexpr auto start_time = std::chrono::seconds{2};

// As signaled to clients: without temporal layers that are not signaled.
std::optional<rtp::layers> signaled(std::optional<rtp::layers> x,
                                    const rtp::producer_layout& layout) {
  if (x)
    x->temporal = std::min<uint8_t>(
        x->temporal, std::max<uint8_t>(layout.temporal_layers, 1) - 1);
  return x;
}

} // namespace

// Only spatial layers adapt to the link; the frame rate stays.
std::unique_ptr<rtp::allocated_stream>
fan_out::make_share(const rtp::layer_rates& rates) {
  auto out = std::make_unique<rtp::allocated_stream>();
  out->rates = &rates;
  out->thinnable = false;
  return out;
}

void fan_out::allocate_all(net::time_point now) {
  allocate_due_ = now + allocate_interval;
  for (auto& [key, x] : transports_)
    if (x->video || !x->calm)
      allocate(*x, now);
}

void fan_out::allocate_due(net::time_point now) {
  allocate_due_ = now + allocate_interval;
  for (auto& [key, x] : producers_)
    if (carries_video(x) && x.rates.poll_changed(now))
      for (auto& to : x.listeners)
        to.who->on->calm = false;
  auto all = ++rounds_ % rounds_of_calm == 0;
  for (auto& [key, x] : transports_)
    if (!x->calm || (all && x->video))
      allocate(*x, now);
}

bool fan_out::carries_video(const producer& x) {
  return !x.listeners.empty()
         && x.listeners.front().who->facts.kind == rtp::media_kind::video;
}

// Whether time alone changes nothing about the link's shares: it has no video,
// or each of its streams has what it wants, and the link carries it all.
bool fan_out::is_calm(const transport& x, net::time_point now) {
  if (!x.video)
    return true;
  for (const auto* to : x.consumers)
    if (to->facts.kind == rtp::media_kind::video && to->share->limited())
      return false;
  return is_carried(x, now);
}

// Whether the link carries all that is wanted, or never limits it.
bool fan_out::is_carried(const transport& x, net::time_point now) {
  if (!x.adaptive)
    return true;
  // The estimate of a client's REMB alone has times of its own.
  const auto& egress = x.sender.egress();
  auto bps = egress.estimates() && x.sender.writable() ? egress.link_bps()
                                                       : std::nullopt;
  return bps && *bps >= x.needed_bps && !egress.congested(now);
}

void fan_out::reconsider(consumer& x) {
  if (!std::exchange(x.source->unreported, true))
    unreported_.push_back(x.from);
  share_later(*x.on);
}

void fan_out::share_later(transport& x) {
  if (!std::exchange(x.unshared, true))
    unshared_.push_back(&x);
}

void fan_out::settle(net::time_point now) {
  // First the wanted layers, before a key frame of one is requested.
  for (auto key : unreported_)
    report_wanted(key);
  unreported_.clear();
  for (auto* x : unshared_) {
    x->unshared = false;
    allocate(*x, now);
  }
  unshared_.clear();
}

void fan_out::allocate_if_needed(transport& x, net::time_point now) {
  // Increases can wait for the next round.
  auto bps = x.sender.egress().link_bps();
  if (bps && *bps < x.allocator.used_bps())
    allocate(x, now);
  else if (x.calm)
    x.calm = !x.video || is_carried(x, now);
}

std::optional<uint64_t> fan_out::link_bps(transport& x,
                                          net::time_point now) const {
  if (!x.adaptive || !x.sender.writable())
    return std::nullopt;
  if (auto bps = x.sender.egress().link_bps())
    return bps;
  if (!x.began)
    x.began = now;
  return now - *x.began < start_time ? std::optional{start_bps} : std::nullopt;
}

void fan_out::allocate(transport& x, net::time_point now) {
  ++links_shared_;
  uint64_t audio = 0, uncovered = 0;
  bool probing = false;
  shares_.clear();
  for (auto* to : x.consumers) {
    auto runs = !to->paused && !to->engine.producer_paused();
    if (to->facts.kind == rtp::media_kind::audio) {
      if (runs)
        (to->numbered ? audio : uncovered) += to->source->rates.bps({});
      continue;
    }
    to->share->wanted.reset();
    if (runs && !to->allowed.paused)
      to->share->wanted =
          rtp::layers{to->allowed.encoding, to->preferred_temporal};
    shares_.push_back(to->share.get());
    probing = probing || to->transport_cc;
  }
  // An estimate by transport-wide feedback does not include the audio that this
  // feedback does not cover; other estimates do.
  if (!probing)
    audio += uncovered;
  auto link = shares_.empty() ? std::nullopt : link_bps(x, now);
  auto video = link ? std::optional{*link - std::min(*link, audio)} : link;
  auto& egress = x.sender.egress();
  if (egress.try_again(now))
    rtp::bitrate_allocator::retry(shares_);
  auto congested = egress.congested(now);
  x.allocator.allocate(shares_, video, congested, now);
  for (auto* to : x.consumers) {
    if (std::exchange(to->congested, congested) != congested)
      change(*to).set_congested(congested);
    apply(*to, now);
  }
  // Such a client knows no SSRCs but those negotiated.
  probing = probing && (!x.continued || egress.pads_on_own_stream());
  egress.set_probing(probing);
  egress.set_wanted(x.allocator.wanted_bps() + audio, x.allocator.starved());
  if (probing && link && x.allocator.wanted_bps() > *video)
    mark(x); // to check whether a probe is due
  x.video = !shares_.empty();
  x.needed_bps = x.allocator.wanted_bps() + audio;
  x.calm = is_calm(x, now);
}

void fan_out::apply(consumer& x, net::time_point now) {
  auto limited = !x.paused
                 && ((x.allowed.paused && !x.allowed.by_last_n)
                     || x.allowed.encoding != x.facts.preferred);
  limited_by_overload_ +=
      size_t{limited} - size_t{std::exchange(x.limited_by_overload, limited)};
  auto stopped = std::exchange(x.stopped, x.paused);
  if (x.facts.kind == rtp::media_kind::video && !x.paused) {
    // The layers first: a resumed consumer starts with the right ones.
    auto target = x.allowed.paused ? std::nullopt : x.share->target;
    if (target && target->spatial > x.allowed.encoding)
      target->spatial = x.allowed.encoding;
    if (x.share->wanted || x.allowed.paused)
      if (std::exchange(x.applied, target) != target) {
        change(x).set_layers(target, now);
        note(x, reason_of(x), now);
      }
  }
  if (x.paused && !stopped) {
    change(x).pause(now);
    note(x, rtp::decision_reason::paused, now);
  }
  if (!x.paused && stopped) {
    change(x).resume(now);
    note(x, reason_of(x), now);
  }
  collect(x, now);
}

rtp::decision_reason fan_out::reason_of(const consumer& x) {
  if (x.allowed.by_last_n)
    return rtp::decision_reason::last_n;
  if (x.allowed.paused
      || (x.applied && x.applied->spatial == x.allowed.encoding
          && x.allowed.encoding < x.facts.preferred))
    return rtp::decision_reason::overload;
  if (!x.share || !x.share->wanted || x.applied == x.share->wanted)
    return x.base_layer_only ? rtp::decision_reason::source
                             : rtp::decision_reason::wanted;
  return x.share->limited() ? rtp::decision_reason::link
                            : rtp::decision_reason::source;
}

void fan_out::note(consumer& x, rtp::decision_reason why, net::time_point now) {
  const auto& egress = x.on->sender.egress();
  auto runs = !x.paused && !x.engine.producer_paused();
  auto target = runs ? signaled(x.applied, x.layout) : std::nullopt;
  x.log.add(
      {now, why, target, egress.link_bps(), static_cast<float>(egress.loss())});
}

void fan_out::note_producer(consumer& x, net::time_point now) {
  if (!x.paused)
    note(x,
         x.engine.producer_paused() ? rtp::decision_reason::paused
                                    : reason_of(x),
         now);
}

std::optional<consumer_explanation>
fan_out::explain(consumer_key which, net::time_point now) const {
  auto i = consumers_.find(which);
  if (i == consumers_.end())
    return std::nullopt;
  const auto& x = *i->second;
  const auto& engine = x.engine;
  const auto& egress = x.on->sender.egress();
  consumer_explanation out;
  out.kind = x.facts.kind;
  out.paused = x.paused;
  out.producer_paused = engine.producer_paused();
  out.priority = x.priority;
  auto runs = !out.paused && !out.producer_paused;
  out.reason = runs ? reason_of(x) : rtp::decision_reason::paused;
  if (x.facts.kind == rtp::media_kind::video) {
    out.preferred = signaled(
        rtp::layers{x.facts.preferred, x.preferred_temporal}, x.layout);
    out.target = runs ? signaled(x.applied, x.layout) : std::nullopt;
    out.current = signaled(engine.current_layers(), x.layout);
  }
  out.link_bps = egress.link_bps();
  out.used_bps = x.on->allocator.used_bps();
  out.wanted_bps = x.on->allocator.wanted_bps();
  out.loss = egress.loss();
  x.log.for_each([&](const rtp::decision& y) { out.decisions.push_back(y); });
  out.at = now;
  return out;
}

void fan_out::handle_dropped(transport& x, net::time_point now) {
  while (auto stream = x.sender.egress().poll_dropped())
    for (auto* to : x.consumers)
      if (to->engine.ssrc() == *stream) {
        change(*to).handle_overload(now);
        note(*to, rtp::decision_reason::late, now);
        collect(*to, now);
      }
}

void fan_out::hold(transport& x, net::time_point until) {
  if (!std::exchange(x.holding, true))
    holding_.push_back(&x);
  if (!pacing_ || until < *pacing_)
    pacing_ = until;
}

void fan_out::handle_pacing(net::time_point) {
  pacing_.reset();
  for (auto* x : holding_) {
    x->holding = false;
    if (std::exchange(x->rests, false))
      line_.push_back(x);
    mark(*x, true);
  }
  holding_.clear();
}

// -- overload -----------------------------------------------------------------

void fan_out::set_overload(overload_state state, const shedding_limits& limits,
                           net::time_point now) {
  overload_ = state;
  limits_ = limits;
  for (auto& [key, x] : consumers_)
    if (x->facts.kind == rtp::media_kind::video)
      shed(*x);
  for (const auto& [key, x] : producers_)
    report_wanted(key);
  allocate_all(now);
}

void fan_out::report_wanted(producer_key from) {
  auto i = producers_.find(from);
  if (i == producers_.end())
    return;
  auto& source = i->second;
  source.unreported = false;
  if (!carries_video(source))
    return;
  std::optional<uint8_t> highest;
  for (const auto& x : source.listeners)
    if (!x.who->paused && !x.who->allowed.paused)
      highest = std::max(highest, std::optional{x.who->allowed.encoding});
  if (source.wanted && *source.wanted == highest)
    return;
  source.wanted.emplace(highest);
  events_.push({{}, from, layers_wanted{highest}});
}

void fan_out::shed(consumer& x) {
  x.facts.recency = x.owner ? x.owner->recency() : uint16_t{0};
  x.facts.loudness = x.owner ? x.owner->loudness() : uint16_t{0};
  x.allowed = decide_shedding(overload_, x.facts, limits_);
}

} // namespace troupe::actors
