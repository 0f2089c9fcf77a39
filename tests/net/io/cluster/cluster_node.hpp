#pragma once

#include "net/io/cluster/cluster_port.hpp"
#include "net/io/loop/io_threads.hpp"

#include "tests/net/io/support/cluster_certificates.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::net::testing {

/// Records what a port says, for a test thread to wait for. Closes the
/// descriptors of the links at its end.
class link_recorder : public cluster_port_listener {
public:
  static constexpr std::chrono::seconds patience{5};

  ~link_recorder() override {
    for (const auto& x : opened_)
      if (x.descriptor >= 0)
        ::close(x.descriptor);
  }

  void link_opened(cluster_link link) override {
    std::lock_guard guard{mutex_};
    opened_.push_back(std::move(link));
    changed_.notify_all();
  }

  void link_closed(uint64_t id, bool reset) override {
    std::lock_guard guard{mutex_};
    closed_.emplace_back(id, reset);
    changed_.notify_all();
  }

  void connection_refused(link_refusal why, std::string) override {
    std::lock_guard guard{mutex_};
    refused_.push_back(why);
    changed_.notify_all();
  }

  void identity_changed(const std::optional<std::string>& failure) override {
    std::lock_guard guard{mutex_};
    identities_.push_back(failure.value_or(""));
    changed_.notify_all();
  }

  /// Waits until the latest change of the identity has failed for a reason that
  /// contains `why`, or has not failed if that is empty.
  bool wait_identity(const std::string& why) {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, patience, [&] {
      return !identities_.empty() && identities_.back().empty() == why.empty()
             && identities_.back().find(why) != std::string::npos;
    });
  }

  void node_refused(const std::string& node) override {
    std::lock_guard guard{mutex_};
    gone_.insert(node);
    changed_.notify_all();
  }

  /// Waits until nothing listens where this node was.
  bool wait_gone(const std::string& node) {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, patience,
                             [&] { return gone_.contains(node); });
  }

  /// Waits until `n` links have been opened, or for `patience`. Returns all.
  std::vector<cluster_link> wait_opened(size_t n) {
    std::unique_lock guard{mutex_};
    changed_.wait_for(guard, patience, [&] { return opened_.size() >= n; });
    return opened_;
  }

  /// The same for closed links: their ids, and whether they were reset.
  std::vector<std::pair<uint64_t, bool>> wait_closed(size_t n) {
    std::unique_lock guard{mutex_};
    changed_.wait_for(guard, patience, [&] { return closed_.size() >= n; });
    return closed_;
  }

  std::vector<link_refusal> wait_refused(size_t n) {
    std::unique_lock guard{mutex_};
    changed_.wait_for(guard, patience, [&] { return refused_.size() >= n; });
    return refused_;
  }

  /// Closes the descriptor of the n-th link.
  void drop(size_t n) {
    std::lock_guard guard{mutex_};
    ::close(std::exchange(opened_.at(n).descriptor, -1));
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<cluster_link> opened_;
  std::vector<std::pair<uint64_t, bool>> closed_;
  std::vector<link_refusal> refused_;
  std::set<std::string> gone_;
  std::vector<std::string> identities_;
};

/// What a node of the cluster "test" says of itself.
inline cluster_preface preface_of(const std::string& node,
                                  uint64_t incarnation = 1) {
  cluster_preface out;
  out.cluster = "test";
  out.node = node;
  out.incarnation = incarnation;
  out.level = 1;
  out.oldest_level = 1;
  out.media = *parse_address("127.0.0.1", 40000);
  return out;
}

/// Settings for loopback, with short times.
inline cluster_settings settings_of(const std::string& node,
                                    cluster_files files) {
  cluster_settings out;
  out.self = preface_of(node);
  out.listen = *parse_address("127.0.0.1", 0);
  out.files = std::move(files);
  out.redial = std::chrono::milliseconds{20};
  return out;
}

inline std::string address_of(uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

/// A port with its own I/O thread.
class cluster_node {
public:
  explicit cluster_node(cluster_settings settings)
      : port(threads, std::move(settings), links)
      , error(port.start()) {}

  std::string address() const {
    return address_of(port.port());
  }

  uint64_t refused(link_refusal why) const {
    return port.stats().refused[static_cast<size_t>(why)];
  }

  // In the order in which they need each other.
  link_recorder links;
  io_threads threads{1};
  cluster_port port;
  std::optional<std::string> error;
};

/// The first frame of every link: a handshake by which CAF's node `id` names
/// itself. BASP has no use for the port's tests, but the gate passes nothing
/// else.
inline std::string hello_frame(uint8_t id) {
  std::string out(64, '\0');
  out[0] = 1;
  out[7] = 32;
  out.replace(32, 8, std::string{"\0\0\x3e\x9a\xab\x9b\xac\x79", 8});
  out[63] = static_cast<char>(id);
  return out;
}

/// A message to an actor with `text` as its value.
inline std::string message_frame(const std::string& text) {
  std::string payload{"\0\0\0\3@<>", 7};
  payload += text;
  std::string out(32, '\0');
  out[0] = 2;
  store_u32(reinterpret_cast<uint8_t*>(out.data()) + 4,
            static_cast<uint32_t>(payload.size()));
  out[31] = 1;
  return out + payload;
}

/// Writes all octets to a descriptor of a link; false if that fails or takes
/// too long.
inline bool write_link(int descriptor, std::string_view data) {
  while (!data.empty()) {
    pollfd ready{descriptor, POLLOUT, 0};
    if (::poll(&ready, 1, 5000) != 1)
      return false;
    auto n = ::send(descriptor, data.data(), data.size(),
                    MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN)
      return false;
    if (n > 0)
      data.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

/// Reads `n` octets, or fewer if the link ends or no more come in 5 s.
inline std::string read_link(int descriptor, size_t n) {
  std::string out;
  char piece[65536];
  while (out.size() < n) {
    pollfd ready{descriptor, POLLIN, 0};
    if (::poll(&ready, 1, 5000) != 1)
      break;
    auto got = ::recv(descriptor, piece, std::min(sizeof piece, n - out.size()),
                      MSG_DONTWAIT);
    if (got <= 0)
      break;
    out.append(piece, static_cast<size_t>(got));
  }
  return out;
}

/// Whether the link's descriptor is closed by the port; earlier data is
/// discarded.
inline bool link_reads_end(int descriptor) {
  char piece[4096];
  for (;;) {
    pollfd ready{descriptor, POLLIN, 0};
    if (::poll(&ready, 1, 5000) != 1)
      return false;
    auto got = ::recv(descriptor, piece, sizeof piece, MSG_DONTWAIT);
    if (got <= 0)
      return got == 0 || errno == ECONNRESET;
  }
}

/// Waits for a condition that nothing announces.
template <class F>
bool cluster_eventually(F condition) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

} // namespace troupe::net::testing
