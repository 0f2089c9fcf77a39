#pragma once

#include "net/io/cluster/cluster_port.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

struct ssl_st;

namespace troupe::net {

/// Shared by the connections that begin with it.
using cluster_context = std::shared_ptr<boost::asio::ssl::context>;

/// Makes the TLS context of both ends of a link: TLS 1.3 only, a certificate is
/// asked of either end, and only the cluster's own CA is trusted. OpenSSL
/// refuses a client's certificate whose extended key usage lacks clientAuth,
/// and a server's that lacks serverAuth (RFC 5280, section 4.2.1.12).
///
/// Fails with one line for the operator if a file cannot be used, or if other
/// nodes would refuse the certificate: `node` is not among its names, the CA
/// did not issue it, it has expired, or may not be used for both purposes.
boost::system::result<cluster_context, std::string>
make_cluster_context(const cluster_files& files, const std::string& node);

/// When the certificate of a context expires.
std::chrono::system_clock::time_point
certificate_expiry(const cluster_context& context);

/// The DNS names and IP addresses in the subject alternative names of the
/// peer's certificate (RFC 5280, section 4.2.1.6). Its common name does not
/// count.
std::vector<std::string> peer_names(ssl_st* connection);

} // namespace troupe::net
