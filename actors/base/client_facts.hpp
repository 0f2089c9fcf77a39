#pragma once

#include <string>
#include <string_view>

namespace troupe::actors {

/// What the log says about a member's client.
struct client_facts {
  /// The dialect that it speaks: "events".
  std::string dialect;
  /// What carries the dialect: "websocket", "socket.io" or "http".
  std::string carrier;
  /// Its program, as short_agent() has it.
  std::string agent;
};

/// A User-Agent without the parts that all browsers share ("Mozilla/5.0",
/// "AppleWebKit/537.36 (KHTML, like Gecko)"), which would leave no room for
/// those in which they differ. At most 128 octets.
std::string short_agent(std::string_view user_agent);

} // namespace troupe::actors
