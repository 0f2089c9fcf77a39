#pragma once

#include "net/base/bytes.hpp"
#include "net/base/prefetch.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace troupe::net {

/// The protection profiles offered in use_srtp (RFC 5764, section 4.1.2, and
/// RFC 7714, section 14.2), with their registered numbers.
enum class srtp_profile : uint16_t {
  aes128_cm_sha1_80 = 0x0001,
  aes128_cm_sha1_32 = 0x0002,
  aead_aes_128_gcm = 0x0007,
  aead_aes_256_gcm = 0x0008,
};

/// A master key and its salt, as RFC 5764, section 4.2, cuts them out of the
/// exported keying material: 16+14, 16+12 (GCM) or 32+12 octets.
struct srtp_master_key {
  std::vector<uint8_t> key;
  std::vector<uint8_t> salt;
};

/// Key and salt length in octets of a profile.
size_t srtp_key_length(srtp_profile profile);
size_t srtp_salt_length(srtp_profile profile);

/// Octets that protecting adds at most (RTP: tag; RTCP: tag and index).
inline constexpr size_t srtp_max_overhead = 16;
inline constexpr size_t srtcp_max_overhead = 20;

/// Why a packet was refused by unprotect.
enum class srtp_error : uint8_t {
  /// Too short, or a header that runs past the end.
  malformed,
  /// The authentication tag does not fit.
  bad_tag,
  /// Seen before, or older than the replay window (RFC 3711, section 3.3.2).
  replayed,
  /// The key's lifetime is over (2^48 RTP or 2^31 RTCP packets), or there is
  /// no room for another source.
  exhausted,
};

/// The sending half: protects the RTP and RTCP of any number of SSRCs under
/// one master key. One thread at a time.
class srtp_sender {
public:
  virtual ~srtp_sender() = default;

  /// Asks the processor for the keys, without looking at what lies with them:
  /// those of AES-GCM with the powers of its hash key.
  void prefetch() const {
    constexpr size_t typical = 1200;
    const auto* begin = reinterpret_cast<const uint8_t*>(this);
    net::prefetch(begin, begin + typical);
  }

  /// Writes header and encrypted payload and tag to `out`, which has room for
  /// both plus srtp_max_overhead and overlaps neither. `header` is the whole
  /// RTP header with CSRCs and extensions; the two are apart so that one
  /// shared payload can be encrypted for many receivers without a copy.
  /// Returns the size, or nothing where that packet index was used before or
  /// the key is exhausted: an index is never used twice with other content
  /// (a retransmission of the same octets under the same number is refused as
  /// well: retransmit by RTX, RFC 4588).
  virtual std::optional<size_t> protect_rtp(byte_span header, byte_span payload,
                                            mutable_byte_span out) = 0;

  /// Protects a compound RTCP packet: `out` has room for it and
  /// srtcp_max_overhead. Returns the size.
  virtual std::optional<size_t> protect_rtcp(byte_span packet,
                                             mutable_byte_span out) = 0;

  /// The source has ended: lets its state go. Whatever bears its SSRC is
  /// refused from then on, so that no index of it is used twice (RFC 3711,
  /// section 9.1). The memory that this takes does not grow with the number of
  /// sources that have ended, as long as most SSRCs follow each other.
  virtual void retire(uint32_t ssrc);

  /// The sequence number of the newest RTP packet of a source; nothing where
  /// none was protected. A source that goes on after that one is understood
  /// by the receiver; one that has none must begin below 2^15 (RFC 3711,
  /// section 3.3.1).
  virtual std::optional<uint16_t> last_sequence(uint32_t ssrc);

  /// How many packets were refused because the key's lifetime is over or there
  /// was no room for another source.
  uint64_t exhausted() const {
    return exhausted_;
  }

protected:
  std::nullopt_t exhaust() {
    ++exhausted_;
    return std::nullopt;
  }

private:
  uint64_t exhausted_ = 0;
};

/// The receiving half, with a replay window of at least 128 packets per SSRC.
/// Nothing changes state before the tag has been checked. One thread at a
/// time.
class srtp_receiver {
public:
  virtual ~srtp_receiver() = default;

  /// Decrypts in place. Returns the size of the plaintext packet (a prefix of
  /// `packet`), or nothing, with `last_error()` saying why.
  virtual std::optional<size_t> unprotect_rtp(mutable_byte_span packet) = 0;

  virtual std::optional<size_t> unprotect_rtcp(mutable_byte_span packet) = 0;

  virtual srtp_error last_error() const = 0;

  /// Somebody is given this source's packets: its state stays until retire().
  /// Sources that nobody keeps give way to new ones. Idempotent.
  virtual void keep(uint32_t ssrc) = 0;

  /// The source has ended: lets its state go, but its highest indices, so that
  /// a replay is refused should the source come again. Idempotent.
  virtual void retire(uint32_t ssrc) = 0;
};

/// Who does the cryptography.
enum class srtp_backend : uint8_t {
  /// libsrtp2: the reference.
  libsrtp2,
  /// OpenSSL's EVP with kept contexts.
  openssl,
  /// Intel's ipsec-mb, where the package exists.
  ipsec_mb,
};

std::string_view to_string(srtp_profile profile);
std::string_view to_string(srtp_backend backend);

/// Whether the backend was built in and this processor can run it.
bool srtp_backend_available(srtp_backend backend);

/// The fastest backend that is available.
srtp_backend fastest_srtp_backend();

/// Null where the backend is not available or the key has a wrong length.
std::unique_ptr<srtp_sender> make_srtp_sender(srtp_backend backend,
                                              srtp_profile profile,
                                              const srtp_master_key& key);

std::unique_ptr<srtp_receiver> make_srtp_receiver(srtp_backend backend,
                                                  srtp_profile profile,
                                                  const srtp_master_key& key);

} // namespace troupe::net
