#include "actors/transport/transport_lifetime.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

transport_kind kind_of(const std::optional<net::transport_tuple>& path) {
  if (!path)
    return transport_kind::none;
  return path->protocol == net::transport_protocol::udp ? transport_kind::udp
                                                        : transport_kind::tcp;
}

transport_phase phase_of(net::dtls_state dtls, bool has_path, bool abandoned) {
  if (dtls == net::dtls_state::failed || dtls == net::dtls_state::closed)
    return transport_phase::closed;
  if (abandoned)
    return transport_phase::disconnected;
  if (dtls == net::dtls_state::connected)
    return transport_phase::connected;
  return has_path ? transport_phase::connecting : transport_phase::waiting;
}

} // namespace

void transport_lifetime::begin(const transport_id& which, counters& counts,
                               member_name owner) {
  id_ = which;
  owner_ = std::move(owner);
  counts_ = &counts;
  update(net::dtls_state::fresh, std::nullopt);
}

void transport_lifetime::handle(const net::ice_state_changed& x,
                                net::time_point now) {
  log::event(log::level::debug, "ice-state",
             {owner_.room_field(),
              owner_.peer_field(),
              {"transport", id_.str()},
              {"state", std::string{net::to_string(x.state)}}});
  abandoned_ = x.state == net::ice_state::disconnected ? std::optional{now}
                                                       : std::nullopt;
}

void transport_lifetime::handle(const net::dtls_state_changed& x,
                                net::time_point now) {
  const auto failed = x.state == net::dtls_state::failed;
  log::event(failed ? log::level::warn : log::level::debug, "dtls-state",
             {owner_.room_field(),
              owner_.peer_field(),
              {"transport", id_.str()},
              {"state", std::string{net::to_string(x.state)}}});
  if (x.state == net::dtls_state::connected)
    connect_by_.reset();
  if (x.state == net::dtls_state::connected && connecting_)
    counts_->connect_time.observe(now - *std::exchange(connecting_, {}));
}

void transport_lifetime::update(
    net::dtls_state dtls, const std::optional<net::transport_tuple>& path) {
  const auto kind = kind_of(path);
  gauge_.move_to(&counts_->transports_in(
      kind, phase_of(dtls, path.has_value(), abandoned_.has_value())));
  if (dtls == net::dtls_state::connected && path && kind != connected_by_)
    news_ = connected_by_ = kind;
}

void transport_lifetime::log_exhausted(std::string_view direction) const {
  log::event(log::level::warn, "srtp-exhausted",
             {owner_.room_field(),
              owner_.peer_field(),
              {"transport", id_.str()},
              {"direction", std::string{direction}}});
}

bool transport_lifetime::is_over(bool left, net::time_point now) const {
  const auto too_late = connect_by_ && now >= *connect_by_;
  const auto abandoned = abandoned_ && now - *abandoned_ >= patience_;
  if (!left && !too_late && !abandoned)
    return false;
  log::event(
      left ? log::level::debug : log::level::info,
      left        ? "transport-left"
      : abandoned ? "transport-abandoned"
                  : "transport-not-connected",
      {owner_.room_field(), owner_.peer_field(), {"transport", id_.str()}});
  return true;
}

std::optional<net::time_point> transport_lifetime::poll_timeout() const {
  if (!abandoned_)
    return connect_by_;
  const auto end = *abandoned_ + patience_;
  return connect_by_ ? std::min(end, *connect_by_) : end;
}

} // namespace troupe::actors
