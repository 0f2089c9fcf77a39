#pragma once

#include "net/dtls/dtls_connection.hpp"

#include <openssl/ssl.h>

#include <optional>

namespace troupe::net {

/// Exports the SRTP master keys of a completed handshake (RFC 5764, section
/// 4.2). Nullopt if no profile was negotiated.
std::optional<srtp_keys> export_srtp_keys(SSL* ssl, dtls_role role);

} // namespace troupe::net
