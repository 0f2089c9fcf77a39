#pragma once

#include "actors/http/metrics.hpp"
#include "actors/room/room_report.hpp"

#include <map>
#include <string>
#include <vector>

/// Responses of the admin API as JSON; docs/openapi.json has the schemas.
namespace troupe::actors {

/// A producer and its statistics.
struct producer_stats {
  protocol::producer_info info;
  protocol::json_text stats{"[]"};
};

std::string server_stats_json(const metrics_snapshot& x);

/// A page of rooms.
struct room_list {
  /// By name; each is an object in JSON.
  std::map<std::string, std::string> rooms;
  /// The `after` of the next page; empty on the last.
  std::string next;
  /// The nodes whose rooms are missing because they did not answer.
  std::vector<std::string> unanswered;
};

std::string room_list_json(const room_list& x);

std::string room_json(const room_report& x);

std::string room_stats_json(const room_report& x,
                            const std::vector<producer_stats>& producers);

std::string peer_list_json(const room_report& x);

std::string peer_json(const room_report& in, const room_report::member& x);

std::string peer_stats_json(const peer_id& id,
                            const protocol::json_text& stats);

} // namespace troupe::actors
