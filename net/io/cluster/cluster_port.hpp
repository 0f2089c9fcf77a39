#pragma once

#include "net/base/result.hpp"
#include "net/base/transport_tuple.hpp"
#include "net/cluster/preface.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::net {

class io_threads;

/// The files of a node's identity, as PEM: a certificate with its chain for
/// both client and server authentication, its key, and the cluster's own CA.
struct cluster_files {
  std::string certificate;
  std::string key;
  std::string ca;
};

/// How a node reaches the others.
struct cluster_settings {
  /// What it says of itself. `media` is filled in by the owner.
  cluster_preface self;
  socket_address listen;
  /// "host:port", or "dns:NAME:port" for all addresses of a name.
  std::vector<std::string> seeds;
  cluster_files files;
  /// The most nodes, this one included.
  size_t max_nodes = 128;
  /// How often seeds are resolved and dialled again.
  std::chrono::milliseconds redial{1000};
  /// How often it checks whether `files` have changed.
  std::chrono::milliseconds file_check{2000};
  /// How long a connection may take for TLS and its preface together.
  std::chrono::milliseconds handshake{5000};
  /// How many connections may be in that phase at once. A quarter of them is
  /// for connections that this node dialled.
  size_t max_handshakes = 64;
  /// The most octets that are read from one link in a second.
  size_t read_rate = size_t{32} << 20;
};

/// Why a connection did not become a link, or why a link was closed.
enum class link_refusal : uint8_t {
  /// TLS failed: plaintext, no certificate, another CA, not for this purpose.
  tls,
  /// The preface is malformed or did not come in time.
  preface,
  /// Another cluster's name.
  other_cluster,
  /// The certificate's SAN does not contain the name in the preface.
  name_not_certified,
  /// The levels of the two nodes do not overlap.
  level,
  /// It is this node itself.
  self,
  /// There is a link to that node, and the other connection stays.
  duplicate,
  /// Too many nodes, or too many handshakes at once.
  too_many,
  /// The gate refused a frame.
  gate,
  /// The node is in quarantine.
  quarantine,
};

constexpr size_t link_refusal_count = 10;

std::string_view to_string(link_refusal x);

/// An open link, as it is handed to its owner.
struct cluster_link {
  /// Unique in this process.
  uint64_t id = 0;
  cluster_preface remote;
  /// Whether this node dialled.
  bool dialled = false;
  /// This process's end of a pair of sockets which carries BASP, already
  /// checked by the gate. The owner closes it; then the link closes too.
  int descriptor = -1;
};

/// Figures of the port. All but the last three only grow.
struct cluster_port_stats {
  uint64_t octets_in = 0;
  uint64_t octets_out = 0;
  uint64_t frames_passed = 0;
  uint64_t frames_dropped = 0;
  std::array<uint64_t, link_refusal_count> refused{};
  size_t handshakes = 0;
  size_t links = 0;
  /// When the certificate in use expires, in seconds since 1970.
  int64_t certificate_expires = 0;
};

/// Receives links. Called on an I/O thread; must not block.
class cluster_port_listener {
public:
  virtual ~cluster_port_listener() = default;

  virtual void link_opened(cluster_link link) = 0;

  /// The connection is gone. `reset`: the peer closed it or the network broke
  /// it; otherwise this node closed it.
  virtual void link_closed(uint64_t id, bool reset) = 0;

  /// Nothing listens any more where a node without a link was: its process has
  /// ended. Does nothing by default.
  virtual void node_refused(const std::string& node) {
    static_cast<void>(node);
  }

  /// A connection with `address` ("ip:port") did not become a link, or its link
  /// is closed, for this reason. At the end that was refused, too, if the peer
  /// told why. Anybody who reaches the port can cause this: limit what you log.
  virtual void connection_refused(link_refusal why, std::string address);

  /// The files of the node's identity have changed, and new connections use
  /// them; or they cannot be used, for the reason `failure`, and the former
  /// identity stays. Does nothing by default.
  virtual void identity_changed(const std::optional<std::string>& failure);
};

/// Listens for the other nodes of the cluster, dials them, authenticates them
/// (TLS 1.3, both ways), exchanges prefaces, and pumps octets between the
/// connection and a pair of sockets through a basp_gate. Of two connections
/// between a pair of nodes, the one stays that the node with the smaller name
/// chooses (link_table), before the owner sees either. Files of the identity
/// that change are read again, for connections that begin later. All of it runs
/// on one I/O thread; nothing blocks but the reading of these files.
class cluster_port {
public:
  /// `threads` and `listener` outlive this object.
  cluster_port(io_threads& threads, cluster_settings settings,
               cluster_port_listener& listener);

  cluster_port(const cluster_port&) = delete;
  cluster_port& operator=(const cluster_port&) = delete;

  /// Calls `stop`.
  ~cluster_port();

  /// Reads the files, binds, and starts to dial. Returns one line for the
  /// operator if that fails.
  std::optional<std::string> start();

  /// Closes everything and waits for it; the listener is not called afterwards.
  /// What was written to the descriptors before is still sent, if that takes no
  /// more than 100 ms. Idempotent; not to be called on an I/O thread.
  void stop();

  /// The port that it listens on.
  uint16_t port() const;

  /// Dials this address like a seed from now on ("host:port"). Thread-safe.
  void add_address(const std::string& address);

  /// Closes a link. Thread-safe.
  void close(uint64_t id);

  /// Closes the links of a node, and refuses it until then. Thread-safe.
  void quarantine(const std::string& node, std::chrono::milliseconds time);

  /// Thread-safe.
  cluster_port_stats stats() const;

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace troupe::net
