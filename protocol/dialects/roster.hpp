#pragma once

#include "protocol/verbs.hpp"

#include <vector>

namespace troupe::protocol {

/// The participants of a room in the order in which they came, for dialects
/// whose clients expect the whole list with every change.
class roster {
public:
  /// Begins anew, with those who are in the room.
  void reset(std::vector<participant> participants);

  /// Takes what a peer event says. Returns whether anything changed.
  bool update(const any_event& event);

  const std::vector<participant>& participants() const {
    return participants_;
  }

private:
  bool put(const participant& peer);
  bool remove(const peer_id& peer);

  std::vector<participant> participants_;
};

} // namespace troupe::protocol
