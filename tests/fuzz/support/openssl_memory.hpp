#pragma once

#include <cstddef>

namespace troupe::fuzz {

/// Gives OpenSSL a cheaper allocator than AddressSanitizer's, which takes a
/// quarter of a handshake. It still finds what the sanitizer finds: octets past
/// the end of a block and freed blocks are poisoned, and a freed block is not
/// used again until 64 others of its size are free. Reports name the place of
/// the access, but not where the block was allocated.
///
/// Call it before any other function of OpenSSL; aborts if that is too late.
void use_openssl_memory();

/// The number of blocks that OpenSSL has allocated and not freed.
size_t openssl_blocks();

} // namespace troupe::fuzz
