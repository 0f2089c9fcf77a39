#include "actors/io/media_sockets.hpp"

#include "actors/base/messages.hpp"
#include "actors/io/consent_watch.hpp"
#include "actors/io/io_worker.hpp"
#include "actors/io/responder_table.hpp"
#include "actors/io/route_table.hpp"
#include "net/base/classify.hpp"
#include "net/io/loop/io_threads.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <latch>
#include <utility>

namespace troupe::actors {

namespace {

// The calling I/O thread's index plus one, set by the constructor's tasks.
thread_local size_t io_thread = 0;

// A burst of this size has filled one receive call: more datagrams wait.
constexpr size_t full_burst = 64;

// Space for the packets of a frame, so that a batch rarely grows.
constexpr size_t few_datagrams = 4;

// The datagrams of one burst for one transport.
struct delivery {
  route_target to;
  burst datagrams;
  bool handshake = false;
};

caf::abstract_actor* pointer_to(const route_target& x) {
  return caf::actor_cast<caf::abstract_actor*>(x.actor);
}

void deliver(delivery x, io_worker* worker) {
  // A transport that is too far behind loses the burst, and counts it.
  if (!x.to.intake->admit(x.datagrams->size()))
    return;
  // A handshake takes half a millisecond: not on this thread.
  auto* unit = x.handshake ? nullptr : worker;
  pointer_to(x.to)->enqueue(nullptr, caf::make_message_id(),
                            caf::make_message(std::move(x.datagrams)), unit);
}

} // namespace

/// The routes of one I/O thread, and its counters.
struct media_sockets::thread_routes {
  route_table<route_target> table;
  responder_table responders;
  consent_watch consents; // used by the first thread only
  std::unique_ptr<io_worker> worker;
  std::atomic<uint64_t> unroutable{0};
  std::atomic<uint64_t> rtcp{0};
  std::atomic<uint64_t> handed_over{0};
  std::vector<delivery> gathered; // Per burst. Reused.

  // Answers a check for which there is a responder.
  bool answer(const net::datagram& x, net::datagram_sink& replies) {
    auto data = std::as_const(*x.data).bytes();
    auto* responder = responders.find(data);
    if (!responder)
      return false;
    std::array<uint8_t, net::ice_check_responder::max_size> buffer;
    auto size = responder->answer(data, x.tuple, x.arrival, buffer);
    if (!size)
      return false;
    net::outgoing_datagram answer{net::byte_span{buffer}.first(*size), x.tuple};
    replies.send_batch({&answer, 1});
    return true;
  }
};

media_sockets::media_sockets(net::io_threads& threads,
                             net::media_port_config settings)
    : threads_(threads)
    , port_(threads, *this, std::move(settings)) {
  for (size_t i = 0; i < threads.size(); ++i) {
    routes_.push_back(std::make_unique<thread_routes>());
    threads.post(i, [i] { io_thread = i + 1; });
  }
}

media_sockets::~media_sockets() {
  stop();
}

void media_sockets::stop() {
  if (std::exchange(stopped_, true))
    return;
  port_.stop();
  // Changes on their way to the threads refer to this object, and the tables
  // hold actors, which must not outlive their system.
  std::latch cleared{static_cast<std::ptrdiff_t>(routes_.size())};
  for (size_t i = 0; i < routes_.size(); ++i)
    threads_.post(i, [this, i, &cleared] {
      routes_[i]->table = {};
      routes_[i]->responders = {};
      routes_[i]->consents = {};
      routes_[i]->worker.reset();
      if (i == 0)
        *alive_ = false; // read by that thread only
      cleared.count_down();
    });
  cleared.wait();
  ticks_.clear();
}

media_sockets::thread_routes& media_sockets::here() {
  TROUPE_ASSERT(io_thread > 0 && io_thread <= routes_.size());
  return *routes_[io_thread - 1];
}

void media_sockets::run_actors(caf::actor_system& system) {
  for (size_t i = 0; i < routes_.size(); ++i)
    threads_.post(i, [this, i, &system] {
      routes_[i]->worker = std::make_unique<io_worker>(
          system, &longest_run_, &routes_[i]->handed_over);
    });
  threads_.run_every(0, tick_queue::step, [this, alive = alive_] {
    if (*alive)
      deliver_ticks();
    return *alive;
  });
}

void media_sockets::deliver_ticks() {
  auto* worker = here().worker.get();
  while (auto x = ticks_.take(std::chrono::steady_clock::now()))
    if (auto to = x->to.lock())
      to->enqueue(nullptr, caf::make_message_id(), std::move(x->what), worker);
  const auto now = std::chrono::steady_clock::now();
  while (auto x = here().consents.poll_ended(now))
    if (auto to = x->lock())
      to->enqueue(nullptr, caf::make_message_id(),
                  caf::make_message(transport_tick{}), worker);
  worker->run();
}

void media_sockets::deliver_prompt_ticks(io_worker& worker) {
  // While nothing waits for a time, not even the clock is read.
  if (ticks_.next_prompt() == net::time_point::max())
    return;
  auto now = std::chrono::steady_clock::now();
  if (ticks_.next_prompt() > now)
    return;
  while (auto x = ticks_.take_prompt(now))
    if (auto to = x->to.lock())
      to->enqueue(nullptr, caf::make_message_id(), std::move(x->what), &worker);
  worker.run(io_worker::busy_budget);
}

void media_sockets::on_burst(std::span<net::datagram> datagrams,
                             net::datagram_sink& replies) {
  auto& routes = here();
  auto& gathered = routes.gathered;
  uint64_t rtcp = 0;
  for (auto& x : datagrams) {
    if (routes.answer(x, replies))
      continue;
    const auto* to = routes.table.find(x);
    if (!to)
      to = routes.table.find_trunk(x);
    if (!to) {
      routes.unroutable.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    if (to->intake->skips_any() && to->intake->skip(x))
      continue;
    // Datagrams of one transport come in runs: look at the latest first.
    const auto* actor = pointer_to(*to);
    auto i =
        std::find_if(gathered.rbegin(), gathered.rend(),
                     [&](const auto& y) { return pointer_to(y.to) == actor; });
    if (i == gathered.rend()) {
      gathered.push_back({*to, std::make_shared<net::datagram_batch>()});
      i = gathered.rbegin();
      i->datagrams->reserve(few_datagrams);
    }
    auto kind = net::classify(std::as_const(*x.data).bytes());
    if (kind == net::datagram_kind::dtls)
      i->handshake = true;
    rtcp += kind == net::datagram_kind::rtcp;
    i->datagrams->push_back(std::move(x));
  }
  for (auto& x : gathered)
    deliver(std::move(x), routes.worker.get());
  gathered.clear();
  if (rtcp > 0)
    routes.rtcp.fetch_add(rtcp, std::memory_order_relaxed);
  if (!routes.worker)
    return;
  routes.worker->run(datagrams.size() < full_burst ? io_worker::budget
                                                   : io_worker::busy_budget);
  deliver_prompt_ticks(*routes.worker);
}

void media_sockets::on_tcp_closed(const net::transport_tuple& tuple) {
  if (const auto* to = here().table.find(tuple))
    caf::anon_send(to->actor, tuple_closed{tuple});
}

template <class F>
void media_sockets::update(F change) {
  for (size_t i = 0; i < routes_.size(); ++i)
    threads_.post(i, [this, i, change] { change(*routes_[i]); });
}

void media_sockets::add_fragment(const std::string& fragment,
                                 const route_target& to) {
  update([=](auto& routes) { routes.table.add_fragment(fragment, to); });
}

void media_sockets::remove_fragment(const std::string& fragment) {
  update([=](auto& routes) {
    routes.table.remove_fragment(fragment);
    routes.responders.remove(fragment);
  });
}

void media_sockets::add_tuple(const net::transport_tuple& tuple,
                              const route_target& to) {
  auto add = [=](auto& routes) {
    routes.table.add_tuple(tuple, to);
  };
  // Here at once, as the client may have been answered already; and once more
  // in order, after the changes under way.
  if (io_thread > 0)
    add(here());
  update(add);
  port_.confirm_tcp(tuple);
}

void media_sockets::remove_tuple(const net::transport_tuple& tuple,
                                 const burst_receiver_actor& from) {
  update([=](auto& routes) { routes.table.remove_tuple(tuple, {from, {}}); });
}

void media_sockets::add_trunk(uint32_t tag, const net::socket_address& remote,
                              const route_target& to) {
  update([=](auto& routes) { routes.table.add_trunk(tag, remote, to); });
}

void media_sockets::remove_trunk(uint32_t tag,
                                 const burst_receiver_actor& from) {
  update([=](auto& routes) { routes.table.remove_trunk(tag, {from, {}}); });
}

void media_sockets::add_responder(
    const std::shared_ptr<net::ice_check_responder>& x,
    const caf::weak_actor_ptr& transport, net::duration consent_timeout) {
  update([=](auto& routes) { routes.responders.add(x); });
  threads_.post(0, [this, x, transport, consent_timeout] {
    routes_[0]->consents.add({x, transport, consent_timeout});
  });
}

media_sockets_stats media_sockets::stats() const {
  media_sockets_stats sum;
  for (const auto& x : routes_) {
    sum.unroutable += x->unroutable.load(std::memory_order_relaxed);
    sum.rtcp += x->rtcp.load(std::memory_order_relaxed);
    sum.handed_over += x->handed_over.load(std::memory_order_relaxed);
  }
  return sum;
}

} // namespace troupe::actors
