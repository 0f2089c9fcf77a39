#pragma once

#include "actors/data_bot.hpp"
#include "actors/ids.hpp"
#include "actors/room_data.hpp"

#include <caf/response_promise.hpp>
#include <caf/send.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>
#include <string>
#include <vector>

namespace troupe::actors {

/// A data producer of the server's own in a room: one for each label.
struct server_channel {
  data_producer_id id;
  data_producer_actor actor;
  /// The switch knows it, and it is announced.
  bool begun = false;
  /// Who is told when it has begun, or that it cannot.
  std::vector<caf::typed_response_promise<said_in_room>> asked = {};
  /// Whoever consumes what is announced has had the time for it.
  bool settled = false;
  /// What is said before that.
  std::vector<data_message> waiting = {};
  size_t waiting_octets = 0;
};

/// The server's own data channels in a room, and who of the room's members
/// speaks to it. What it has spawned ends with this object.
struct server_channels {
  struct listener {
    data_producer_id producer;
    peer_id peer;
    data_producer_actor partner;
    data_bot_actor bot; // null while it has no channel to answer by
  };

  server_channels() = default;

  server_channels(const server_channels&) = delete;
  server_channels& operator=(const server_channels&) = delete;

  ~server_channels() {
    for (const auto& [label, x] : by_label)
      caf::anon_send(x.actor, close_data{});
  }

  /// Channels in a room.
  static constexpr size_t max_count = 16;

  /// What waits on a channel, at most.
  static constexpr size_t max_waiting = 64;
  static constexpr size_t max_waiting_octets = 1024 * 1024;

  /// From the announcement of a channel until its first message leaves.
  static constexpr auto settling = std::chrono::seconds{1};

  /// On which a bot answers.
  static inline const std::string bot_label = "bot";

  std::map<std::string, server_channel> by_label;
  std::vector<listener> bots;
};

} // namespace troupe::actors
