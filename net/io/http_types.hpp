#pragma once

#include "net/transport_tuple.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::net {

using http_headers = std::vector<std::pair<std::string, std::string>>;

/// A request as it arrived.
struct http_request {
  std::string method;

  /// The target in origin form, and its parts before and after the first '?'
  /// (still percent-encoded).
  std::string target;
  std::string path;
  std::string query;

  http_headers headers;
  std::string body;

  /// The client's end of the connection and ours. The latter is an address by
  /// which this client can reach the server.
  socket_address remote;
  socket_address local;

  /// Whether it came over TLS.
  bool secure = false;

  /// The first header of that name (case does not matter), or empty.
  std::string_view header(std::string_view name) const;

  /// Whether there is a header of that name, even an empty one.
  bool has_header(std::string_view name) const;

  /// The first query parameter of that name, decoded; nothing where there is
  /// none.
  std::optional<std::string> query_value(std::string_view name) const;

  /// Whether all of the query can be decoded: what cannot is passed over by
  /// `query_value`, as if it were not there.
  bool is_query_readable() const;

  /// What the client shows as `Authorization: Bearer` (RFC 6750, section
  /// 2.1), or empty.
  std::string_view bearer_token() const;

  /// Whether the Sec-WebSocket-Protocol header offers `protocol`.
  bool offers_subprotocol(std::string_view protocol) const;
};

/// An answer. Content-Length and Connection are added.
struct http_response {
  unsigned status = 200;
  http_headers headers;
  std::string body;

  /// In place of `body`: octets that other answers are sent from, too.
  std::shared_ptr<const std::string> shared_body = nullptr;

  /// The octets to send.
  std::string_view content() const {
    return shared_body ? *shared_body : body;
  }
};

/// An answer with a JSON body.
http_response json_response(unsigned status, std::string body);

/// An answer with a body of plain text.
http_response text_response(unsigned status, std::string body);

/// Undoes percent-encoding, and '+' for a space where `form` is set. Nothing
/// where an escape is malformed or the result is not UTF-8: what a client names
/// itself goes to others, whose browsers would hang up on such text.
std::optional<std::string> percent_decode(std::string_view text, bool form);

/// Answers one request. May be called from any thread, once; later calls do
/// nothing. A request whose responder vanishes uncalled is answered with 500.
using http_responder = std::function<void(http_response)>;

/// Whether a request may become a connection, and of which kind.
struct upgrade_decision {
  /// Empty: refused, by `rejection`.
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
