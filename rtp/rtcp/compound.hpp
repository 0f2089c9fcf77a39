#pragma once

#include "rtp/rtcp/bye.hpp"
#include "rtp/rtcp/fir.hpp"
#include "rtp/rtcp/nack.hpp"
#include "rtp/rtcp/pli.hpp"
#include "rtp/rtcp/receiver_report.hpp"
#include "rtp/rtcp/remb.hpp"
#include "rtp/rtcp/sdes.hpp"
#include "rtp/rtcp/sender_report.hpp"
#include "rtp/rtcp/transport_cc.hpp"
#include "rtp/rtcp/xr.hpp"

#include <array>
#include <span>
#include <string_view>
#include <variant>

namespace troupe::rtp::rtcp {

/// Any RTCP packet that this server understands. Each is a view of the octets
/// it was read from.
using message = std::variant<sender_report, receiver_report, sdes, bye, nack,
                             pli, fir, remb, transport_cc, extended_report>;

/// Reads the messages of a compound RTCP packet one by one. Accepts any octets.
/// Reduced-size packets (RFC 5506) are compounds like others, so the first
/// packet need not be a report. Unknown or malformed packets are skipped and
/// counted; a bad length or version ends the compound.
///
///     auto reader = compound_reader{bytes};
///     while (auto x = reader.next())
///       std::visit(overloaded{...}, *x);
class compound_reader {
public:
  explicit compound_reader(net::byte_span in) : in_(in) {}

  /// The next message, or nothing at the end.
  std::optional<message> next();

  /// How many packets had a type or format this server does not know.
  size_t unknown() const {
    return unknown_;
  }

  /// How many packets had contents that do not fit their length. A header that
  /// does not fit the compound counts, too, and ends it.
  size_t malformed() const {
    return malformed_;
  }

private:
  std::optional<packet_view> next_packet();

  net::byte_span in_;
  size_t unknown_ = 0;
  size_t malformed_ = 0;
};

/// The largest compound that we send, in octets: with SRTCP, UDP and IPv6
/// headers it fits any network path.
inline constexpr size_t max_compound_size = 1200;

/// Writes one compound RTCP packet into its own buffer. Each add_* function
/// returns false and adds nothing if the packet does not fit; then send what
/// the buffer holds, call clear() and go on. The caller chooses the order: a
/// report first, then SDES, then the rest, unless reduced size was negotiated
/// (RFC 5506).
class compound_builder {
public:
  /// The most blocks that a report can have (five bits count them).
  static constexpr size_t max_report_blocks = 31;

  bool add_sender_report(const sender_info& info,
                         std::span<const report_block> blocks = {});

  bool add_receiver_report(ssrc sender,
                           std::span<const report_block> blocks = {});

  /// A description of one source by its CNAME (at most 255 octets).
  bool add_sdes(ssrc source, std::string_view cname);

  bool add_bye(std::span<const ssrc> sources, std::string_view reason = {});

  /// Takes as many numbers from the front of `lost` as fit; `lost` keeps the
  /// rest. `lost` must ascend modulo 2^16 without repetition. False if none was
  /// taken.
  bool add_nack(ssrc sender, ssrc media, std::span<const uint16_t>& lost);

  bool add_pli(ssrc sender, ssrc media);

  bool add_fir(ssrc sender, std::span<const fir_item> items);

  /// The bitrate is rounded down to 18 bits of precision.
  bool add_remb(ssrc sender, uint64_t bitrate_bps,
                std::span<const ssrc> sources);

  bool add_transport_cc(ssrc sender, ssrc media, uint8_t feedback_count,
                        const transport_cc_builder& feedback);

  /// An extended report with a receiver reference time.
  bool add_rrtr(ssrc sender, ntp_time reference_time);

  /// An extended report that answers receiver reference times.
  bool add_dlrr(ssrc sender, std::span<const dlrr_item> items);

  net::byte_span bytes() const {
    return {out_.data(), size_};
  }

  size_t size() const {
    return size_;
  }

  size_t remaining() const {
    return out_.size() - size_;
  }

  bool empty() const {
    return size_ == 0;
  }

  void clear() {
    size_ = 0;
  }

private:
  /// Appends a packet's header and returns its body of `body_size` octets (a
  /// multiple of 4), or null if it does not fit.
  uint8_t* append(packet_type type, size_t count, size_t body_size);

  std::array<uint8_t, max_compound_size> out_;
  size_t size_ = 0;
};

} // namespace troupe::rtp::rtcp
