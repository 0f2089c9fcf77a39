#pragma once

#include "actors/io/transport_intake.hpp"
#include "actors/media/rtp_messages.hpp"

#include <algorithm>
#include <vector>

namespace troupe::actors {

/// The sources on one transport that no consumer attends, of all its producers.
/// Publishes them to the I/O threads, which skip their packets.
class unattended_input {
public:
  /// A producer of this transport names its sources.
  void handle(const sources_unattended& x, transport_intake& to) {
    std::erase_if(sources_, [&](const auto& y) { return y.of == x.producer; });
    for (auto source : x.sources)
      sources_.push_back(
          {x.producer, {rtp::value(source), x.transport_wide_id}});
    publish(to);
  }

  /// The producer is not on this transport any more.
  void remove(const producer_id& which, transport_intake& to) {
    if (std::erase_if(sources_, [&](const auto& y) { return y.of == which; })
        > 0)
      publish(to);
  }

private:
  struct entry {
    producer_id of;
    unattended_source source;
  };

  void publish(transport_intake& to) const {
    std::vector<unattended_source> all;
    for (const auto& x : sources_)
      all.push_back(x.source);
    to.set_unattended(all);
  }

  std::vector<entry> sources_;
};

} // namespace troupe::actors
