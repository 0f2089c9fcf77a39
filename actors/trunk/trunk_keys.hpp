#pragma once

#include "actors/cluster/room_messages.hpp"
#include "net/base/rng.hpp"
#include "net/base/transport_tuple.hpp"
#include "net/srtp/srtp_session.hpp"

#include <memory>
#include <optional>

namespace troupe::actors {

/// The SRTP keys of a trunk, AEAD_AES_128_GCM in both directions. Each node
/// draws those with which it sends, and tells the other over their link.
class trunk_keys {
public:
  trunk_keys(net::srtp_backend backend, net::rng& random);

  /// Protects what this node sends.
  const std::shared_ptr<net::srtp_sender>& sender() const {
    return sender_;
  }

  /// Writes this node's keys, and the epoch by which they are told from those
  /// of earlier trunks.
  void describe(open_trunk& x) const;

  /// What an open_trunk of the other node changes.
  enum class change : uint8_t {
    /// It is refused: an address, tag or reporter that is none, or keys of
    /// wrong lengths.
    refused,
    /// Nothing: it was there before.
    none,
    /// The other node draws SSRCs with another tag from now on, or has moved.
    renumbered,
    /// The other node's first keys.
    first,
    /// The other node has begun anew, and has forgotten what was before.
    replaced,
  };

  /// Takes the other node's keys and address.
  change accept(const open_trunk& x);

  /// Decrypts what the other node sends; null before accept().
  net::srtp_receiver* receiver() const {
    return receiver_.get();
  }

  /// Where the other node takes media; nothing before accept().
  const std::optional<net::socket_address>& remote() const {
    return remote_;
  }

  /// The tag of the SSRCs that the other node draws.
  uint32_t remote_tag() const {
    return tag_;
  }

  /// The first SSRC of RTCP that is sent to it about no stream of its own.
  uint32_t reporter() const {
    return reporter_;
  }

private:
  net::srtp_backend backend_;
  uint64_t epoch_;
  net::srtp_master_key own_;
  std::shared_ptr<net::srtp_sender> sender_;
  std::optional<uint64_t> remote_epoch_;
  std::unique_ptr<net::srtp_receiver> receiver_;
  std::optional<net::socket_address> remote_;
  uint32_t tag_ = 0;
  uint32_t reporter_ = 0;
};

} // namespace troupe::actors
