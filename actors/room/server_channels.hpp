#pragma once

#include "actors/base/ids.hpp"
#include "actors/data/data_bot.hpp"
#include "actors/room/room_data.hpp"

#include <caf/response_promise.hpp>
#include <caf/send.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>
#include <string>
#include <vector>

namespace troupe::actors {

/// A data producer of the server's own in a room; there is one for each label.
struct server_channel {
  data_producer_id id;
  data_producer_actor actor;
  /// The data switch has added it, and members are notified of it.
  bool begun = false;
  /// Requests that are answered when it has begun, or has failed.
  std::vector<caf::typed_response_promise<sent_to_room>> asked = {};
  /// Members have had the time to consume it.
  bool settled = false;
  /// Messages that were sent before that.
  std::vector<data_message> waiting = {};
  size_t waiting_octets = 0;
};

/// The server's own data channels in a room, and the members' data producers
/// that send to the server. The actors of the channels end with this object.
struct server_channels {
  struct listener {
    data_producer_id producer;
    peer_id peer;
    data_producer_actor partner;
    data_bot_actor bot; // null while it has no channel
  };

  server_channels() = default;

  server_channels(const server_channels&) = delete;
  server_channels& operator=(const server_channels&) = delete;

  ~server_channels() {
    for (const auto& [label, x] : by_label)
      caf::anon_send(x.actor, close_data{});
  }

  /// The maximum number of channels in a room.
  static constexpr size_t max_count = 16;

  /// Limits of what waits on a channel.
  static constexpr size_t max_waiting = 64;
  static constexpr size_t max_waiting_octets = 1024 * 1024;

  /// From the announcement of a channel until its first message is sent.
  static constexpr auto settling = std::chrono::seconds{1};

  /// The label of the channel on which bots answer.
  static inline const std::string bot_label = "bot";

  std::map<std::string, server_channel> by_label;
  std::vector<listener> bots;
};

} // namespace troupe::actors
