#include "rtp/rtcp/sdes.hpp"

namespace troupe::rtp::rtcp {

namespace {

constexpr uint8_t cname_item = 1;

/// The contents of one chunk.
struct sdes_chunk {
  rtp::ssrc ssrc{};
  std::optional<std::string_view> cname;
};

/// Reads a chunk: items up to one of type 0, and zeros up to the next 32-bit
/// boundary.
std::optional<sdes_chunk> read_chunk(net::byte_reader& in) {
  sdes_chunk result;
  result.ssrc = rtp::ssrc{in.u32()};
  while (auto type = in.u8()) {
    auto text = net::as_text(in.bytes(in.u8()));
    if (in.failed())
      return std::nullopt;
    if (type == cname_item && !result.cname)
      result.cname = text;
  }
  in.skip(-in.position() & 3);
  if (in.failed())
    return std::nullopt;
  return result;
}

} // namespace

std::optional<sdes> sdes::parse(const packet_view& x) {
  auto in = net::byte_reader{x.body};
  for (size_t i = 0; i < x.count; ++i)
    if (!read_chunk(in))
      return std::nullopt;
  sdes result;
  result.body_ = x.body.first(in.position());
  result.chunks_ = x.count;
  return result;
}

std::optional<std::string_view> sdes::cname(rtp::ssrc source) const {
  size_t position = 0;
  while (auto x = next(position))
    if (x->ssrc == source)
      return x->cname;
  return std::nullopt;
}

std::optional<sdes_cname> sdes::next(size_t& position) const {
  while (position < body_.size()) {
    auto in = net::byte_reader{body_.subspan(position)};
    auto x = read_chunk(in);
    if (!x)
      return std::nullopt;
    position += in.position();
    if (x->cname)
      return sdes_cname{x->ssrc, *x->cname};
  }
  return std::nullopt;
}

} // namespace troupe::rtp::rtcp
