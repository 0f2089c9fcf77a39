#pragma once

#include "net/base/result.hpp"
#include "net/base/transport_tuple.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::net {

using http_headers = std::vector<std::pair<std::string, std::string>>;

/// A request as received.
struct http_request {
  std::string method;

  /// The target in origin form, and its parts before and after the first '?'
  /// (still percent-encoded).
  std::string target;
  std::string path;
  std::string query;

  http_headers headers;
  std::string body;

  /// The client's address and ours. By the latter this client can reach the
  /// server.
  socket_address remote;
  socket_address local;

  /// Whether the request came over TLS.
  bool secure = false;

  /// The first header of that name (ignoring case), or empty.
  std::string_view header(std::string_view name) const;

  /// Whether a header of that name exists, even an empty one.
  bool has_header(std::string_view name) const;

  /// The first query parameter of that name, decoded; nullopt if absent.
  std::optional<std::string> query_value(std::string_view name) const;

  /// Whether the whole query can be decoded: `query_value` ignores parameters
  /// that cannot.
  bool is_query_readable() const;

  /// The token of `Authorization: Bearer` (RFC 6750, section 2.1), or empty.
  std::string_view bearer_token() const;

  /// Whether the Sec-WebSocket-Protocol header offers `protocol`.
  bool offers_subprotocol(std::string_view protocol) const;
};

/// A content that is read piece by piece while it is sent, so that it is never
/// in memory as a whole.
class content_source {
public:
  using receiver = std::function<void(result<std::vector<uint8_t>>)>;

  virtual ~content_source() = default;

  /// Reads the octets from `position` on, and passes them to `then` once, on
  /// any thread. Must not block. Fewer octets mean that the content ends early,
  /// although its size was told.
  virtual void read(uint64_t position, size_t size, receiver then) = 0;
};

/// A part of a content that is read piece by piece.
struct streamed_content {
  std::shared_ptr<content_source> source;
  uint64_t first = 0;
  uint64_t size = 0;
};

/// A response. Content-Length and Connection are added when it is sent.
struct http_response {
  unsigned status = 200;
  http_headers headers;
  std::string body;

  /// Used instead of `body`: octets that several responses share.
  std::shared_ptr<const std::string> shared_body = nullptr;

  /// Used instead of both if it has a source.
  streamed_content streamed = {};

  /// The octets to send, if they are in memory.
  std::string_view content() const {
    return shared_body ? *shared_body : body;
  }

  /// The number of octets to send.
  uint64_t content_size() const {
    return streamed.source ? streamed.size : content().size();
  }
};

/// Makes a response with a JSON body.
http_response json_response(unsigned status, std::string body);

/// Makes a response with a plain-text body.
http_response text_response(unsigned status, std::string body);

/// Decodes percent-encoding, and '+' as a space if `form` is set. Nullopt if an
/// escape is malformed or the result is not UTF-8: a client's name is sent to
/// other clients, whose browsers would close the connection on invalid text.
std::optional<std::string> percent_decode(std::string_view text, bool form);

/// Answers one request. Thread-safe; only the first call has an effect. If a
/// responder is destroyed uncalled, the client gets a 500.
using http_responder = std::function<void(http_response)>;

/// Whether a request may become a connection, and of which kind.
struct upgrade_decision {
  /// Empty: refused, with `rejection` as the response.
  std::string kind;

  /// The Sec-WebSocket-Protocol to confirm; empty for none.
  std::string subprotocol;

  http_response rejection;

  static upgrade_decision accept(std::string kind,
                                 std::string subprotocol = {}) {
    return {std::move(kind), std::move(subprotocol), {}};
  }

  static upgrade_decision reject(http_response response) {
    return {{}, {}, std::move(response)};
  }
};

} // namespace troupe::net
