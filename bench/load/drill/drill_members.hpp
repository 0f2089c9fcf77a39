#pragma once

#include "bench/load/drill/drill_figures.hpp"
#include "bench/load/drill/drill_plan.hpp"
#include "bench/load/media/cheap_random.hpp"
#include "bench/load/scenario/load_client.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::load {

struct drill_settings {
  drill_shape shape;
  std::string room = "drill";
  load::dialect dialect = load::dialect::ws;
  /// Runs only the members that begin at this server, and lets them return only
  /// there. Other processes run the others.
  std::optional<size_t> only;
  /// At most so many members join at a time in the beginning.
  size_t at_once = 20;
};

/// The members of one room over several servers, on the thread of one
/// io_context. They begin at the servers of the plan. If a member's
/// connection ends, it goes on to the next server after 0.5 to 1.5 s, under its
/// own name, as clients of Socket.IO do behind a balancer.
class drill_members {
public:
  /// The servers in a fixed order: one that takes no newcomers is empty. Throws
  /// signaling_error for an invalid address.
  drill_members(boost::asio::io_context& loop, drill_settings cfg,
                const std::vector<std::string>& servers);

  ~drill_members();

  /// Replaces the servers; their number must not change.
  void set_servers(const std::vector<std::string>& urls);

  /// Every `interval`, the next member leaves and joins again; never if zero.
  void set_churn(net::duration interval);

  /// Starts, retries and watches. To be called every few milliseconds.
  void handle_timeout();

  /// Returns the figures since the last call, and begins a new phase.
  drill_figures end_phase();

  /// The state as one line of JSON: how many of this process's members are in
  /// the room, how many streams they should receive, and how many of them have
  /// come in the last 120 ms.
  std::string status() const;

private:
  struct member;

  void begin(member& x);
  void watch(member& x);
  void handle_end(member& x);
  void churn();
  signaling_config signaling_of(const member& x) const;
  // The server after `at` that takes newcomers.
  std::optional<size_t> next_server(size_t at) const;
  size_t server_of(member_index who) const;
  net::duration random_pause();

  boost::asio::io_context& loop_;
  drill_settings settings_;
  scenario_plan plan_;
  directory names_;
  std::vector<std::optional<server_address>> servers_;
  std::unique_ptr<media_loop> media_;
  std::vector<std::unique_ptr<member>> members_;
  drill_figures figures_;
  net::duration churn_{};
  net::time_point next_churn_{};
  size_t churned_ = 0;
  cheap_random random_;
};

} // namespace troupe::load
