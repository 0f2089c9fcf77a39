#pragma once

#include "net/base/datagram.hpp"
#include "net/ice/stun_message.hpp"

#include <string>
#include <unordered_map>

namespace troupe::actors {

/// Finds the transport that a datagram belongs to: by its tuple, once ICE has
/// validated that, else by the username fragment of a STUN request. Other
/// datagrams have no route, so no address is learned from media.
///
/// Not thread-safe. `Handle` is cheap to copy and comparable.
template <class Handle>
class route_table {
public:
  void add_fragment(std::string fragment, Handle to) {
    by_fragment_.insert_or_assign(std::move(fragment), std::move(to));
  }

  void remove_fragment(const std::string& fragment) {
    by_fragment_.erase(fragment);
  }

  void add_tuple(const net::transport_tuple& tuple, Handle to) {
    by_tuple_.insert_or_assign(tuple, std::move(to));
  }

  /// Removes a tuple, unless another transport has taken it since.
  void remove_tuple(const net::transport_tuple& tuple, const Handle& from) {
    auto i = by_tuple_.find(tuple);
    if (i != by_tuple_.end() && i->second == from)
      by_tuple_.erase(i);
  }

  /// The transport of a tuple, or null.
  const Handle* find(const net::transport_tuple& tuple) const {
    auto i = by_tuple_.find(tuple);
    return i == by_tuple_.end() ? nullptr : &i->second;
  }

  /// The transport that a datagram belongs to, or null.
  const Handle* find(const net::datagram& x) const {
    auto data = std::as_const(*x.data).bytes();
    // The credentials of a check decide: its tuple may be another's by now.
    if (auto fragment = net::stun_username_fragment(data)) {
      auto i = by_fragment_.find(*fragment);
      return i == by_fragment_.end() ? nullptr : &i->second;
    }
    return find(x.tuple);
  }

  size_t size() const {
    return by_tuple_.size() + by_fragment_.size();
  }

private:
  struct text_hash {
    using is_transparent = void;

    size_t operator()(std::string_view x) const {
      return std::hash<std::string_view>{}(x);
    }
  };

  std::unordered_map<std::string, Handle, text_hash, std::equal_to<>>
      by_fragment_;
  std::unordered_map<net::transport_tuple, Handle> by_tuple_;
};

} // namespace troupe::actors
