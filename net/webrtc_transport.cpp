#include "net/webrtc_transport.hpp"

#include "net/base/assert.hpp"
#include "net/base/classify.hpp"
#include "net/base/enum_category.hpp"
#include "net/base/take_first.hpp"

#include <algorithm>
#include <utility>

namespace troupe::net {

namespace {

// Our role, given the peer's.
dtls_role opposite(remote_dtls_role remote) {
  return remote == remote_dtls_role::client ? dtls_role::server
                                            : dtls_role::client;
}

std::string_view text_of(transport_errc value) {
  switch (value) {
    case transport_errc::already_connected:
      return "the transport is already connected";
    case transport_errc::no_fingerprint:
      return "the peer sent no certificate fingerprint";
    case transport_errc::closed:
      return "the transport is closed";
  }
  return "unknown transport error";
}

drop_reason to_drop_reason(srtp_error error) {
  switch (error) {
    case srtp_error::malformed:
      return drop_reason::srtp_malformed;
    case srtp_error::bad_tag:
      return drop_reason::srtp_bad_tag;
    case srtp_error::replayed:
      return drop_reason::srtp_replayed;
    case srtp_error::exhausted:
      return drop_reason::srtp_exhausted;
  }
  return drop_reason::srtp_malformed;
}

} // namespace

const std::error_category& transport_category() {
  static const enum_category<transport_errc> instance{"transport", text_of};
  return instance;
}

std::error_code make_error_code(transport_errc code) {
  return {static_cast<int>(code), transport_category()};
}

std::string_view to_string(dtls_state state) {
  switch (state) {
    case dtls_state::fresh:
      return "new";
    case dtls_state::connecting:
      return "connecting";
    case dtls_state::connected:
      return "connected";
    case dtls_state::failed:
      return "failed";
    case dtls_state::closed:
      return "closed";
  }
  return "invalid";
}

// -- packet_queue -------------------------------------------------------------

void webrtc_transport::packet_queue::push(incoming_packet x) {
  packets_.push_back(std::move(x));
}

std::optional<incoming_packet> webrtc_transport::packet_queue::pop() {
  if (first_ == packets_.size()) {
    packets_.clear();
    first_ = 0;
    return std::nullopt;
  }
  return std::move(packets_[first_++]);
}

// -- control ------------------------------------------------------------------

webrtc_transport::webrtc_transport(const config& cfg, rng& random)
    : backend_(cfg.backend)
    , ice_(cfg.consent_timeout, random, cfg.lenient_ice)
    , dtls_(*cfg.dtls)
    , application_data_(cfg.application_data)
    , max_media_age_(cfg.max_media_age)
    , lenient_ice_(cfg.lenient_ice) {
  TROUPE_ASSERT(srtp_backend_available(backend_));
}

webrtc_transport::~webrtc_transport() = default;

const ice_credentials& webrtc_transport::local_ice() const {
  return ice_.credentials();
}

const ice_credentials& webrtc_transport::restart_ice(rng& random) {
  ice_.restart(random);
  forward_ice_events();
  return ice_.credentials();
}

result<dtls_role>
webrtc_transport::connect(remote_dtls_role remote,
                          std::vector<certificate_fingerprint> fingerprints,
                          time_point now) {
  if (closed_)
    return make_error_code(transport_errc::closed);
  if (role_)
    return make_error_code(transport_errc::already_connected);
  if (fingerprints.empty())
    return make_error_code(transport_errc::no_fingerprint);
  role_ = opposite(remote);
  fingerprints_ = std::move(fingerprints);
  maybe_start_dtls(now);
  return *role_;
}

void webrtc_transport::allow(remote_dtls_role remote,
                             const std::vector<certificate_fingerprint>& more) {
  if (dtls_started_ || !role_)
    return;
  either_role_ = either_role_ || opposite(remote) != *role_;
  fingerprints_.insert(fingerprints_.end(), more.begin(), more.end());
}

void webrtc_transport::close() {
  if (closed_)
    return;
  close_notify_tuple_ = ice_.selected_tuple();
  dtls_.close();
  update_dtls();
  ice_.close();
  forward_ice_events();
  closed_ = true;
}

// -- input --------------------------------------------------------------------

void webrtc_transport::handle_datagram(datagram x, time_point now) {
  TROUPE_ASSERT(static_cast<bool>(x.data));
  stats_.received.add(x.data->size());
  if (const auto reason = accept(x, now))
    stats_.drops.add(*reason);
}

std::optional<drop_reason> webrtc_transport::accept(datagram& x,
                                                    time_point now) {
  if (closed_)
    return drop_reason::closed;
  const auto kind = classify(std::as_const(*x.data).bytes());
  if (kind == datagram_kind::other)
    return drop_reason::unclassified;
  if (kind == datagram_kind::stun)
    return handle_stun(x, now);
  if (!ice_.is_valid(x.tuple))
    return drop_reason::unknown_tuple;
  if (kind == datagram_kind::dtls)
    return handle_dtls(x, now);
  return kind == datagram_kind::rtp ? handle_rtp(x, now) : handle_rtcp(x);
}

std::optional<drop_reason> webrtc_transport::handle_stun(const datagram& x,
                                                         time_point now) {
  const auto refused =
      ice_.handle_request(std::as_const(*x.data).bytes(), x.tuple, now);
  forward_ice_events();
  if (!refused && leaving_ && now > *leaving_)
    set_leaving(std::nullopt);
  maybe_start_dtls(now);
  return refused;
}

std::optional<drop_reason> webrtc_transport::handle_dtls(const datagram& x,
                                                         time_point now) {
  if (reported_dtls_ == dtls_state::failed
      || reported_dtls_ == dtls_state::closed)
    return drop_reason::dtls_over;
  if (!dtls_started_ && either_role_) {
    role_ = dtls_role::server;
    either_role_ = false;
  }
  dtls_.handle_datagram(std::as_const(*x.data).bytes(), now);
  maybe_start_dtls(now);
  if (dtls_.poll_unread_alert() && !leaving_)
    set_leaving(now);
  update_dtls();
  return std::nullopt;
}

void webrtc_transport::set_leaving(std::optional<time_point> since) {
  if (leaving_.has_value() != since.has_value())
    events_.emplace_back(peer_leaving{since.has_value()});
  leaving_ = since;
}

std::optional<drop_reason> webrtc_transport::handle_rtp(datagram& x,
                                                        time_point now) {
  if (!receiver_)
    return drop_reason::no_keys;
  if (now - x.arrival > max_media_age_)
    return drop_reason::too_late;
  if (rtp_.full())
    return drop_reason::queue_full;
  const auto size = receiver_->unprotect_rtp(x.data->bytes());
  if (!size)
    return to_drop_reason(receiver_->last_error());
  accept_media(x, *size, rtp_, stats_.rtp_received);
  return std::nullopt;
}

std::optional<drop_reason> webrtc_transport::handle_rtcp(datagram& x) {
  if (!receiver_)
    return drop_reason::no_keys;
  if (rtcp_.full())
    return drop_reason::queue_full;
  const auto size = receiver_->unprotect_rtcp(x.data->bytes());
  if (!size)
    return to_drop_reason(receiver_->last_error());
  accept_media(x, *size, rtcp_, stats_.rtcp_received);
  return std::nullopt;
}

void webrtc_transport::accept_media(datagram& x, size_t plain_size,
                                    packet_queue& queue, traffic& kind) {
  kind.add(x.data->size());
  x.data->resize(plain_size);
  queue.push({std::move(x.data), x.arrival});
  if (media_is_noted_)
    note_media(x);
}

void webrtc_transport::note_media(const datagram& x) {
  if (!std::exchange(peer_confirmed_, true)) {
    dtls_.confirm_peer();
    if (!application_data_)
      dtls_.release(); // if the release on connect came too early
  }
  media_is_noted_ = lenient_ice_;
  if (!lenient_ice_ || x.tuple != ice_.selected_tuple())
    return;
  ice_.renew_consent(x.tuple, x.arrival);
  if (leaving_ && x.arrival > *leaving_ + reordering_time)
    set_leaving(std::nullopt);
}

void webrtc_transport::keep_source(uint32_t ssrc) {
  if (std::ranges::find(kept_sources_, ssrc) == kept_sources_.end())
    kept_sources_.push_back(ssrc);
  if (receiver_)
    receiver_->keep(ssrc);
}

void webrtc_transport::retire_source(uint32_t ssrc) {
  std::erase(kept_sources_, ssrc);
  if (receiver_)
    receiver_->retire(ssrc);
}

void webrtc_transport::renew_consent(const transport_tuple& tuple,
                                     time_point at) {
  if (closed_)
    return;
  ice_.renew_consent(tuple, at);
  if (leaving_ && at > *leaving_)
    set_leaving(std::nullopt);
}

void webrtc_transport::handle_tuple_closed(const transport_tuple& tuple) {
  ice_.handle_tuple_closed(tuple);
  forward_ice_events();
}

void webrtc_transport::handle_timeout(time_point now) {
  if (closed_)
    return;
  ice_.handle_timeout(now);
  forward_ice_events();
  maybe_start_dtls(now);
  dtls_.handle_timeout(now);
  if (leaving_ && now >= *leaving_ + leaving_timeout)
    dtls_.close();
  update_dtls();
}

void webrtc_transport::forward_ice_events() {
  while (auto event = ice_.poll_event())
    std::visit([this](auto& x) { events_.emplace_back(std::move(x)); }, *event);
}

void webrtc_transport::maybe_start_dtls(time_point now) {
  if (dtls_started_ || closed_ || !role_ || !ice_.selected_tuple()
      || !role_is_known(now))
    return;
  dtls_started_ = true;
  role_due_.reset();
  dtls_.start(*role_, std::move(fingerprints_), now);
  update_dtls();
}

bool webrtc_transport::role_is_known(time_point now) {
  if (!either_role_)
    return true;
  if (!role_due_)
    role_due_ = now + role_timeout;
  if (now < *role_due_)
    return false;
  role_ = dtls_role::client;
  return true;
}

void webrtc_transport::update_dtls() {
  const auto state = dtls_.state();
  if (state == reported_dtls_)
    return;
  reported_dtls_ = state;
  if (state == dtls_state::connected) {
    const auto& keys = *dtls_.keys();
    sender_ = make_srtp_sender(backend_, keys.profile, keys.local);
    receiver_ = make_srtp_receiver(backend_, keys.profile, keys.remote);
    TROUPE_ASSERT(sender_ && receiver_);
    for (auto ssrc : kept_sources_)
      receiver_->keep(ssrc);
    if (!application_data_)
      dtls_.release();
  } else {
    sender_.reset();
    receiver_.reset();
  }
  events_.emplace_back(dtls_state_changed{state});
}

// -- output -------------------------------------------------------------------

std::optional<time_point>
webrtc_transport::poll_timeout(const transport_tuple* watched) const {
  if (closed_)
    return std::nullopt;
  const auto ice = ice_.poll_timeout(watched);
  const auto dtls = dtls_.poll_timeout();
  auto out = ice && dtls ? std::min(*ice, *dtls) : ice ? ice : dtls;
  if (leaving_ && reported_dtls_ == dtls_state::connected) {
    const auto over = *leaving_ + leaving_timeout;
    out = out ? std::min(*out, over) : over;
  }
  if (role_due_)
    out = out ? std::min(*out, *role_due_) : role_due_;
  return out;
}

std::optional<outgoing_datagram> webrtc_transport::poll_datagram() {
  auto out = ice_.poll_datagram();
  if (!out) {
    const auto& to = closed_ ? close_notify_tuple_ : ice_.selected_tuple();
    if (!to)
      return std::nullopt;
    const auto data = dtls_.poll_datagram();
    if (!data)
      return std::nullopt;
    out = outgoing_datagram{*data, *to};
  }
  stats_.sent.add(out->data.size());
  return out;
}

std::optional<incoming_packet> webrtc_transport::poll_rtp() {
  return rtp_.pop();
}

std::optional<incoming_packet> webrtc_transport::poll_rtcp() {
  return rtcp_.pop();
}

std::optional<std::vector<uint8_t>> webrtc_transport::poll_data() {
  return dtls_.poll_data();
}

std::optional<transport_event> webrtc_transport::poll_event() {
  return take_first(events_);
}

// -- sending ------------------------------------------------------------------

std::optional<size_t> webrtc_transport::protect_rtp(byte_span header,
                                                    byte_span payload,
                                                    mutable_byte_span out) {
  if (!can_send() || !sender_)
    return count_sent(std::nullopt, stats_.rtp_sent);
  return count_sent(sender_->protect_rtp(header, payload, out),
                    stats_.rtp_sent);
}

std::optional<size_t> webrtc_transport::protect_rtcp(byte_span packet,
                                                     mutable_byte_span out) {
  if (!can_send() || !sender_)
    return count_sent(std::nullopt, stats_.rtcp_sent);
  return count_sent(sender_->protect_rtcp(packet, out), stats_.rtcp_sent);
}

std::optional<size_t> webrtc_transport::count_sent(std::optional<size_t> size,
                                                   traffic& kind) {
  if (size) {
    kind.add(*size);
    stats_.sent.add(*size);
  } else {
    ++stats_.unsent;
  }
  return size;
}

bool webrtc_transport::send_data(byte_span data) {
  return !closed_ && ice_.selected_tuple() && dtls_.send_data(data);
}

std::optional<srtp_profile> webrtc_transport::profile() const {
  if (reported_dtls_ != dtls_state::connected)
    return std::nullopt;
  return dtls_.keys()->profile;
}

} // namespace troupe::net
