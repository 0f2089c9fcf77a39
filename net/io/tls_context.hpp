#pragma once

#include "net/base/result.hpp"
#include "net/io/http_server.hpp"

#include <memory>

namespace boost::asio::ssl {
class context;
} // namespace boost::asio::ssl

namespace troupe::net {

/// Makes the server's side of TLS: 1.2 or newer, forward secrecy, no
/// renegotiation and no compression. Fails with OpenSSL's error, as a code of
/// the generic category where the files cannot be read or do not match.
result<std::shared_ptr<boost::asio::ssl::context>>
make_tls_context(const tls_files& files);

} // namespace troupe::net
