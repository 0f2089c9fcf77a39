#include "actors/transport/plain_destination.hpp"

#include "rtp/base/clock.hpp"
#include "rtp/rtcp/common.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

constexpr size_t header_octets = 4;
constexpr size_t ntp_offset = 8; // in a sender report, after its SSRC
constexpr size_t sender_report_octets = 28;

} // namespace

plain_destination::plain_destination(net::rng& random, bool trusted)
    : trusted_(trusted)
    , offset_(random.u32() | 1) // never 0
    , proven_(trusted) {}

bool plain_destination::allowance::take(net::time_point now) {
  if (now - since >= std::chrono::seconds{1}) {
    since = now;
    used = 0;
  }
  return used++ < unproven_rate;
}

bool plain_destination::admit_rtp(net::time_point now) {
  return proven() || admit(rtp_, now);
}

bool plain_destination::admit_rtcp(net::time_point now) {
  return proven() || admit(rtcp_, now);
}

bool plain_destination::admit(allowance& from, net::time_point now) {
  if (first_.load(relaxed) == 0)
    first_.store(now.time_since_epoch().count(), relaxed);
  return !given_up(now) && from.take(now);
}

void plain_destination::mark_reports(net::mutable_byte_span compound) {
  if (proven())
    return;
  while (compound.size() >= header_octets) {
    const auto octets = size_t{4} * (size_t{net::load_u16(&compound[2])} + 1);
    if (octets > compound.size())
      return;
    const auto type = static_cast<rtp::rtcp::packet_type>(compound[1]);
    if (type == rtp::rtcp::packet_type::sender_report
        && octets >= sender_report_octets) {
      auto* ntp = &compound[ntp_offset];
      const auto said = net::load_u64(ntp) + (uint64_t{offset_} << 16);
      net::store_u64(ntp, said);
      marks_[next_mark_].store(rtp::ntp_time{said}.middle(), relaxed);
      next_mark_ = (next_mark_ + 1) % marks_.size();
    }
    compound = compound.subspan(octets);
  }
}

bool plain_destination::take_report(rtp::rtcp::report_block& x) {
  const auto echoed = x.last_sender_report;
  // A receiver that has had no report yet echoes nothing.
  if (trusted_ || echoed == 0)
    return false;
  const auto known = std::ranges::any_of(
      marks_, [&](const auto& mark) { return mark.load(relaxed) == echoed; });
  if (!known) {
    // A proven receiver echoes our own time.
    if (!proven())
      guesses_.fetch_add(1, relaxed);
    return false;
  }
  x.last_sender_report = echoed - offset_;
  return !guessed() && !proven_.exchange(true, relaxed);
}

bool plain_destination::given_up(net::time_point now) const {
  if (proven())
    return false;
  const auto first = first_.load(relaxed);
  return guessed()
         || (first != 0
             && now - net::time_point{net::duration{first}} >= patience);
}

} // namespace troupe::actors
