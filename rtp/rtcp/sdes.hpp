#pragma once

#include "rtp/rtcp/common.hpp"

#include <string_view>

namespace troupe::rtp::rtcp {

/// The canonical name of one source (RFC 3550, section 6.5.1).
struct sdes_cname {
  rtp::ssrc ssrc{};
  std::string_view cname;
};

/// Source descriptions (RFC 3550, section 6.5). A view of the packet, which
/// parse has checked. Items other than CNAME are skipped.
class sdes {
public:
  static std::optional<sdes> parse(const packet_view& x);

  /// How many sources are described.
  size_t size() const {
    return chunks_;
  }

  /// The CNAME of `source`, or nothing.
  std::optional<std::string_view> cname(rtp::ssrc source) const;

  /// Returns the next chunk that has a CNAME, or nothing at the end. `position`
  /// is an offset in octets; it starts at 0 and is advanced.
  std::optional<sdes_cname> next(size_t& position) const;

private:
  net::byte_span body_;
  uint8_t chunks_ = 0;
};

} // namespace troupe::rtp::rtcp
