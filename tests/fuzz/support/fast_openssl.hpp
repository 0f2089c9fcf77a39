#pragma once

#include "net/base/assert.hpp"
#include "tests/fuzz/support/openssl_memory.hpp"

#include <openssl/err.h>

namespace troupe::fuzz {

/// Makes handshakes cheap and repeatable, for fuzzers that run many:
///
/// - Random octets come from a seeded generator, so that an input runs alike
///   each time and in each process.
/// - Certificates are valid from a fixed time.
/// - The results of signing, of verifying, and of deriving and expanding
/// secrets
///   are kept. OpenSSL computes each once, from the same octets with the same
///   keys, and is given the kept result after that. X25519 keys come from a set
///   that is made once.
/// - OpenSSL's memory comes from a cheaper allocator (openssl_memory.hpp).
///
/// All else runs in OpenSSL as ever. Call it once, before any other function of
/// OpenSSL.
void use_fast_openssl();

/// Keeps the certificates that `handshake` parses, and what it fetches, for all
/// runs. It must complete a handshake; aborts if nothing was kept, so that a
/// release of OpenSSL which calls other functions is noticed.
void warm_up(void (*handshake)());

/// Begins both sequences of random octets again.
void restart_randomness();

/// Takes random octets from the sequence of that end of a connection, 0 or 1.
/// So an end's octets do not depend on what the other one does.
void use_randomness_of(size_t end);

/// The number of references that runs hold to kept keys and certificates.
size_t openssl_references();

/// Runs `play` with its own random sequence. Aborts if OpenSSL's memory or its
/// kept objects leak: LeakSanitizer does not see that. OpenSSL allocates some
/// tables on first use, so only an input that leaks each time is an error.
template <class F>
void run_alone(F play) {
  for (int i = 0; i < 4; ++i) {
    ERR_clear_error();
    const auto blocks = openssl_blocks();
    const auto references = openssl_references();
    restart_randomness();
    play();
    ERR_clear_error();
    TROUPE_ASSERT(openssl_references() == references);
    if (openssl_blocks() <= blocks)
      return;
  }
  TROUPE_ASSERT(!"OpenSSL's memory leaks");
}

} // namespace troupe::fuzz
