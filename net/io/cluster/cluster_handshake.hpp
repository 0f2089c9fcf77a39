#pragma once

#include "net/io/cluster/cluster_stream.hpp"
#include "net/io/cluster/cluster_tls.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::net {

class cluster_handshake;

/// Judges connections. All functions run on the port's loop.
class handshake_owner {
public:
  virtual ~handshake_owner() = default;

  /// The remote node has sent its preface. Returns why it is refused.
  virtual std::optional<link_refusal> check(const cluster_handshake& x) = 0;

  /// Whether this node decides for the pair.
  virtual bool decides(const cluster_handshake& x) const = 0;

  /// Both ends agree so far, and this node decides. Returns why the connection
  /// is refused; the handshake ends within the same call otherwise.
  virtual std::optional<link_refusal> decide(const cluster_handshake& x) = 0;

  /// The handshake has ended: the connection is refused, or is a link now.
  virtual void handshake_ended(const std::shared_ptr<cluster_handshake>& x,
                               std::optional<link_refusal> why) = 0;
};

/// A connection until it is a link. After TLS, both ends send their prefaces.
/// Then the end that does not decide sends one octet, its verdict, and after it
/// the other end sends its own. 0 accepts the connection; n refuses it for the
/// n-th reason of `link_refusal`.
///
/// A connection that says nothing costs little memory: the state of TLS, 68 KB,
/// is made when the first octets have come.
class cluster_handshake
    : public std::enable_shared_from_this<cluster_handshake> {
public:
  /// `dialled`: this node made the connection to `remote`.
  cluster_handshake(std::shared_ptr<handshake_owner> owner, loop_socket socket,
                    cluster_context context, const socket_address& remote,
                    bool dialled);

  /// Begins. The handshake ends after `limit` at the latest.
  void start(const std::vector<uint8_t>& preface, duration limit);

  /// Closes the connection without a call of the owner.
  void abort();

  bool dialled() const {
    return dialled_;
  }

  /// The peer's address. It differs from that where the peer listens, unless
  /// this node dialled.
  const socket_address& remote_address() const {
    return remote_;
  }

  /// What the peer says of itself; null before its preface came.
  const cluster_preface* remote() const {
    return reader_.status() == preface_reader::state::done ? &reader_.value()
                                                           : nullptr;
  }

  /// The names in the peer's certificate.
  const std::vector<std::string>& names() const {
    return names_;
  }

  /// The connection. Only once, when it is a link.
  std::unique_ptr<cluster_stream> take_stream() {
    return std::move(stream_);
  }

  /// What is to be sent on the link before all else.
  std::vector<uint8_t> first_octets_to_send() const;

  /// What was read of the link already.
  const std::vector<uint8_t>& octets_received() const {
    return after_;
  }

private:
  void begin_tls(const std::vector<uint8_t>& preface);
  void handle_tls(const std::vector<uint8_t>& preface);
  void read();
  void handle_octets(byte_span data);
  void handle_preface();
  void handle_verdict(uint8_t verdict);
  void settle();
  void say(byte_span data);
  void write();
  void handle_written();
  void refuse(link_refusal why);
  void finish(std::optional<link_refusal> why);
  void close();

  std::shared_ptr<handshake_owner> owner_;
  std::optional<loop_socket> socket_; // until TLS begins
  const cluster_context context_;
  std::unique_ptr<cluster_stream> stream_; // from then on
  loop_timer deadline_;
  const socket_address remote_;
  const bool dialled_;
  preface_reader reader_;
  std::vector<std::string> names_;
  std::array<uint8_t, max_preface_size> in_{};
  std::vector<uint8_t> after_;
  std::vector<uint8_t> out_;
  std::vector<uint8_t> writing_;
  std::optional<link_refusal> refusal_;
  bool secured_ = false;
  bool heard_ = false;
  bool decides_ = false;
  bool accepted_by_peer_ = false;
  bool finished_ = false;
};

} // namespace troupe::net
