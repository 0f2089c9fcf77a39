#pragma once

#include "net/base/bytes.hpp"
#include "net/dtls/octet_queue.hpp"

#include <openssl/bio.h>

namespace troupe::net {

/// What OpenSSL reads and writes. It keeps the boundaries of datagrams, which
/// BIO_s_mem() would lose.
struct datagram_port {
  byte_span in;    // the record to read next; empty once read
  octet_queue out; // datagrams to send, in order
};

/// A BIO on a port that outlives it. Null when out of memory.
BIO* make_datagram_bio(datagram_port& port);

} // namespace troupe::net
