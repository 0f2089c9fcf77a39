#pragma once

#include "net/base/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::net {

/// A FIFO of datagrams or records. An empty queue uses no memory.
class octet_queue {
public:
  void push(byte_span x) {
    items_.emplace_back(x.begin(), x.end());
    octets_ += x.size();
  }

  std::optional<std::vector<uint8_t>> pop() {
    if (empty())
      return std::nullopt;
    auto result = std::move(items_[head_++]);
    octets_ -= result.size();
    if (empty())
      clear();
    return result;
  }

  /// Drops all entries after the first `n`.
  void truncate(size_t n) {
    while (size() > n) {
      octets_ -= items_.back().size();
      items_.pop_back();
    }
    if (empty())
      clear();
  }

  void clear() {
    items_ = {};
    head_ = 0;
    octets_ = 0;
  }

  bool empty() const {
    return size() == 0;
  }

  size_t size() const {
    return items_.size() - head_;
  }

  /// The sum of all sizes.
  size_t octets() const {
    return octets_;
  }

private:
  std::vector<std::vector<uint8_t>> items_;
  size_t head_ = 0;
  size_t octets_ = 0;
};

} // namespace troupe::net
