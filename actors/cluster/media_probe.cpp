#include "actors/cluster/media_probe.hpp"

#include "net/base/assert.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace troupe::actors {

namespace {

constexpr uint16_t stun_padding = 0x0026;
constexpr size_t stun_header = 20;
constexpr size_t stun_attribute_header = 4;

// Attributes are padded to a multiple of four octets (RFC 8489, section 14).
constexpr size_t stun_padded(size_t octets) {
  return (octets + 3) / 4 * 4;
}

constexpr std::array<uint8_t, 2000> zeros{};

} // namespace

std::string media_probe::fragment_of(uint64_t incarnation) {
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "node%016llx",
                static_cast<unsigned long long>(incarnation));
  return out.data();
}

void media_probe::set_nodes(const std::vector<probed_node>& nodes,
                            net::time_point now) {
  auto old = std::exchange(nodes_, {});
  for (const auto& x : nodes) {
    auto i = old.find(x.name);
    if (i != old.end() && i->second.what.incarnation == x.incarnation
        && i->second.what.media == x.media)
      nodes_.insert(old.extract(i));
    else
      nodes_[x.name] = {x, now, now, {}, false, {}};
  }
}

void media_probe::handle_datagram(net::byte_span datagram,
                                  const net::socket_address& from,
                                  net::time_point now) {
  if (datagram.size() != size)
    return;
  const auto message = net::stun_message::parse(datagram);
  if (!message || message->type() != net::stun_class::request)
    return;
  const auto begin = fragment_of(incarnation_) + ":";
  for (auto& [name, x] : nodes_) {
    const auto from_it = begin + fragment_of(x.what.incarnation) + ":";
    const auto text = message->username();
    if (x.what.media != from || text.size() != from_it.size() + 1
        || !text.starts_with(from_it))
      continue;
    // It must not wait for the interval to learn that its probe has come.
    if (!is_heard(x, now))
      x.next = now;
    x.heard = now;
    x.arrives = text.back() == '1';
    return;
  }
}

std::optional<media_probe::outgoing>
media_probe::poll_probe(net::time_point now) {
  auto i = std::ranges::find_if(
      nodes_, [now](const auto& x) { return x.second.next <= now; });
  if (i == nodes_.end())
    return std::nullopt;
  auto& x = i->second;
  x.next = now + interval;
  const auto name = fragment_of(x.what.incarnation) + ":"
                    + fragment_of(incarnation_) + ":"
                    + (is_heard(x, now) ? "1" : "0");
  net::stun_writer out{buffer_, net::stun_class::request, {}};
  out.username(name);
  out.attribute(stun_padding, net::byte_span{zeros}.first(
                                  size - stun_header - 2 * stun_attribute_header
                                  - stun_padded(name.size())));
  const auto octets = out.finish();
  TROUPE_ASSERT(octets && octets->size() == size);
  return outgoing{x.what.media, *octets};
}

std::optional<media_probe::change>
media_probe::poll_change(net::time_point now) {
  for (auto& [name, x] : nodes_)
    if (auto state = state_of(x, now); state != x.told) {
      x.told = state;
      return change{name, state};
    }
  return std::nullopt;
}

bool media_probe::is_heard(const node& x, net::time_point now) {
  return x.heard && now - *x.heard < patience;
}

udp_state media_probe::state_of(const node& x, net::time_point now) {
  const auto early = now - x.since < patience;
  if (!is_heard(x, now))
    return early ? udp_state::unknown : udp_state::incoming_lost;
  if (x.arrives)
    return udp_state::works;
  return early ? udp_state::unknown : udp_state::outgoing_lost;
}

} // namespace troupe::actors
