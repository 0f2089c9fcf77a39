#include "actors/stats/counters.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

constexpr auto peak_window = std::chrono::seconds{10};

} // namespace

void receiver_totals::add(const rtp::receiver_stats& x) {
  for (const auto& s : x.streams) {
    packets += s.packets;
    octets += s.octets;
    rtx_packets += s.rtx_packets;
    packets_repaired += s.packets_repaired;
    nacks += s.nacks_sent;
    packets_nacked += s.packets_nacked;
    keyframe_requests += s.plis_sent + s.firs_sent;
    keyframes += s.keyframes;
    add_drops(drops, s.drops);
  }
  add_drops(drops, x.drops);
}

void sender_totals::add(const rtp::forwarder_stats& x) {
  packets += x.packets;
  octets += x.octets;
  rtx_packets += x.rtx_packets;
  rtx_octets += x.rtx_octets;
  nacks += x.nacks_received;
  packets_nacked += x.packets_nacked;
  retransmissions_refused += x.retransmissions_refused;
  keyframe_requests += x.keyframe_requests_received;
  add_drops(drops, x.drops);
}

void counters::note_http_refusal(unsigned status) {
  auto place = std::ranges::find(http_refusal_statuses, status);
  if (place == http_refusal_statuses.end())
    place = std::ranges::find(http_refusal_statuses, 500u);
  http_refused[static_cast<size_t>(place - http_refusal_statuses.begin())]
      .fetch_add(1, std::memory_order_relaxed);
}

std::string_view to_string(transport_phase x) {
  switch (x) {
    case transport_phase::waiting:
      return "waiting";
    case transport_phase::connecting:
      return "connecting";
    case transport_phase::connected:
      return "connected";
    case transport_phase::disconnected:
      return "disconnected";
    case transport_phase::closed:
      return "closed";
  }
  return "invalid";
}

std::string_view to_string(transport_kind x) {
  switch (x) {
    case transport_kind::none:
      return "none";
    case transport_kind::udp:
      return "udp";
    case transport_kind::tcp:
      return "tcp";
  }
  return "invalid";
}

std::string_view to_string(plain_refusal x) {
  switch (x) {
    case plain_refusal::not_listed:
      return "not_listed";
    case plain_refusal::unproven:
      return "unproven";
    case plain_refusal::guessed:
      return "guessed";
  }
  return "invalid";
}

std::string_view to_string(forward_refusal x) {
  switch (x) {
    case forward_refusal::off:
      return "off";
    case forward_refusal::not_listed:
      return "not_listed";
    case forward_refusal::limit:
      return "limit";
  }
  return "invalid";
}

std::string_view to_string(chat_refusal x) {
  switch (x) {
    case chat_refusal::too_long:
      return "too_long";
    case chat_refusal::malformed:
      return "malformed";
    case chat_refusal::too_many:
      return "too_many";
  }
  return "invalid";
}

std::string_view to_string(wait_end x) {
  switch (x) {
    case wait_end::admitted:
      return "admitted";
    case wait_end::refused:
      return "refused";
    case wait_end::left:
      return "left";
  }
  return "invalid";
}

std::string_view to_string(mailbox_owner x) {
  switch (x) {
    case mailbox_owner::server:
      return "server";
    case mailbox_owner::room:
      return "room";
    case mailbox_owner::session:
      return "session";
    case mailbox_owner::shard:
      return "shard";
  }
  return "invalid";
}

uint64_t peak_gauge::read(net::time_point now) {
  auto turned = turned_.load(std::memory_order_relaxed);
  if (now - turned >= peak_window
      && turned_.compare_exchange_strong(turned, now,
                                         std::memory_order_relaxed))
    previous_.store(current_.exchange(0, std::memory_order_relaxed),
                    std::memory_order_relaxed);
  return std::max(current_.load(std::memory_order_relaxed),
                  previous_.load(std::memory_order_relaxed));
}

} // namespace troupe::actors
