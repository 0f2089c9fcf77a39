#pragma once

#include "net/base/time.hpp"
#include "protocol/verbs.hpp"

#include <optional>
#include <vector>

namespace troupe::protocol {

/// Sees to it that a client learns of each producer when it can consume it.
///
/// Some documents have no list of the producers that were there before, and
/// their frontends can do nothing with the news of one while they have no
/// transport to receive by. So what was there before is told once there is
/// such a transport; and what was told too early is told again a little later,
/// unless the client, having kept it aside, has consumed it by then.
class camel_announcements {
public:
  /// Begins anew, in a room with those producers.
  void enter(std::vector<producer_info> producers);

  /// A new producer. Returns whether the client is to be told of it now;
  /// otherwise handle_timeout() returns it in a moment.
  bool handle_added(const producer_info& producer);

  void handle_closed(const producer_id& producer);

  /// The client consumes that producer or has asked to.
  void handle_consumed(const producer_id& producer);

  /// The client has been given a transport to receive by.
  void handle_transport(net::time_point now);

  /// Returns whom the client has not been told of yet, to be told although
  /// it may be too early.
  std::vector<producer_info> take_untold();

  /// Returns whom the client is to be told of now.
  std::vector<producer_info> handle_timeout(net::time_point now);

  std::optional<net::time_point> poll_timeout() const;

private:
  void forget(const producer_id& producer);

  std::vector<producer_info> untold_;
  std::vector<producer_info> told_early_;
  bool has_transport_ = false;
  std::optional<net::time_point> tell_at_;
  std::optional<net::time_point> tell_again_at_;
};

} // namespace troupe::protocol
