#pragma once

#include "net/base/rng.hpp"
#include "protocol/dialect.hpp"
#include "protocol/dialects/payload.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Clients of every dialect behind one face, for tests that hold all dialects
/// to the same.
namespace troupe::test {

/// A request as a dialect's table lists it.
struct listed_request {
  std::string name;
  protocol::payload_reader read;
  std::array<std::string_view, 2> positions = {};
};

/// A dialect, and how its clients come to be members.
struct speech {
  std::string name;
  protocol::carrier carrier = protocol::carrier::socketio;
  /// The event by which a client joins; none where connecting does.
  std::string join;
  /// How many requests the server is asked for that.
  size_t join_requests = 1;
  /// What a member can ask.
  std::vector<listed_request> requests;
  /// The event that tells of a failure that nobody waits for.
  std::string failure_event;
};

/// All dialects, their requests taken from their own tables.
const std::vector<speech>& speeches();

/// What came of a request: either the server is asked or there is a frame.
struct reaction {
  std::optional<protocol::pending_request> asked;
  std::optional<std::string> frame;
};

/// A client that has joined.
class speaker {
public:
  explicit speaker(const speech& how);

  /// Sends a request and waits for its answer. `arguments` is what stands
  /// behind the name: one JSON value, or several with commas between.
  reaction request(const std::string& name, const std::string& arguments);

  /// The same, without waiting where the dialect allows that.
  reaction tell(const std::string& name, const std::string& arguments);

  /// The frame that answers a request with that outcome.
  std::string answer(protocol::request_token token,
                     const protocol::outcome& result);

  const protocol::dialect& dialect() const {
    return *dialect_;
  }

private:
  reaction say(const std::string& text);

  const speech& how_;
  std::unique_ptr<net::rng> random_ = net::make_seeded_rng(1);
  std::unique_ptr<protocol::dialect> dialect_;
};

} // namespace troupe::test
