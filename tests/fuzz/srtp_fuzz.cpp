// Feeds any octets to unprotect, and the output of protect back to unprotect,
// for one backend and profile per input (selected by its first two octets).
// Nothing may crash, no forged packet may pass, and a protected packet must
// decrypt to its plaintext.

#include "net/base/assert.hpp"
#include "net/srtp/packet_layout.hpp"
#include "net/srtp/srtp_session.hpp"

#include <algorithm>
#include <vector>

using namespace troupe::net;

namespace {

struct ends {
  std::unique_ptr<srtp_sender> sender;
  std::unique_ptr<srtp_receiver> receiver;
};

ends make_ends(uint8_t backend, uint8_t profile) {
  constexpr srtp_profile profiles[] = {
      srtp_profile::aes128_cm_sha1_80, srtp_profile::aes128_cm_sha1_32,
      srtp_profile::aead_aes_128_gcm, srtp_profile::aead_aes_256_gcm};
  auto b = static_cast<srtp_backend>(backend % 3);
  if (!srtp_backend_available(b))
    b = srtp_backend::openssl;
  auto p = profiles[profile % 4];
  srtp_master_key key{std::vector<uint8_t>(srtp_key_length(p), 7),
                      std::vector<uint8_t>(srtp_salt_length(p), 9)};
  return {make_srtp_sender(b, p, key), make_srtp_receiver(b, p, key)};
}

void check_forged(ends& e, byte_span input) {
  std::vector<uint8_t> packet(input.begin(), input.end());
  TROUPE_ASSERT(!e.receiver->unprotect_rtp(packet));
  packet.assign(input.begin(), input.end());
  TROUPE_ASSERT(!e.receiver->unprotect_rtcp(packet));
}

void check_rtp(ends& e, byte_span input) {
  auto header = rtp_header_length(input);
  if (!header)
    return;
  std::vector<uint8_t> out(input.size() + srtp_max_overhead);
  auto size =
      e.sender->protect_rtp(input.first(*header), input.subspan(*header), out);
  TROUPE_ASSERT(size);
  auto plain = e.receiver->unprotect_rtp({out.data(), *size});
  TROUPE_ASSERT(plain == input.size()
                && std::equal(input.begin(), input.end(), out.begin()));
}

void check_rtcp(ends& e, byte_span input) {
  if (input.size() < srtcp_clear_octets)
    return;
  std::vector<uint8_t> out(input.size() + srtcp_max_overhead);
  auto size = e.sender->protect_rtcp(input, out);
  TROUPE_ASSERT(size);
  auto plain = e.receiver->unprotect_rtcp({out.data(), *size});
  TROUPE_ASSERT(plain == input.size()
                && std::equal(input.begin(), input.end(), out.begin()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2 || size > 4096)
    return 0;
  auto e = make_ends(data[0], data[1]);
  byte_span input{data + 2, size - 2};
  check_forged(e, input);
  check_rtp(e, input);
  check_rtcp(e, input);
  return 0;
}
