#include "actors/trunk/trunk_state.hpp"
#include "net/base/classify.hpp"

// The datagrams of a trunk.

namespace troupe::actors {

namespace {

net::drop_reason to_reason(net::srtp_error x) {
  switch (x) {
    case net::srtp_error::malformed:
      break;
    case net::srtp_error::bad_tag:
      return net::drop_reason::srtp_bad_tag;
    case net::srtp_error::replayed:
      return net::drop_reason::srtp_replayed;
    case net::srtp_error::exhausted:
      return net::drop_reason::srtp_exhausted;
  }
  return net::drop_reason::srtp_malformed;
}

} // namespace

void trunk_state::take(net::datagram_batch& datagrams) {
  intake->leave(datagrams.size());
  const auto at = trunk.now();
  for (auto& x : datagrams) {
    received.add(x.data->size());
    auto* keys = trunk.keys->receiver();
    if (!keys) {
      drops.add(net::drop_reason::no_keys);
      continue;
    }
    if (x.tuple.remote != trunk.keys->remote()) {
      drops.add(net::drop_reason::unknown_tuple);
      continue;
    }
    auto decrypted = true;
    switch (net::classify(std::as_const(*x.data).bytes())) {
      case net::datagram_kind::rtp:
        if (at - x.arrival > max_media_age)
          drops.add(net::drop_reason::too_late);
        else
          decrypted = take_rtp(x, *keys);
        break;
      case net::datagram_kind::rtcp:
        decrypted = take_rtcp(x, *keys);
        break;
      default:
        drops.add(net::drop_reason::unclassified);
    }
    if (!decrypted)
      drops.add(to_reason(keys->last_error()));
  }
  send_media(self, trunk.routes, [](const auto&, const auto&) {});
  send_rtcp_items(self, trunk.settings.shard, trunk.routes);
  if (auto answer = trunk.routes.poll_rtcp(at))
    send_rtcp(std::move(*answer));
  if (at >= publish_due)
    publish();
}

bool trunk_state::take_rtp(net::datagram& x, net::srtp_receiver& keys) {
  const auto wire_size = x.data->size();
  const auto size = keys.unprotect_rtp(x.data->bytes());
  if (!size)
    return false;
  ++media.packets_received;
  media.octets_received += wire_size;
  x.data->resize(*size);
  if (auto packet = rtp::packet::parse(std::move(x.data), x.arrival))
    trunk.routes.handle_rtp(std::move(*packet));
  else
    ++malformed;
  return true;
}

bool trunk_state::take_rtcp(net::datagram& x, net::srtp_receiver& keys) {
  const auto size = keys.unprotect_rtcp(x.data->bytes());
  if (!size)
    return false;
  x.data->resize(*size);
  relays.handle_answers(std::as_const(*x.data).bytes(), x.arrival);
  trunk.routes.handle_rtcp(x.data, x.arrival);
  return true;
}

void trunk_state::send_rtcp(std::vector<uint8_t> compound) {
  if (!trunk.keys->remote())
    return;
  reporter_ssrcs::to_wire(compound, trunk.keys->reporter());
  self->send(trunk.settings.shard,
             transport_rtcp{trunk.key(), std::move(compound)});
}

} // namespace troupe::actors
