#include "bench/loop_server/transport.hpp"

#include "actors/media/webrtc_stats.hpp"
#include "actors/transport/signaling_to_engine.hpp"
#include "bench/loop_server/hub.hpp"
#include "bench/loop_server/producer.hpp"
#include "bench/loop_server/shard.hpp"

namespace troupe::loop {

using rtp::stream_handle;

transport::transport(hub& parent, shard& home)
    : id(actors::make_id<actors::transport_id>(*parent.random))
    , key(parent.next_key<actors::transport_key>())
    , hub_(parent)
    , home_(home)
    , engine_({.dtls = parent.services.dtls,
               .backend = parent.services.srtp,
               .consent_timeout = parent.services.settings.rtc.consent_timeout,
               .application_data = false},
              *parent.random) {
  hub_.transports.add(*this);
  hub_.routes.add_fragment(engine_.local_ice().username_fragment, this);
}

transport::~transport() {
  hub_.transports.remove(*this);
  hub_.routes.remove_fragment(engine_.local_ice().username_fragment);
  engine_.close();
  while (auto x = engine_.poll_event())
    handle(*x);
  while (auto x = engine_.poll_datagram())
    hub_.services.port->send_batch({&*x, 1});
  home_.engine().remove_transport(key);
}

// -- control -----------------------------------------------------------------

protocol::ice_parameters transport::ice() const {
  return actors::from_engine(engine_.local_ice());
}

protocol::ice_parameters transport::restart_ice() {
  hub_.routes.add_fragment(engine().restart_ice(*hub_.random).username_fragment,
                           this);
  return ice();
}

outcome transport::connect(const protocol::dtls_parameters& remote) {
  auto role =
      engine().connect(actors::to_engine(remote.role),
                       actors::to_engine(remote.fingerprints), hub::now());
  if (role) {
    connected = true;
    return success(reply::transport_connected{id});
  }
  return refuse(role.error() == net::transport_errc::no_fingerprint
                    ? error_code::bad_request
                    : error_code::wrong_state);
}

net::result<void> transport::add(producer& x) {
  auto handle = stream_handle{next_handle_++};
  auto identity = actors::to_identity(x.about.sent);
  auto added = demuxer_.add_producer(handle, identity);
  if (!added)
    return added;
  producers_.emplace(handle, producer_entry{&x, identity.extensions});
  auto kinds = actors::to_feedback(x.about.sent);
  if (kinds.remb && !kinds.transport_cc && !std::exchange(remb_, true))
    feedback_ = rtp::transport_feedback_generator{{.remb = true}};
  return {};
}

void transport::remove(producer& x) {
  std::erase_if(producers_, [&](const auto& entry) {
    if (entry.second.to != &x)
      return false;
    demuxer_.remove_producer(entry.first);
    return true;
  });
}

void transport::add(const consumer& x, const std::vector<rtp::ssrc>& ssrcs) {
  auto handle = stream_handle{next_handle_++};
  auto rtx = ssrcs.size() > 1 ? std::optional{ssrcs[1]} : std::nullopt;
  dispatcher_.add_consumer(handle, ssrcs.at(0), rtx);
  consumers_.emplace(handle, x.key);
}

void transport::remove(const consumer& x) {
  std::erase_if(consumers_, [&](const auto& entry) {
    if (entry.second != x.key)
      return false;
    dispatcher_.remove_consumer(entry.first);
    return true;
  });
}

protocol::json_text transport::stats() const {
  const auto* sender = home_.engine().find_transport(key);
  return actors::webrtc_stats(
      id, engine_, sender ? sender->stats(hub::now()) : actors::sender_stats{},
      malformed_ + demuxer_.drops().total() + dispatcher_.malformed());
}

// -- media -------------------------------------------------------------------

net::webrtc_transport& transport::engine() {
  hub_.transports.wake(*this);
  return engine_;
}

void transport::send_rtcp(std::vector<uint8_t> compound) {
  home_.engine().queue_rtcp(key, std::move(compound));
}

std::optional<net::time_point> transport::poll_timeout() const {
  auto a = engine_.poll_timeout();
  auto b = feedback_.poll_timeout();
  return a && b ? std::min(a, b) : std::max(a, b);
}

void transport::handle_timeout(net::time_point now) {
  engine_.handle_timeout(now);
  feedback_.handle_timeout(now);
}

void transport::drain(net::time_point now) {
  while (auto x = engine_.poll_event())
    handle(*x);
  while (auto x = engine_.poll_datagram())
    hub_.services.port->send_batch({&*x, 1});
  update_sender(now);
  route_rtp(now);
  route_rtcp(now);
  while (engine_.poll_data())
    continue;
  while (auto x = feedback_.poll_rtcp())
    send_rtcp(std::move(*x));
}

void transport::handle(const net::transport_event& x) {
  if (const auto* added = std::get_if<net::tuple_added>(&x)) {
    hub_.routes.add_tuple(added->tuple, this);
  } else if (const auto* removed = std::get_if<net::tuple_removed>(&x)) {
    hub_.routes.remove_tuple(removed->tuple, this);
    if (removed->tuple.protocol == net::transport_protocol::tcp)
      hub_.services.port->close_tcp(removed->tuple);
  } else if (const auto* old =
                 std::get_if<net::username_fragment_retired>(&x)) {
    hub_.routes.remove_fragment(old->username_fragment);
  }
}

void transport::update_sender(net::time_point now) {
  if (auto keys = engine_.take_sender()) {
    has_keys_ = true;
    home_.engine().set_srtp(key, std::move(keys), now);
  } else if (has_keys_ && engine_.dtls() != net::dtls_state::connected) {
    has_keys_ = false;
    home_.engine().set_srtp(key, nullptr, now);
  }
  if (path_ != engine_.selected_tuple()) {
    path_ = engine_.selected_tuple();
    home_.engine().set_path(key, path_, now);
  }
}

void transport::route_rtp(net::time_point now) {
  while (auto x = engine_.poll_rtp()) {
    if (auto packet = rtp::packet::parse(std::move(x->data), x->arrival))
      demuxer_.handle_packet(std::move(*packet));
    else
      ++malformed_;
  }
  while (auto x = demuxer_.poll_batch()) {
    const auto& entry = producers_.at(x->producer);
    note_arrivals(*x->packets, entry.extensions);
    entry.to->engine().handle_packets(x->packets, now);
  }
}

void transport::note_arrivals(const std::vector<rtp::packet>& packets,
                              const rtp::extension_map& ids) {
  for (const auto& x : packets) {
    if (auto number = rtp::read_transport_cc(x, ids))
      feedback_.handle_packet(*number, x.ssrc(), x.arrival());
    else
      feedback_.handle_untagged_packet(x.ssrc(), x.size(), x.arrival());
  }
}

void transport::route_rtcp(net::time_point now) {
  while (auto x = engine_.poll_rtcp()) {
    dispatcher_.handle_rtcp(std::as_const(*x->data).bytes(), demuxer_, now);
    while (auto event = dispatcher_.poll_event())
      pass_on(*event, now);
  }
}

void transport::pass_on(const rtp::rtcp_event& x, net::time_point now) {
  std::visit(
      [&](const auto& event) {
        using type = std::decay_t<decltype(event)>;
        if constexpr (requires { event.producer; }) {
          pass_to_producer(*producers_.at(event.producer).to, x, now);
        } else if constexpr (requires { event.consumer; }) {
          home_.with_consumer(
              consumers_.at(event.consumer), now, [&](rtp::forwarder& to) {
                if constexpr (std::is_same_v<type, rtp::nack_received>)
                  to.handle_nack(event.lost, now);
                else if constexpr (requires { event.block; })
                  to.handle_report_block(event.block, now);
                else
                  to.handle_keyframe_request(now);
              });
        } else if constexpr (std::is_same_v<type, rtp::remb_received>) {
          home_.engine().handle_remb(key, event.bitrate_bps, now);
        } else {
          home_.engine().handle_transport_feedback(key, event.feedback, now);
        }
      },
      x);
}

void transport::pass_to_producer(producer& to, const rtp::rtcp_event& x,
                                 net::time_point now) {
  if (const auto* report = std::get_if<rtp::sender_report_received>(&x))
    to.engine().handle_sender_report(report->info, now);
  else if (const auto* delay = std::get_if<rtp::dlrr_received>(&x))
    to.engine().handle_dlrr(delay->item, now);
  else if (const auto* bye = std::get_if<rtp::bye_received>(&x))
    to.engine().handle_bye(bye->ssrc, now);
}

} // namespace troupe::loop
