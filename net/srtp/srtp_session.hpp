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

/// A master key and its salt, as RFC 5764, section 4.2, takes them from the
/// exported keying material: 16+14, 16+12 (GCM) or 32+12 octets.
struct srtp_master_key {
  std::vector<uint8_t> key;
  std::vector<uint8_t> salt;
};

/// The lengths in octets of a profile's key and salt.
size_t srtp_key_length(srtp_profile profile);
size_t srtp_salt_length(srtp_profile profile);

/// The most octets that protection adds (RTP: tag; RTCP: tag and index).
inline constexpr size_t srtp_max_overhead = 16;
inline constexpr size_t srtcp_max_overhead = 20;

/// Why unprotect refused a packet.
enum class srtp_error : uint8_t {
  /// Too short, or its header exceeds the packet.
  malformed,
  /// The authentication tag does not match.
  bad_tag,
  /// Seen before, or older than the replay window (RFC 3711, section 3.3.2).
  replayed,
  /// The key's lifetime is over (2^48 RTP or 2^31 RTCP packets), or there are
  /// too many sources.
  exhausted,
};

/// The sending side: protects the RTP and RTCP of any number of SSRCs under one
/// master key. Not thread-safe.
class srtp_sender {
public:
  virtual ~srtp_sender() = default;

  /// Prefetches the keys without accessing the memory around them: for AES-GCM,
  /// with the powers of the hash key.
  void prefetch() const {
    constexpr size_t typical = 1200;
    const auto* begin = reinterpret_cast<const uint8_t*>(this);
    net::prefetch(begin, begin + typical);
  }

  /// Call it once prefetch() has taken effect: prefetches the state of a
  /// source. Does nothing by default.
  virtual void prefetch_source(uint32_t ssrc) const {
    static_cast<void>(ssrc);
  }

  /// Writes the header, the encrypted payload and the tag to `out`, which must
  /// have space for all three (srtp_max_overhead) and overlap neither input.
  /// `header` is the whole RTP header with CSRCs and extensions; it is a
  /// separate argument so that a shared payload can be encrypted for many
  /// receivers without a copy.
  ///
  /// Returns the size. Nullopt if the packet index was used before or the key
  /// is exhausted: an index is never used twice with different content. The
  /// same octets under the same number are refused as well: retransmit by RTX
  /// (RFC 4588).
  virtual std::optional<size_t> protect_rtp(byte_span header, byte_span payload,
                                            mutable_byte_span out) = 0;

  /// Protects a compound RTCP packet: `out` must have space for it and
  /// srtcp_max_overhead. Returns the size.
  virtual std::optional<size_t> protect_rtcp(byte_span packet,
                                             mutable_byte_span out) = 0;

  /// Frees the state of a source that has ended. Later packets with its SSRC
  /// are refused, so that no index of it is used twice (RFC 3711, section 9.1).
  /// The memory for this does not grow with the number of ended sources as long
  /// as most SSRCs are consecutive.
  virtual void retire(uint32_t ssrc) = 0;

  /// The sequence number of the newest RTP packet of a source; nullopt if none
  /// was protected. A receiver understands a source that continues after this
  /// number; a source that has none must begin below 2^15 (RFC 3711, section
  /// 3.3.1).
  virtual std::optional<uint16_t> last_sequence(uint32_t ssrc) = 0;

  /// The number of packets refused because the key's lifetime is over or there
  /// are too many sources.
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

/// The receiving side, with a replay window of at least 128 packets per SSRC.
/// No state changes before the tag has been verified. Not thread-safe.
class srtp_receiver {
public:
  virtual ~srtp_receiver() = default;

  /// Decrypts in place. Returns the size of the plaintext packet (a prefix of
  /// `packet`), or nullopt; then `last_error()` is the reason.
  virtual std::optional<size_t> unprotect_rtp(mutable_byte_span packet) = 0;

  virtual std::optional<size_t> unprotect_rtcp(mutable_byte_span packet) = 0;

  virtual srtp_error last_error() const = 0;

  /// Keeps a source's state until retire(), because its packets are forwarded.
  /// Other sources give way to new ones. Idempotent.
  virtual void keep(uint32_t ssrc) = 0;

  /// Frees the state of a source that has ended, except its highest indices, so
  /// that a replay is refused if the source returns. Idempotent.
  virtual void retire(uint32_t ssrc) = 0;
};

/// The library that does the cryptography.
enum class srtp_backend : uint8_t {
  /// libsrtp2: the reference.
  libsrtp2,
  /// OpenSSL's EVP with reused contexts.
  openssl,
  /// Intel's ipsec-mb, if the package was found at build time.
  ipsec_mb,
};

std::string_view to_string(srtp_profile profile);
std::string_view to_string(srtp_backend backend);

/// Whether the backend is built in and supported by this processor.
bool srtp_backend_available(srtp_backend backend);

/// The fastest available backend.
srtp_backend fastest_srtp_backend();

/// Null if the backend is not available or the key has a wrong length.
std::unique_ptr<srtp_sender> make_srtp_sender(srtp_backend backend,
                                              srtp_profile profile,
                                              const srtp_master_key& key);

std::unique_ptr<srtp_receiver> make_srtp_receiver(srtp_backend backend,
                                                  srtp_profile profile,
                                                  const srtp_master_key& key);

} // namespace troupe::net
