#include "bench/load/media/media_transport.hpp"

#include "bench/load/media/loop_services.hpp"
#include "net/base/classify.hpp"

#include <algorithm>
#include <utility>

namespace troupe::load {

namespace {

// The priority of a host candidate, as Chromium computes it.
constexpr uint32_t candidate_priority = 0x6e0001ff;

size_t tag_octets(net::srtp_profile profile) {
  switch (profile) {
    case net::srtp_profile::aes128_cm_sha1_80:
      return 10;
    case net::srtp_profile::aes128_cm_sha1_32:
      return 4;
    case net::srtp_profile::aead_aes_128_gcm:
    case net::srtp_profile::aead_aes_256_gcm:
      break;
  }
  return 16;
}

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};

} // namespace

std::string_view to_string(transport_state x) {
  switch (x) {
    case transport_state::checking:
      return "checking";
    case transport_state::handshaking:
      return "handshaking";
    case transport_state::connected:
      return "connected";
    case transport_state::failed:
      return "failed";
    case transport_state::closed:
      return "closed";
  }
  return "unknown";
}

struct media_transport::paced_encoder {
  paced_encoder(media_transport& owner, media_source& from, stream_encoder& of)
      : source(&from)
      , encoder(&of)
      , timer([this, &owner](net::time_point) { owner.handle_frame(*this); }) {}

  media_source* source;
  stream_encoder* encoder;
  wheel_timer timer;
};

media_transport::media_transport(loop_services& services, batch_socket socket,
                                 transport_config cfg)
    : services_(services)
    , socket_(std::move(socket))
    , config_(std::move(cfg))
    , fragment_(config_.fragment.empty() ? services.secure->alphanumeric(8)
                                         : config_.fragment)
    , tie_breaker_(services.secure->u64())
    , next_check_(loop_services::now())
    , dtls_(*services.dtls)
    , sink_(
          {services.config.decrypt_share, rtp::ssrc{1}, services.seeded->u64()})
    , housekeeping_([this](net::time_point) { handle_housekeeping(); })
    , delay_timer_([this](net::time_point) { handle_delayed(); }) {
  times_.started = next_check_;
  if (config_.impair_in.any())
    in_.emplace(config_.impair_in, services.seeded->u64());
  if (config_.impair_out.any())
    out_.emplace(config_.impair_out, services.seeded->u64());
  handle_housekeeping();
}

media_transport::~media_transport() = default;

// -- input --------------------------------------------------------------------

void media_transport::receive() {
  if (state_ == transport_state::closed)
    return;
  auto each = [this](net::mutable_byte_span x, net::time_point arrival) {
    handle_incoming(x, arrival);
  };
  while (socket_.receive(services_.received, each))
    continue;
  flush();
  rearm();
}

void media_transport::handle_incoming(net::mutable_byte_span x,
                                      net::time_point arrival) {
  counts_.in.add(x.size());
  if (in_ && in_->lose()) {
    ++counts_.impaired_in;
  } else if (in_ && in_->delays()) {
    in_->queue(x, arrival);
    rearm_delay_timer();
  } else {
    handle_datagram(x, arrival);
  }
}

void media_transport::handle_datagram(net::mutable_byte_span x,
                                      net::time_point arrival) {
  switch (net::classify(x)) {
    case net::datagram_kind::rtp:
      counts_.rtp_in.add(x.size());
      if (!times_.first_media) {
        times_.first_media = arrival;
        services_.notices.push_back({this, notice::kind::first_media});
      }
      sink_.handle_rtp(x, arrival);
      break;
    case net::datagram_kind::rtcp:
      handle_rtcp(x, arrival);
      break;
    case net::datagram_kind::stun:
      handle_stun(x);
      break;
    case net::datagram_kind::dtls:
      handle_dtls(x);
      break;
    case net::datagram_kind::other:
      break;
  }
}

void media_transport::handle_stun(net::byte_span x) {
  auto response = net::stun_message::parse(x);
  if (!response || response->type() != net::stun_class::success
      || response->transaction_id() != transaction_
      || !response->verify_integrity(config_.ice.password)
      || state_ != transport_state::checking)
    return;
  auto now = loop_services::now();
  times_.ice_connected = now;
  next_check_ = now + consent_interval;
  set_state(transport_state::handshaking);
  dtls_.start(net::dtls_role::client, config_.fingerprints, now);
  update_dtls();
}

void media_transport::handle_dtls(net::byte_span x) {
  dtls_.handle_datagram(x, loop_services::now());
  update_dtls();
}

void media_transport::handle_rtcp(net::mutable_byte_span x,
                                  net::time_point arrival) {
  counts_.rtcp_in.add(x.size());
  auto size = receiver_ ? receiver_->unprotect_rtcp(x) : std::nullopt;
  if (!size) {
    ++counts_.rtcp_failures;
    return;
  }
  rtp::rtcp::compound_reader reader{x.first(*size)};
  while (auto message = reader.next())
    handle_feedback(*message, arrival);
}

void media_transport::handle_feedback(const rtp::rtcp::message& x,
                                      net::time_point arrival) {
  using namespace rtp::rtcp;
  auto blocks = [this](const record_view<report_block>& all) {
    for (auto block : all)
      if (auto encoder = find(block.ssrc))
        encoder->handle_report();
  };
  auto keyframe = [&](rtp::ssrc whose) {
    if (auto encoder = find(whose))
      encoder->handle_keyframe_request(arrival);
  };
  std::visit(
      overloaded{[&](const sender_report& y) {
                   sink_.handle_sender_report(y.info, arrival);
                   blocks(y.blocks);
                 },
                 [&](const receiver_report& y) { blocks(y.blocks); },
                 [&](const rtp::rtcp::nack& y) { handle_nack(y); },
                 [&](const pli& y) { keyframe(y.media); },
                 [&](const fir& y) {
                   for (auto item : y.items)
                     keyframe(item.ssrc);
                 },
                 [&](const transport_cc&) { ++counts_.feedbacks_received; },
                 [&](const remb&) { ++counts_.feedbacks_received; },
                 [](const auto&) {
                 }},
      x);
}

void media_transport::handle_nack(const rtp::rtcp::nack& x) {
  auto encoder = find(x.media);
  if (!encoder)
    return;
  encoder->handle_nack(x);
  send_packets(*encoder);
}

// -- timers -------------------------------------------------------------------

void media_transport::handle_housekeeping() {
  auto now = loop_services::now();
  if (now >= next_check_) {
    check();
    next_check_ = now
                  + (state_ == transport_state::checking ? check_interval
                                                         : consent_interval);
  }
  if (state_ == transport_state::handshaking) {
    dtls_.handle_timeout(now);
    update_dtls();
  }
  if (sender_) {
    sink_.handle_timeout(now);
    send_sink_rtcp();
    send_reports(now);
  }
  flush();
  rearm();
}

void media_transport::handle_frame(paced_encoder& x) {
  auto before = x.encoder->counts();
  // Packets that are late go out together.
  while (auto late = x.encoder->handle_timeout(loop_services::now())) {
    services_.health.lateness.add(*late);
    send_packets(*x.encoder);
  }
  flush();
  const auto& after = x.encoder->counts();
  services_.health.frames_sent += after.frames - before.frames;
  services_.health.frames_skipped +=
      after.frames_skipped - before.frames_skipped;
  pace(x);
}

void media_transport::handle_delayed() {
  auto now = loop_services::now();
  while (auto x = in_ ? in_->poll(now) : nullptr)
    handle_datagram(x->octets, x->due);
  while (auto x = out_ ? out_->poll(now) : nullptr) {
    if (services_.batch.full())
      flush();
    std::ranges::copy(x->octets, services_.batch.next_buffer().begin());
    services_.batch.push(x->octets.size());
  }
  flush();
  rearm_delay_timer();
  rearm();
}

void media_transport::rearm() {
  if (state_ == transport_state::failed || state_ == transport_state::closed)
    return housekeeping_.cancel();
  auto due = next_check_;
  auto want = [&due](std::optional<net::time_point> x) {
    if (x)
      due = std::min(due, *x);
  };
  if (state_ == transport_state::handshaking)
    want(dtls_.poll_timeout());
  if (sender_) {
    want(sink_.poll_timeout());
    if (!sources_.empty())
      want(next_report_);
  }
  if (!housekeeping_.armed() || housekeeping_.due() != due)
    services_.wheel.schedule(housekeeping_, due);
}

void media_transport::rearm_delay_timer() {
  auto in = in_ ? in_->poll_timeout() : std::nullopt;
  auto out = out_ ? out_->poll_timeout() : std::nullopt;
  if (!in && !out)
    return;
  auto due = in && out ? std::min(*in, *out) : in ? *in : *out;
  if (!delay_timer_.armed() || due < delay_timer_.due())
    services_.wheel.schedule(delay_timer_, due);
}

// -- connecting ---------------------------------------------------------------

void media_transport::check() {
  // Checks repeat one request until it is answered, because the answer may take
  // longer than the next check (RFC 8489, section 6.2.1).
  if (state_ != transport_state::checking
      || transaction_ == net::stun_transaction_id{})
    services_.secure->fill(transaction_);
  if (services_.batch.full())
    flush();
  net::stun_writer out{services_.batch.next_buffer(), net::stun_class::request,
                       transaction_};
  out.username(config_.ice.username_fragment + ":" + fragment_);
  out.controlling(tie_breaker_);
  out.priority(candidate_priority);
  out.use_candidate();
  out.integrity(config_.ice.password);
  out.fingerprint();
  if (auto message = out.finish())
    pushed(message->size());
}

void media_transport::update_dtls() {
  send_dtls();
  if (state_ != transport_state::handshaking)
    return;
  if (dtls_.state() == net::dtls_state::failed)
    return set_state(transport_state::failed);
  if (dtls_.state() != net::dtls_state::connected)
    return;
  const auto& keys = *dtls_.keys();
  profile_ = keys.profile;
  sender_ =
      net::make_srtp_sender(services_.config.backend, keys.profile, keys.local);
  receiver_ = net::make_srtp_receiver(services_.config.backend, keys.profile,
                                      keys.remote);
  if (!sender_ || !receiver_)
    return set_state(transport_state::failed);
  dtls_.release();
  sink_.set_receiver(receiver_.get());
  auto now = loop_services::now();
  times_.dtls_connected = now;
  next_report_ =
      now + report_interval * services_.seeded->below(1000) / int64_t{1000};
  set_state(transport_state::connected);
  for (auto& x : sources_)
    start_source(*x);
  if (!sources_.empty())
    services_.notices.push_back({this, notice::kind::published});
}

void media_transport::set_state(transport_state x) {
  state_ = x;
  services_.notices.push_back({this, notice::kind::state, x});
}

std::optional<net::srtp_profile> media_transport::profile() const {
  return profile_;
}

void media_transport::close() {
  if (state_ == transport_state::closed)
    return;
  dtls_.close();
  send_dtls();
  flush();
  state_ = transport_state::closed;
  paced_.clear();
  housekeeping_.cancel();
  delay_timer_.cancel();
}

// -- streams ------------------------------------------------------------------

media_source& media_transport::publish(const source_config& cfg) {
  sources_.push_back(std::make_unique<media_source>(cfg, *services_.seeded,
                                                    services_.config.arrivals));
  auto& source = *sources_.back();
  for (auto& x : source.encoders())
    paced_.push_back(std::make_unique<paced_encoder>(*this, source, *x));
  if (sender_) {
    start_source(source);
    services_.notices.push_back({this, notice::kind::published});
  }
  rearm();
  return source;
}

void media_transport::unpublish(media_source& x) {
  x.add_to(counts_);
  std::erase_if(paced_, [&](const auto& y) { return y->source == &x; });
  std::erase_if(sources_, [&](const auto& y) { return y.get() == &x; });
}

void media_transport::set_active(media_source& x, bool on) {
  x.set_active(on, loop_services::now());
  for (auto& y : paced_)
    if (y->source == &x)
      pace(*y);
}

void media_transport::start_source(media_source& x) {
  x.start(loop_services::now(), tag_octets(*profile_));
  for (auto& y : paced_)
    if (y->source == &x)
      pace(*y);
}

void media_transport::pace(paced_encoder& x) {
  if (auto due = x.encoder->poll_timeout())
    services_.wheel.schedule(x.timer, *due);
  else
    x.timer.cancel();
}

stream_encoder* media_transport::find(rtp::ssrc x) {
  for (auto& source : sources_)
    if (auto encoder = source->find(x))
      return encoder;
  return nullptr;
}

void media_transport::add_consumer(const consumer_config& cfg) {
  sink_.add_consumer(cfg);
}

void media_transport::remove_consumer(rtp::ssrc ssrc) {
  sink_.remove_consumer(ssrc);
}

} // namespace troupe::load
