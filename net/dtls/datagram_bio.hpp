#pragma once

#include "net/base/bytes.hpp"
#include "net/dtls/octet_queue.hpp"

#include <openssl/bio.h>

namespace troupe::net {

/// The input and output of OpenSSL's BIO. It preserves datagram boundaries,
/// which BIO_s_mem() would lose.
struct datagram_port {
  byte_span in;    // the record to read next; empty once read
  octet_queue out; // datagrams to send, in order
};

/// Makes a BIO for a port, which must outlive it. Null when out of memory.
BIO* make_datagram_bio(datagram_port& port);

} // namespace troupe::net
