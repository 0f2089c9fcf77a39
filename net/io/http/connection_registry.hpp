#pragma once

#include "net/base/time.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace troupe::net {

class connection_registry;

/// A connection that a stopping server must end.
class closable {
public:
  explicit closable(std::shared_ptr<connection_registry> set)
      : set_(std::move(set)) {}

  closable(const closable&) = delete;

  closable& operator=(const closable&) = delete;

  virtual ~closable();

  /// Ends with an orderly close, or at once. Thread-safe.
  virtual void shut_down(bool at_once) = 0;

private:
  std::shared_ptr<connection_registry> set_;
};

/// The set of open connections. Thread-safe.
class connection_registry {
public:
  void add(const std::shared_ptr<closable>& x);

  void remove(const closable* x);

  /// Ends all connections, and from now on each one that is added.
  void shut_down(bool at_once);

  /// Waits until all are destroyed; false if `timeout` runs out first.
  bool wait_until_empty(duration timeout);

  size_t size() const;

  /// Whether `shut_down` has been called.
  bool stopping() const;

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<const closable*, std::weak_ptr<closable>> all_;
  bool stopping_ = false;
};

} // namespace troupe::net
