#include "net/sctp/sctp_stack.hpp"

#include "net/base/take_first.hpp"
#include "net/sctp/sctp_association.hpp"
#include "net/sctp/usrsctp_library.hpp"

#include <algorithm>
#include <atomic>
#include <unordered_map>
#include <unordered_set>

namespace troupe::net {

namespace {

// For this long after the last packet or message usrsctp may have timers, at
// least that of a delayed acknowledgement.
constexpr auto timer_lifetime = std::chrono::seconds{2};

sctp_association_id next_id() {
  static std::atomic<uint64_t> last{0};
  return sctp_association_id{last.fetch_add(1, std::memory_order_relaxed) + 1};
}

} // namespace

struct sctp_stack::impl {
  sctp_association* find(sctp_association_id which) const {
    const auto i = associations.find(which);
    return i == associations.end() ? nullptr : i->second.get();
  }

  // Records activity, after which usrsctp may have timers.
  void note_activity(sctp_association_id which, const sctp_association& x,
                     time_point now) {
    timers_until = std::max(timers_until, now + timer_lifetime);
    last_seen = now;
    if (x.busy())
      busy.insert(which);
    else
      busy.erase(which);
  }

  std::unordered_map<sctp_association_id, std::unique_ptr<sctp_association>>
      associations;
  std::unordered_set<sctp_association_id> busy;
  time_point timers_until{};
  time_point last_seen{};
  sctp_outbox out;
};

sctp_stack::sctp_stack() : impl_(std::make_unique<impl>()) {}

sctp_stack::~sctp_stack() {
  if (impl_->last_seen == time_point{})
    return; // no association has ever begun
  usrsctp_call call{impl_->last_seen};
  for (auto& [id, x] : impl_->associations)
    x->abort(call.library());
}

// -- associations -------------------------------------------------------------

sctp_association_id sctp_stack::open() {
  const auto id = next_id();
  impl_->associations.emplace(
      id, std::make_unique<sctp_association>(id, impl_->out));
  return id;
}

void sctp_stack::connect(sctp_association_id which, time_point now) {
  if (auto* x = impl_->find(which)) {
    usrsctp_call call{now};
    x->connect(call.library());
    impl_->note_activity(which, *x, now);
  }
}

void sctp_stack::close(sctp_association_id which, time_point now) {
  const auto i = impl_->associations.find(which);
  if (i == impl_->associations.end())
    return;
  usrsctp_call call{now};
  impl_->last_seen = now;
  i->second->abort(call.library());
  impl_->associations.erase(i);
  impl_->busy.erase(which);
  const auto concerns = [&](const auto& x) {
    return x.association == which;
  };
  std::erase_if(impl_->out.events, concerns);
  std::erase_if(impl_->out.messages, concerns);
}

sctp_state sctp_stack::state(sctp_association_id which) const {
  const auto* x = impl_->find(which);
  return x ? x->state() : sctp_state::closed;
}

size_t sctp_stack::size() const {
  return impl_->associations.size();
}

// -- input --------------------------------------------------------------------

void sctp_stack::handle_record(sctp_association_id which, byte_span octets,
                               time_point now) {
  if (auto* x = impl_->find(which)) {
    usrsctp_call call{now};
    x->handle_packet(octets, call.library(), now);
    impl_->note_activity(which, *x, now);
  }
}

void sctp_stack::handle_timeout(time_point now) {
  usrsctp_call call{now};
  impl_->last_seen = now;
  std::erase_if(impl_->busy, [&](auto which) {
    auto* x = impl_->find(which);
    x->finish(call.library());
    return !x->busy();
  });
}

sctp_send_result sctp_stack::send(sctp_association_id which,
                                  sctp_stream_id stream, sctp_ppid ppid,
                                  const shared_octets& octets,
                                  const sctp_reliability& reliability,
                                  time_point now) {
  auto* x = impl_->find(which);
  if (!x || x->state() != sctp_state::connected)
    return sctp_send_result::refused;
  usrsctp_call call{now};
  const auto out = x->send(stream, ppid, *octets, reliability);
  x->finish(call.library());
  impl_->note_activity(which, *x, now);
  return out;
}

void sctp_stack::reset_stream(sctp_association_id which, sctp_stream_id stream,
                              time_point now) {
  if (auto* x = impl_->find(which)) {
    usrsctp_call call{now};
    x->reset_stream(stream);
    x->finish(call.library());
    impl_->note_activity(which, *x, now);
  }
}

// -- output -------------------------------------------------------------------

std::optional<sctp_packet> sctp_stack::poll_packet() {
  usrsctp_lock lock;
  return take_first(impl_->out.packets);
}

std::optional<sctp_message> sctp_stack::poll_message() {
  usrsctp_lock lock;
  return take_first(impl_->out.messages);
}

std::optional<sctp_event> sctp_stack::poll_event() {
  usrsctp_lock lock;
  return take_first(impl_->out.events);
}

std::optional<time_point> sctp_stack::poll_timeout() const {
  if (impl_->busy.empty() && impl_->last_seen >= impl_->timers_until)
    return std::nullopt;
  return impl_->last_seen + usrsctp_call::tick;
}

// -- figures ------------------------------------------------------------------

size_t sctp_stack::buffered_octets(sctp_association_id which) const {
  usrsctp_lock lock;
  const auto* x = impl_->find(which);
  return x ? x->buffered_octets() : 0;
}

size_t sctp_stack::buffered_octets(sctp_association_id which,
                                   sctp_stream_id stream) const {
  usrsctp_lock lock;
  const auto* x = impl_->find(which);
  return x ? x->buffered_octets(stream) : 0;
}

bool sctp_stack::is_free(sctp_association_id which,
                         sctp_stream_id stream) const {
  usrsctp_lock lock;
  const auto* x = impl_->find(which);
  return x && x->is_free(stream);
}

const sctp_stats& sctp_stack::stats() const {
  return impl_->out.stats;
}

} // namespace troupe::net
