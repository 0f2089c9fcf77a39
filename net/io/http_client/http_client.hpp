#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::net {

/// Why a request has no answer.
enum class http_failure : uint8_t {
  none,
  /// The host name has no address.
  no_address,
  /// No connection, or no TLS.
  no_connection,
  /// The certificate is not trusted, or is not for that name.
  bad_certificate,
  /// There was no answer in time.
  timeout,
  /// The connection broke, or the answer is not HTTP or has too large a head.
  broken,
};

/// "timeout", "bad-certificate" and so on.
std::string_view to_string(http_failure x);

/// A request with a body.
struct http_post {
  /// Of http or https.
  std::string url;
  /// Each as "name: value".
  std::vector<std::string> headers;
  std::string body;
};

/// What came of a request.
struct http_answer {
  http_failure failure = http_failure::none;
  /// The status of the answer; 0 if there is none.
  uint16_t status = 0;
  /// What the library says about a failure; may be empty.
  std::string why = {};
};

/// Sends requests to other hosts, for callers that only need to know whether
/// they have arrived.
class http_poster {
public:
  /// Called once with the answer, on a thread of the poster: it must not block
  /// and not throw. Never called after the poster has ended.
  using handler = std::function<void(http_answer)>;

  virtual ~http_poster() = default;

  /// Sends a request. Thread-safe. The caller bounds the number of requests
  /// under way.
  virtual void post(http_post request, handler on_answer) = 0;
};

/// Limits of a client.
struct http_client_settings {
  /// A PEM file of the authorities to trust instead of the host's; may be
  /// empty.
  std::string ca_file;
  /// For one request, the name service and the connection included.
  std::chrono::milliseconds timeout{5'000};
  /// The most octets of an answer's head, and of its body.
  size_t max_head = 64 * 1024;
  size_t max_body = 64 * 1024;
  /// Idle connections that are kept.
  long max_idle = 16;
};

/// An HTTP/1.1 client on a thread of its own, named "http-client".
///
/// Hosts are not trusted. Certificates are always verified, redirects are not
/// followed, and no proxy, cookie or stored password is used. The body of an
/// answer is thrown away; where it is too long the connection is closed, and
/// the status counts all the same. So a host costs a connection and the timeout
/// at most.
class http_client final : public http_poster {
public:
  explicit http_client(http_client_settings settings);

  http_client(const http_client&) = delete;

  http_client& operator=(const http_client&) = delete;

  /// Calls stop().
  ~http_client() override;

  void post(http_post request, handler on_answer) override;

  /// Ends the thread. Requests under way are dropped, and their handlers not
  /// called. Idempotent.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Connects to the URL's host, with TLS if it is https, and sends nothing. For
/// programs that may block.
http_answer probe_http_host(const std::string& url,
                            const http_client_settings& settings);

} // namespace troupe::net
