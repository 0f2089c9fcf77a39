#pragma once

#include "net/base/bytes.hpp"
#include "net/cluster/basp_frame.hpp"

#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

namespace troupe::net {

/// Stands between a link and CAF: only those frames of BASP pass that the two
/// gateways need, and none that announces much memory. CAF's own reader trusts
/// its peer: a payload of 512 MB is allocated when its header arrives, a
/// message of another node's name is forwarded, and `exit_msg` ends any actor.
///
/// The first frame of a link is a handshake, and all its handshakes say the
/// same node id.
///
/// An engine: it copies whole frames that pass and holds at most one frame
/// back.
class basp_gate {
public:
  /// The most octets of one frame's payload.
  static constexpr size_t max_payload = size_t{1} << 20;

  /// The octets of a header of CAF 0.17's BASP.
  static constexpr size_t header_size = basp_header_size;

  /// The most handshakes of one link. CAF sends at most two, and remembers
  /// each.
  static constexpr size_t max_handshakes = 4;

  /// The most actors of the other node that may have sent a message and have
  /// not been reported down. Only neighbours and gateways send any.
  static constexpr size_t max_senders = 1024;

  /// Takes octets from the wire in any pieces, and appends whole frames that
  /// may pass to `out`. After a fault it takes nothing any more, and returns
  /// that fault again.
  std::optional<basp_fault> handle_input(byte_span in,
                                         std::vector<uint8_t>& out);

  /// Frames that passed, and those that were left out because no link needs
  /// them: routed messages, announcements of other nodes, and the question for
  /// a spawn server that CAF asks on each first link to a node.
  uint64_t passed() const {
    return passed_;
  }

  uint64_t dropped() const {
    return dropped_;
  }

  /// The octets of the unfinished frame.
  size_t held() const {
    return frame_.size();
  }

  /// CAF's id of the node at the other end, as its handshake has it; empty
  /// before that. No two links may have the same, or a node could take the
  /// messages that are sent to another.
  byte_span node() const {
    return node_;
  }

private:
  enum class verdict : uint8_t { pass, drop };

  std::optional<basp_fault> check_header();
  std::optional<basp_fault> finish_frame(std::vector<uint8_t>& out);
  std::optional<basp_fault> check_frame(byte_span payload, verdict& out);
  std::optional<basp_fault> check_handshake(byte_span payload);
  std::optional<basp_fault> check_message(byte_span payload, verdict& out);
  std::optional<basp_fault> check_report(byte_span payload, verdict& out);

  std::vector<uint8_t> frame_;
  basp_header header_;
  // The octets of the current frame that are wanted before it is looked at.
  size_t frame_size_ = header_size;
  std::vector<uint8_t> node_;
  std::unordered_set<uint64_t> senders_;
  size_t handshakes_ = 0;
  uint64_t passed_ = 0;
  uint64_t dropped_ = 0;
  std::optional<basp_fault> fault_;
};

} // namespace troupe::net
