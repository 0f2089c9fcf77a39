#include "tests/gates/gate_world.hpp"

#include "net/base/classify.hpp"
#include "tests/gates/measured_region.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe::gates {

namespace {

// Virtual time does not begin at zero, which some engines take for "never".
constexpr auto beginning = std::chrono::seconds{100};

// What a receive call takes, as in udp_socket.
constexpr size_t datagrams_per_call = 64;

// As in media_sockets.
constexpr size_t few_datagrams = 4;

// As steer_reports() tells the kernel.
bool is_report(net::byte_span x) {
  if (net::classify(x) != net::datagram_kind::rtcp)
    return false;
  const auto type = x[1];
  const auto format = x[0] & 0x1F;
  return type == 200 || type == 201
         || ((type == 205 || type == 206) && format == 15);
}

// Stands for the socket actor: keeps the routes on this thread.
actors::socket_actor spawn_recorder(caf::actor_system& system,
                                    std::map<std::string, route>& routes) {
  using type = actors::socket_actor;
  return system.spawn([&routes](type::pointer self) -> type::behavior_type {
    return {
        [&routes](const actors::route_fragment& x) {
          routes[x.fragment] = {x.to, x.intake};
        },
        [&routes](const actors::unroute_fragment& x) {
          routes.erase(x.fragment);
        },
        [](const actors::route_tuple&) {},
        [](const actors::unroute_tuple&) {},
        [](const actors::route_trunk&) {},
        [](const actors::unroute_trunk&) {},
        [](const actors::add_check_responder&) {},
        [self](const actors::close_sockets&) { self->quit(); },
    };
  });
}

} // namespace

gate_world::gate_world(counted_wire::receiver to) : wire_(std::move(to)) {
  recorder_ = spawn_recorder(*system, routes_);
  caf::anon_send_exit(server, caf::exit_reason::user_shutdown);
  run();
  scheduler().advance_time(beginning);
  tick_due_ = now();
  server = actors::spawn_server(*system,
                                {settings.room, {&wire_, load, {}, &ticks_}});
  auto own = *services;
  own.sockets = recorder_;
  own.ticks = &ticks_;
  // Unlike other tests, this one has the server's own frames.
  own.settings.overload.frame_hold = actors::config{}.overload.frame_hold;
  services = std::make_shared<const actors::media_services>(std::move(own));
  run();
}

gate_world::~gate_world() {
  // Before the members that the actors use.
  caf::anon_send_exit(server, caf::exit_reason::user_shutdown);
  run();
  caf::anon_send(recorder_, actors::close_sockets{});
  run();
  ticks_.clear();
  routes_.clear();
  recorder_ = nullptr;
}

void gate_world::step(net::time_point at, std::vector<arrival> datagrams) {
  take_reports(datagrams); // the kernel's work, so not measured
  if (!measuring_)
    return handle_step(at, datagrams);
  auto before = allocations();
  serve([&] { handle_step(at, datagrams); });
  counts_.allocations += allocations() - before;
}

void gate_world::handle_step(net::time_point at,
                             std::vector<arrival>& datagrams) {
  auto& jobs = scheduler();
  auto passed = std::max(at - now(), net::duration{});
  if (jobs.advance_time(passed) > 0)
    ++counts_.timer_wakeups;
  auto ticks = deliver_ticks(at);
  const bool media = !datagrams.empty();
  const auto cause = read_cause(at, media);
  if (ticks > 0 || media || cause)
    ++counts_.wakeups;
  deliver(datagrams);
  run_actors();
  if (media)
    deliver_prompt_ticks(at);
  if (!cause)
    return;
  pace_.handle_read(*cause, reports_.size(), at);
  if (reports_.empty())
    ++counts_.receive_calls;
  deliver(reports_);
  reports_.clear();
  run_actors();
}

void gate_world::take_reports(std::vector<arrival>& datagrams) {
  auto first = std::stable_partition(
      datagrams.begin(), datagrams.end(), [](const arrival& x) {
        return !is_report(std::as_const(*x.what.data).bytes());
      });
  std::move(first, datagrams.end(), std::back_inserter(reports_));
  datagrams.erase(first, datagrams.end());
}

std::optional<net::report_pace::cause>
gate_world::read_cause(net::time_point at, bool media) const {
  using cause = net::report_pace::cause;
  if (!pace_.gathers())
    return reports_.empty() ? std::nullopt : std::optional{cause::arrival};
  if (media && pace_.due_beside_media(at))
    return cause::media;
  return at < pace_.next_read() ? std::nullopt : std::optional{cause::timer};
}

void gate_world::run_actors() {
  while (scheduler().try_run_once())
    ++counts_.actor_messages;
}

// As media_sockets does it after each burst.
void gate_world::deliver_prompt_ticks(net::time_point at) {
  if (ticks_.next_prompt() > at)
    return;
  while (auto x = ticks_.take_prompt(at))
    enqueue(std::move(*x));
  run_actors();
}

void gate_world::enqueue(actors::tick_queue::tick x) {
  if (auto to = x.to.lock())
    to->enqueue(nullptr, caf::make_message_id(), std::move(x.what), nullptr);
}

size_t gate_world::deliver_ticks(net::time_point at) {
  if (at < tick_due_)
    return 0;
  size_t out = 0;
  for (; auto x = ticks_.take(at); ++out)
    enqueue(std::move(*x));
  while (tick_due_ <= at)
    tick_due_ += actors::tick_queue::step;
  return out;
}

// As media_sockets does it: the datagrams of one receive call for one transport
// are one message.
void gate_world::deliver(std::vector<arrival>& datagrams) {
  counts_.received += datagrams.size();
  if (!datagrams.empty())
    counts_.receive_calls += datagrams.size() / datagrams_per_call + 1;
  for (size_t begin = 0; begin < datagrams.size();
       begin += datagrams_per_call) {
    auto end = std::min(begin + datagrams_per_call, datagrams.size());
    for (auto i = begin; i < end; ++i) {
      auto& x = datagrams[i];
      if (x.to->intake->skips_any() && x.to->intake->skip(x.what))
        continue;
      auto kind = net::classify(std::as_const(*x.what.data).bytes());
      counts_.rtcp_received += kind == net::datagram_kind::rtcp;
      auto at = std::ranges::find(gathered_, x.to,
                                  [](const auto& y) { return y.first; });
      if (at == gathered_.end()) {
        gathered_.emplace_back(x.to, std::make_shared<net::datagram_batch>());
        at = gathered_.end() - 1;
        at->second->reserve(few_datagrams);
      }
      at->second->push_back(std::move(x.what));
    }
    for (auto& [to, datagrams_of_one] : gathered_)
      if (to->intake->admit(datagrams_of_one->size()))
        caf::actor_cast<caf::abstract_actor*>(to->to)->enqueue(
            nullptr, caf::make_message_id(),
            caf::make_message(std::move(datagrams_of_one)), nullptr);
    gathered_.clear();
  }
}

std::optional<net::time_point> gate_world::due() {
  const auto& timeouts = scheduler().clock().schedule();
  // Ticks are looked at every 20 ms; a step without any counts nothing.
  auto out = tick_due_;
  if (!timeouts.empty())
    out = std::min(out, timeouts.begin()->first);
  return pace_.gathers() ? std::min(out, pace_.next_read()) : out;
}

server_counts gate_world::counts() const {
  auto out = counts_;
  out.sent = wire_.counts();
  return out;
}

} // namespace troupe::gates
