#include "net/ice/ice_lite_agent.hpp"

#include "net/base/take_first.hpp"

#include <algorithm>
#include <utility>

namespace troupe::net {

namespace {

constexpr size_t credential_length = 32;

// The most responses that may wait; a peer without a response asks again.
constexpr size_t max_responses = 64;

ice_credentials draw_credentials(rng& random) {
  return {random.alphanumeric(credential_length),
          random.alphanumeric(credential_length)};
}

// USERNAME is "ours:theirs" (RFC 8445, section 7.2.2).
bool is_addressed_to(std::string_view username, const ice_credentials& x) {
  const auto& fragment = x.username_fragment;
  return username.size() > fragment.size() && username.starts_with(fragment)
         && username[fragment.size()] == ':';
}

} // namespace

std::string_view to_string(ice_state state) {
  switch (state) {
    case ice_state::fresh:
      return "new";
    case ice_state::connected:
      return "connected";
    case ice_state::completed:
      return "completed";
    case ice_state::disconnected:
      return "disconnected";
    case ice_state::closed:
      return "closed";
  }
  return "invalid";
}

ice_lite_agent::ice_lite_agent(duration consent_timeout, rng& random,
                               bool lenient)
    : consent_timeout_(consent_timeout)
    , lenient_(lenient)
    , current_(draw_credentials(random)) {
  tuples_.reserve(max_tuples);
}

const ice_credentials& ice_lite_agent::restart(rng& random) {
  retire_old_credentials();
  old_ = std::exchange(current_, draw_credentials(random));
  return current_;
}

// -- requests -----------------------------------------------------------------

std::optional<drop_reason>
ice_lite_agent::handle_request(byte_span datagram, const transport_tuple& tuple,
                               time_point now) {
  if (state_ == ice_state::closed)
    return drop_reason::closed;
  const auto request = stun_message::parse(datagram);
  if (!request)
    return drop_reason::stun_malformed;
  if (request->type() != stun_class::request
      || request->method() != stun_method_binding)
    return drop_reason::stun_not_a_request;
  if (!request->has_integrity())
    return drop_reason::stun_unauthenticated;
  const auto* credentials = find_credentials(request->username());
  std::optional<stun_integrity_key> key;
  if (credentials)
    key.emplace(credentials->password);
  if (!key || !request->verify_integrity(*key)) {
    respond_error(*request, tuple, stun_error::unauthorized, nullptr);
    return drop_reason::stun_unauthenticated;
  }
  uint16_t error = 0;
  if (!request->has_fingerprint() || (!request->priority() && !lenient_))
    error = stun_error::bad_request;
  else if (!request->unknown_attributes().empty())
    error = stun_error::unknown_attribute;
  else if (request->controlled())
    error = stun_error::role_conflict;
  if (error != 0) {
    respond_error(*request, tuple, error, &*key);
    return drop_reason::stun_refused;
  }
  respond(*request, tuple, *key);
  if (credentials == &current_ && old_) {
    retire_old_credentials();
    highest_nomination_ = 0;
  }
  accept(*request, tuple, now);
  return std::nullopt;
}

const ice_credentials*
ice_lite_agent::find_credentials(std::string_view username) const {
  if (is_addressed_to(username, current_))
    return &current_;
  if (old_ && is_addressed_to(username, *old_))
    return &*old_;
  return nullptr;
}

void ice_lite_agent::accept(const stun_message& request,
                            const transport_tuple& tuple, time_point now) {
  const auto known = std::ranges::find(tuples_, tuple, &valid_tuple::tuple);
  if (known != tuples_.end())
    known->consent.refresh(now);
  else
    add_tuple(tuple, now);
  if (nominates(request)) {
    highest_nomination_ =
        std::max(highest_nomination_, request.nomination().value_or(0));
    select(tuple);
    set_state(ice_state::completed);
  } else if (!selected_) {
    select(tuple);
    set_state(ice_state::connected);
  }
}

// A nomination value overrides the flag: browsers that renominate send both,
// and repeat the flag on tuples that they have left.
bool ice_lite_agent::nominates(const stun_message& request) const {
  if (request.nomination())
    return *request.nomination() > highest_nomination_;
  return request.use_candidate();
}

// -- tuples -------------------------------------------------------------------

void ice_lite_agent::add_tuple(const transport_tuple& tuple, time_point now) {
  if (tuples_.size() == max_tuples) {
    const auto oldest = std::ranges::find_if(
        tuples_, [this](const auto& x) { return x.tuple != selected_; });
    remove_tuple(static_cast<size_t>(oldest - tuples_.begin()));
  }
  tuples_.push_back({tuple, consent{consent_timeout_, now}});
  events_.emplace_back(tuple_added{tuple});
}

void ice_lite_agent::remove_tuple(size_t index) {
  const auto tuple = tuples_[index].tuple;
  tuples_.erase(tuples_.begin() + static_cast<ptrdiff_t>(index));
  events_.emplace_back(tuple_removed{tuple});
  if (tuple != selected_)
    return;
  if (tuples_.empty()) {
    highest_nomination_ = 0;
    select(std::nullopt);
    set_state(ice_state::disconnected);
    return;
  }
  const auto freshest = std::ranges::max_element(
      tuples_, {}, [](const auto& x) { return x.consent.last_check(); });
  select(freshest->tuple);
}

void ice_lite_agent::select(const std::optional<transport_tuple>& tuple) {
  if (selected_ == tuple)
    return;
  selected_ = tuple;
  events_.emplace_back(selected_tuple_changed{tuple});
}

void ice_lite_agent::set_state(ice_state state) {
  if (state_ == state)
    return;
  state_ = state;
  events_.emplace_back(ice_state_changed{state});
}

void ice_lite_agent::retire_old_credentials() {
  if (!old_)
    return;
  events_.emplace_back(
      username_fragment_retired{std::move(old_->username_fragment)});
  old_.reset();
}

bool ice_lite_agent::is_valid(const transport_tuple& tuple) const {
  return selected_ == tuple
         || std::ranges::find(tuples_, tuple, &valid_tuple::tuple)
                != tuples_.end();
}

void ice_lite_agent::renew_consent(const transport_tuple& tuple,
                                   time_point at) {
  for (auto& x : tuples_)
    if (x.tuple == tuple)
      x.consent.refresh(at);
}

void ice_lite_agent::handle_tuple_closed(const transport_tuple& tuple) {
  const auto i = std::ranges::find(tuples_, tuple, &valid_tuple::tuple);
  if (i != tuples_.end())
    remove_tuple(static_cast<size_t>(i - tuples_.begin()));
}

// -- time ---------------------------------------------------------------------

void ice_lite_agent::handle_timeout(time_point now) {
  // Remove the selected tuple last, so that no other expired tuple is selected.
  for (size_t i = tuples_.size(); i-- > 0;)
    if (tuples_[i].consent.expired(now) && tuples_[i].tuple != selected_)
      remove_tuple(i);
  for (size_t i = tuples_.size(); i-- > 0;)
    if (tuples_[i].consent.expired(now))
      remove_tuple(i);
}

std::optional<time_point>
ice_lite_agent::poll_timeout(const transport_tuple* watched) const {
  std::optional<time_point> earliest;
  for (const auto& x : tuples_) {
    if (watched && x.tuple == *watched)
      continue;
    if (auto t = x.consent.expires_at(); t && (!earliest || *t < *earliest))
      earliest = t;
  }
  return earliest;
}

// -- output -------------------------------------------------------------------

void ice_lite_agent::respond(const stun_message& request,
                             const transport_tuple& tuple,
                             const stun_integrity_key& key) {
  auto* out = next_response(tuple);
  if (!out)
    return;
  stun_writer writer{out->octets, stun_class::success,
                     request.transaction_id()};
  writer.xor_mapped_address(tuple.remote);
  writer.integrity(key);
  writer.fingerprint();
  finish_response(writer, request);
}

void ice_lite_agent::respond_error(const stun_message& request,
                                   const transport_tuple& tuple, uint16_t code,
                                   const stun_integrity_key* key) {
  auto* out = next_response(tuple);
  if (!out)
    return;
  stun_writer writer{out->octets, stun_class::error, request.transaction_id()};
  writer.error_code(code);
  if (code == stun_error::unknown_attribute)
    writer.unknown_attributes(request.unknown_attributes());
  if (key)
    writer.integrity(*key);
  writer.fingerprint();
  finish_response(writer, request);
}

ice_lite_agent::response*
ice_lite_agent::next_response(const transport_tuple& tuple) {
  if (responses_.size() == max_responses)
    return nullptr;
  auto& out = responses_.emplace_back();
  out.tuple = tuple;
  return &out;
}

void ice_lite_agent::finish_response(stun_writer& writer,
                                     const stun_message& request) {
  const auto message = writer.finish();
  if (message && message->size() <= request.size())
    responses_.back().size = message->size();
  else
    responses_.pop_back();
}

std::optional<outgoing_datagram> ice_lite_agent::poll_datagram() {
  if (first_response_ == responses_.size()) {
    responses_.clear();
    first_response_ = 0;
    return std::nullopt;
  }
  const auto& x = responses_[first_response_++];
  return outgoing_datagram{byte_span{x.octets}.first(x.size), x.tuple};
}

std::optional<ice_event> ice_lite_agent::poll_event() {
  return take_first(events_);
}

void ice_lite_agent::close() {
  if (state_ == ice_state::closed)
    return;
  retire_old_credentials();
  for (const auto& x : tuples_)
    events_.emplace_back(tuple_removed{x.tuple});
  tuples_.clear();
  select(std::nullopt);
  set_state(ice_state::closed);
}

} // namespace troupe::net
