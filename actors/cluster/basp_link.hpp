#pragma once

#include "actors/cluster/cluster_messages.hpp"

#include <caf/actor_system.hpp>
#include <caf/node_id.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace troupe::actors {

/// What CAF reports of a link. Both are called on CAF's threads.
struct basp_link_events {
  /// CAF's id of the other process. Called at most once, before any message
  /// from that process arrives. Only messages that came on this link have a
  /// sender with that id.
  std::function<void(const caf::node_id&)> named;
  /// For the end that dialled: the other gateway, or nothing if the link
  /// failed.
  std::function<void(std::optional<gateway_v1_actor>)> connected = {};
};

/// Lets CAF speak its protocol (BASP) on descriptors that are already connected
/// and authenticated. The only place that knows CAF's internal messages; they
/// are those of CAF 0.17.6.
///
/// CAF believes each peer which process it is, and would route to it what is
/// meant for another. So each link may speak for one process only, and each
/// process may have one link: other frames close the link.
class basp_links {
public:
  /// `system` has loaded CAF's middleman and outlives this object.
  explicit basp_links(caf::actor_system& system);

  ~basp_links();

  /// Asks the other end for its gateway. Takes the descriptor. If nothing came
  /// within `timeout`, the link has failed.
  void dial(int descriptor, std::chrono::milliseconds timeout,
            basp_link_events events);

  /// Offers this node's gateway to the other end. Takes the descriptor. The
  /// other gateway is the sender of the first message.
  void accept(int descriptor, const gateway_v1_actor& gateway,
              basp_link_events events);

private:
  class link_scribe;
  struct claims;

  caf::actor_system& system_;
  std::shared_ptr<claims> claims_;
};

} // namespace troupe::actors
