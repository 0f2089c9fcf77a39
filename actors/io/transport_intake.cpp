#include "actors/io/transport_intake.hpp"

#include "net/base/classify.hpp"
#include "rtp/packet/extension_walker.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace troupe::actors {

namespace {

constexpr auto never = std::numeric_limits<net::duration::rep>::min();

constexpr size_t fixed_header = 12;

uint64_t pack(const unattended_source& x) {
  return (uint64_t{x.transport_wide_id} << 32) | x.ssrc;
}

// The value of a two-octet header extension of an RTP packet, encrypted or not.
std::optional<uint16_t> read_u16(net::byte_span packet, uint8_t id) {
  const auto begin = fixed_header + size_t{4} * (packet[0] & 0x0F);
  if (id == 0 || (packet[0] & 0x10) == 0 || packet.size() < begin + 4)
    return std::nullopt;
  const auto size = size_t{4} * net::load_u16(packet.data() + begin + 2);
  if (packet.size() - begin - 4 < size)
    return std::nullopt;
  rtp::extension_walker elements{net::load_u16(packet.data() + begin),
                                 packet.subspan(begin + 4, size)};
  while (auto x = elements.next())
    if (x->id == id)
      return x->value.size() == 2
                 ? std::optional{net::load_u16(x->value.data())}
                 : std::nullopt;
  return std::nullopt;
}

} // namespace

transport_intake::entry* transport_intake::find(uint32_t ssrc,
                                                uint8_t& transport_wide_id) {
  // Acquire: with the number, what set_unattended() made before is seen.
  const auto count = count_.load(std::memory_order_acquire);
  for (size_t i = 0; i < count; ++i) {
    auto& x = (*entries_)[i];
    const auto source = x.source.load(std::memory_order_relaxed);
    if (static_cast<uint32_t>(source) != ssrc)
      continue;
    transport_wide_id = static_cast<uint8_t>(source >> 32);
    return &x;
  }
  return nullptr;
}

bool transport_intake::skip(const net::datagram& x) {
  const auto data = std::as_const(*x.data).bytes();
  if (net::classify(data) != net::datagram_kind::rtp)
    return false;
  const auto ssrc = net::load_u32(data.data() + 8);
  uint8_t transport_wide_id = 0;
  auto* source = find(ssrc, transport_wide_id);
  if (source == nullptr)
    return false;
  const auto arrival = x.arrival.time_since_epoch().count();
  const auto passed = source->passed.load(std::memory_order_relaxed);
  if (passed == never || arrival - passed >= pass_interval.count()) {
    source->passed.store(arrival, std::memory_order_relaxed);
    return false;
  }
  return skipped_->push({x.arrival, ssrc, static_cast<uint16_t>(data.size()),
                         read_u16(data, transport_wide_id)});
}

void transport_intake::set_unattended(
    std::span<const unattended_source> sources) {
  sources = sources.first(std::min(sources.size(), max_sources));
  if (!sources.empty() && !entries_) {
    skipped_ = std::make_unique<skipped_packets>();
    entries_ = std::make_unique<std::array<entry, max_sources>>();
  }
  for (size_t i = 0; i < sources.size(); ++i) {
    auto& to = (*entries_)[i];
    to.source.store(pack(sources[i]), std::memory_order_relaxed);
    to.passed.store(never, std::memory_order_relaxed);
  }
  count_.store(sources.size(), std::memory_order_release);
}

} // namespace troupe::actors
