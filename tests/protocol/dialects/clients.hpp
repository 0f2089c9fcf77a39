#pragma once

#include "net/base/rng.hpp"
#include "protocol/dialects/common/dialect.hpp"
#include "protocol/dialects/common/request_decoder.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Clients of every dialect behind one interface, for tests that require the
/// same of all dialects.
namespace troupe::test {

/// A request as a dialect's table lists it.
struct listed_request {
  std::string name;
  protocol::request_decoder read;
  std::array<std::string_view, 2> positions = {};
};

/// A dialect, and how its clients join.
struct dialect_case {
  std::string name;
  protocol::carrier carrier = protocol::carrier::socketio;
  /// The event by which a client joins; empty if connecting joins.
  std::string join;
  /// The number of requests that the server gets for a join.
  size_t join_requests = 1;
  /// The requests of a member.
  std::vector<listed_request> requests;
  /// The event that reports a failure of a request without a callback.
  std::string failure_event;
};

/// All dialects, their requests taken from their own tables.
const std::vector<dialect_case>& dialect_cases();

/// The result of a request: the server is asked or there is a frame.
struct request_result {
  std::optional<protocol::pending_request> request;
  std::optional<std::string> frame;
};

/// A client that has joined.
class dialect_client {
public:
  explicit dialect_client(const dialect_case& how);

  /// Sends a request and awaits its reply. `arguments` follows the name: one
  /// JSON value, or several separated by commas.
  request_result request(const std::string& name, const std::string& arguments);

  /// The same, without awaiting the reply if the dialect allows that.
  request_result request_without_reply(const std::string& name,
                                       const std::string& arguments);

  /// The frame that answers a request with that outcome.
  std::string answer(protocol::request_token token,
                     const protocol::outcome& result);

  const protocol::dialect& dialect() const {
    return *dialect_;
  }

private:
  request_result send(const std::string& text);

  const dialect_case& how_;
  std::unique_ptr<net::rng> random_ = net::make_seeded_rng(1);
  std::unique_ptr<protocol::dialect> dialect_;
};

} // namespace troupe::test
