#include "bench/load/scenario/load_client.hpp"

#include "bench/load/scenario/streams.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace troupe::load {

namespace asio = boost::asio;

using protocol::media_kind;

namespace {

// In -dBov (RFC 6464).
constexpr uint8_t spoken_level = 30;
constexpr uint8_t silent_level = 75;

net::time_point now() {
  return std::chrono::steady_clock::now();
}

protocol::dtls_parameters dtls_of(const net::certificate_fingerprint& x) {
  return {protocol::dtls_role::client, {{x.algorithm, x.value}}};
}

} // namespace

load_client::load_client(const client_environment& environment,
                         client_config cfg)
    : environment_(environment)
    , config_(std::move(cfg))
    , plan_(environment.plan.members.at(config_.self))
    , signaling_(environment.loop, config_.signaling)
    , viewing_(environment.loop, config_.signaling) {
  signaling_.on_push = [this](const received_push& x) {
    handle_push(x);
  };
  signaling_.on_end = [this](const signaling_error& x) {
    fail(x);
  };
}

load_client::~load_client() {
  leave();
}

void load_client::start(std::optional<net::time_point> since,
                        uint32_t consecutive_refusals) {
  consecutive_refusals_ = consecutive_refusals;
  state_ = client_state::joining;
  times_.begun = since.value_or(now());
  spawn(run());
}

void load_client::leave() {
  state_ = client_state::gone;
  signaling_.close();
  viewing_.end();
  for (auto** x : {&sending_, &receiving_})
    if (auto* transport = std::exchange(*x, nullptr))
      environment_.media.close(*transport);
  consumers_.clear();
}

// -- joining ------------------------------------------------------------------

load_client::task load_client::run() {
  auto self = shared_from_this();
  try {
    if (plan_.views)
      co_await view();
    else
      co_await join();
    if (state_ == client_state::joining)
      state_ = client_state::ready;
  } catch (const signaling_error& e) {
    fail(e);
  } catch (const std::exception& e) {
    fail(signaling_error{e.what()});
  }
}

load_client::task load_client::join() {
  auto hello = co_await signaling_.join();
  times_.welcomed = now();
  environment_.names.add_peer(hello.peer, config_.self);
  if (!plan_.publishes.empty() || plan_.always_connects)
    co_await open_sending();
  if (!plan_.consumes.empty() || plan_.always_connects)
    co_await open_receiving();
  std::ranges::copy(hello.producers, std::back_inserter(announced_));
  co_await consume_announced();
  times_.waited = signaling_.waited();
  times_.ready = now();
}

load_client::task load_client::view() {
  auto random = net::make_secure_rng();
  view_offer offer;
  for (const auto& x : plan_.consumes)
    offer.kinds.push_back(x.kind);
  // As long as Chromium's.
  offer.ice = {random->alphanumeric(4), random->alphanumeric(24)};
  offer.fingerprints = dtls_of(environment_.media.fingerprint()).fingerprints;
  offer.session = random->u64() >> 1;
  auto answer = co_await viewing_.begin(write_view_offer(offer));
  times_.waited = viewing_.waited();
  times_.welcomed = now();
  if (state_ == client_state::gone)
    co_return;
  receiving_ = open(answer.transport, offer.ice.username_fragment);
  for (const auto& x : answer.streams) {
    auto receive = consumer_of(x);
    receiving_->add_consumer(receive);
    auto wanted =
        std::ranges::find(plan_.consumes, x.kind, &consume_plan::kind);
    if (wanted != plan_.consumes.end())
      consumers_.push_back(
          {x.id, {}, wanted->from, x.kind, receive.ssrc, false});
  }
  if (consumers_.size() != plan_.consumes.size())
    throw signaling_error{"the answer refuses a section"};
  times_.ready = now();
}

load_client::task load_client::open_sending() {
  auto offer = co_await signaling_.create_transport(true);
  if (state_ == client_state::gone)
    co_return;
  sending_id_ = offer.id;
  sending_ = open(offer);
  co_await signaling_.connect_transport(
      offer.id, dtls_of(environment_.media.fingerprint()));
  for (const auto& x : plan_.publishes)
    co_await publish(x);
}

load_client::task load_client::publish(const publish_plan& x) {
  auto sent = track_of(x.traffic, config_.self);
  auto parameters = sending_parameters(sent);
  auto id = co_await signaling_.produce(sending_id_, sent.kind, parameters);
  environment_.names.add_producer(id, config_.self, sent.kind);
  producers_.push_back(std::move(id));
  if (x.silent || !sending_)
    co_return;
  auto& source = sending_->publish(source_of(x.traffic, sent, parameters));
  if (config_.begins_muted)
    sending_->set_active(source, false);
  sources_.push_back(&source);
}

load_client::task load_client::open_receiving() {
  auto offer = co_await signaling_.create_transport(false);
  if (state_ == client_state::gone)
    co_return;
  receiving_id_ = offer.id;
  receiving_ = open(offer);
  co_await signaling_.connect_transport(
      offer.id, dtls_of(environment_.media.fingerprint()));
}

media_transport* load_client::open(const transport_offer& offer,
                                   std::string fragment) {
  auto cfg = transport_of(offer);
  cfg.fragment = std::move(fragment);
  cfg.impair_in = cfg.impair_out = config_.impairment;
  cfg.on_state = [this](media_transport&, transport_state x) {
    if (x == transport_state::failed)
      fail(signaling_error{"a transport has failed"});
  };
  auto opened = environment_.media.open(std::move(cfg));
  if (!opened)
    throw signaling_error{"cannot open a socket: " + opened.error().message()};
  return *opened;
}

// -- consuming ----------------------------------------------------------------

void load_client::handle_push(const received_push& x) {
  try {
    if (x.name == "new-producer") {
      announced_.push_back(decode_producer(x.data));
      if (state_ == client_state::ready && !consuming_)
        spawn(consume_announced());
    } else if (x.name == "producer-closed") {
      forget(decode_producer(x.data).id);
    } else if (x.name == "consumer-closed" && x.data.IsObject()) {
      if (auto id = x.data.FindMember("consumerId");
          id != x.data.MemberEnd() && id->value.IsString())
        forget(id->value.GetString());
    }
  } catch (const std::exception& e) {
    note(e.what());
  }
}

void load_client::retry() {
  for (auto& x : std::exchange(unknown_, {}))
    announced_.push_back(std::move(x));
  if (now() >= retry_at_)
    for (auto& x : std::exchange(refused_, {}))
      announced_.push_back(std::move(x));
  if (!announced_.empty() && state_ == client_state::ready && !consuming_)
    spawn(consume_announced());
}

load_client::task load_client::consume_announced() {
  auto self = shared_from_this();
  consuming_ = true;
  while (!announced_.empty() && state_ != client_state::gone) {
    auto x = std::move(announced_.front());
    announced_.pop_front();
    auto stream = environment_.names.find(x);
    if (!stream) {
      unknown_.push_back(std::move(x));
      continue;
    }
    const auto* wanted = plan_.find(stream->from, stream->kind);
    auto known = std::ranges::any_of(
        consumers_, [&](const auto& c) { return c.producer == x.id; });
    if (!wanted || known || !receiving_)
      continue;
    try {
      co_await consume(x, *wanted);
      consecutive_refusals_ = 0;
    } catch (const signaling_error& e) {
      note(e.what());
      if (!e.is_busy())
        continue;
      // The server would refuse the others too, and requests add load.
      ++refusals_;
      refused_.push_back(std::move(x));
      std::ranges::move(announced_, std::back_inserter(refused_));
      announced_.clear();
      retry_at_ = next_retry(++consecutive_refusals_);
    }
  }
  consuming_ = false;
}

load_client::task load_client::consume(producer_notice x,
                                       const consume_plan& plan) {
  // The layer is selected before the first packet.
  auto begins_paused =
      plan.paused || plan.spatial_layer || signaling_.consumers_start_paused();
  auto offer = co_await signaling_.consume(receiving_id_, x.id, begins_paused);
  // The client may have left before the reply arrived.
  if (!receiving_)
    co_return;
  auto receive = consumer_of(offer);
  receiving_->add_consumer(receive);
  consumers_.push_back(
      {offer.id, x.id, plan.from, plan.kind, receive.ssrc, plan.paused});
  if (plan.spatial_layer)
    co_await signaling_.ask(method::set_preferred_layers,
                            encode_layers(offer.id, *plan.spatial_layer));
  if (begins_paused && !plan.paused)
    co_await signaling_.ask(method::resume_consumer, encode_consumer(offer.id));
}

void load_client::set_sending(bool on) {
  if (sending_)
    for (auto* x : sources_)
      sending_->set_active(*x, on);
}

void load_client::set_speaking(bool on) {
  for (auto* x : sources_)
    x->set_audio_level(on ? spoken_level : silent_level);
}

void load_client::set_paused(member_index from, media_kind kind, bool paused) {
  for (auto& x : consumers_)
    if (x.from == from && x.kind == kind && x.paused != paused) {
      x.paused = paused;
      spawn(apply(paused ? method::pause_consumer : method::resume_consumer,
                  encode_consumer(x.id)));
    }
}

void load_client::set_layer(member_index from, int spatial) {
  for (const auto& x : consumers_)
    if (x.from == from && x.kind == media_kind::video)
      spawn(apply(method::set_preferred_layers, encode_layers(x.id, spatial)));
}

load_client::task load_client::apply(method what, std::string payload) {
  auto self = shared_from_this();
  try {
    co_await signaling_.ask(what, std::move(payload));
  } catch (const std::exception& e) {
    note(e.what());
  }
}

void load_client::forget(const std::string& producer_or_consumer) {
  std::erase_if(consumers_, [&](const auto& x) {
    if (x.id != producer_or_consumer && x.producer != producer_or_consumer)
      return false;
    if (receiving_)
      receiving_->remove_consumer(x.ssrc);
    return true;
  });
}

// -- state --------------------------------------------------------------------

join_times load_client::times() const {
  auto out = times_;
  if (receiving_)
    out.first_media = receiving_->times().first_media;
  return out;
}

bool load_client::connected() const {
  auto good = [](const media_transport* x) {
    return !x || x->state() == transport_state::connected;
  };
  return state_ == client_state::ready && good(sending_) && good(receiving_);
}

size_t load_client::wanted() const {
  return static_cast<size_t>(
      std::ranges::count_if(consumers_, [&](const auto& x) {
        if (x.paused)
          return false;
        const auto& from = environment_.plan.members[x.from].publishes;
        return std::ranges::any_of(from, [&](const auto& p) {
          return !p.silent
                 && is_audio(p.traffic) == (x.kind == media_kind::audio);
        });
      }));
}

void load_client::for_each_consumer(
    const std::function<void(member_index, const consumer_report&)>& visit)
    const {
  if (!receiving_)
    return;
  for (const auto& x : consumers_)
    if (auto report = receiving_->report(x.ssrc))
      visit(x.from, *report);
}

size_t load_client::flowing(net::time_point since) const {
  if (!receiving_)
    return 0;
  return static_cast<size_t>(
      std::ranges::count_if(consumers_, [&](const auto& x) {
        if (x.paused)
          return false;
        auto report = receiving_->report(x.ssrc);
        return report && report->last_packet && *report->last_packet >= since;
      }));
}

net::time_point load_client::next_retry(uint32_t times) const {
  constexpr member_index parts = 97; // prime: neighbours differ
  auto part = 1 + static_cast<double>(config_.self * 31 % parts) / parts;
  auto seconds = part * (1u << std::min(times - 1, 3u));
  return now()
         + std::chrono::duration_cast<net::duration>(
             std::chrono::duration<double>(seconds));
}

void load_client::spawn(task x) {
  asio::co_spawn(environment_.loop, std::move(x), asio::detached);
}

void load_client::note(const std::string& problem) {
  if (problem_.empty() && state_ != client_state::gone)
    problem_ = problem;
}

void load_client::fail(const signaling_error& problem) {
  if (state_ != client_state::joining && state_ != client_state::ready)
    return;
  note(problem.what());
  auto joining = state_ == client_state::joining;
  state_ = joining && problem.is_busy() ? client_state::refused
                                        : client_state::failed;
  retry_at_ = next_retry(++consecutive_refusals_);
}

} // namespace troupe::load
