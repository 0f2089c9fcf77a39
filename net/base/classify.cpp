#include "net/base/classify.hpp"

namespace troupe::net {

namespace {

constexpr size_t stun_header_size = 20;
constexpr size_t dtls_record_header_size = 13;
constexpr size_t rtp_header_size = 12;
constexpr size_t rtcp_header_size = 8;

} // namespace

datagram_kind classify(byte_span datagram) {
  if (datagram.size() < rtcp_header_size)
    return datagram_kind::other;
  const auto first = datagram[0];
  const auto second = datagram[1];
  if (first >= 128 && first <= 191) {
    if (second >= 192 && second <= 223)
      return datagram_kind::rtcp;
    return datagram.size() >= rtp_header_size ? datagram_kind::rtp
                                              : datagram_kind::other;
  }
  if (first <= 3)
    return datagram.size() >= stun_header_size ? datagram_kind::stun
                                               : datagram_kind::other;
  if (first >= 20 && first <= 63)
    return datagram.size() >= dtls_record_header_size ? datagram_kind::dtls
                                                      : datagram_kind::other;
  return datagram_kind::other;
}

} // namespace troupe::net
