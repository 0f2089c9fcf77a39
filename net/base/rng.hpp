#pragma once

#include "net/base/bytes.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace troupe::net {

/// A source of random octets. Engines take it by reference, so that tests can
/// pass a seeded one.
class rng {
public:
  virtual ~rng() = default;

  /// Fills `out` with random octets.
  virtual void fill(mutable_byte_span out) = 0;

  uint32_t u32();

  uint64_t u64();

  /// A uniformly distributed number below `bound`, which must not be 0.
  uint32_t below(uint32_t bound);

  /// Returns `length` characters of [0-9A-Za-z] (5.95 bits each), for ids, ICE
  /// username fragments and passwords (RFC 8839, section 5.4, allows these as
  /// ice-char).
  std::string alphanumeric(size_t length);
};

/// Makes the operating system's cryptographic generator. Any number of threads
/// may use it, each with an object of its own.
std::unique_ptr<rng> make_secure_rng();

/// Makes a reproducible generator, for tests and benchmarks only.
std::unique_ptr<rng> make_seeded_rng(uint64_t seed);

} // namespace troupe::net
