#pragma once

#include "net/ice/ice_check_responder.hpp"

#include <memory>
#include <string_view>
#include <unordered_map>

namespace troupe::actors {

/// The responders of one I/O thread. Not thread-safe.
class responder_table {
public:
  /// Adds a responder, unless it was revoked before it arrived.
  void add(std::shared_ptr<net::ice_check_responder> x) {
    if (x->revoked())
      return;
    // The key points into the responder: erase both before inserting the new
    // one.
    std::string_view fragment = x->credentials().username_fragment;
    responders_.erase(fragment);
    responders_.emplace(fragment, std::move(x));
  }

  void remove(std::string_view fragment) {
    responders_.erase(fragment);
  }

  /// Returns the responder that may answer this datagram, or null.
  net::ice_check_responder* find(net::byte_span datagram) const {
    // STUN begins with two zero bits, media does not (RFC 7983).
    if (responders_.empty() || datagram.empty() || datagram[0] > 3)
      return nullptr;
    auto fragment = net::stun_username_fragment(datagram);
    auto i = fragment ? responders_.find(*fragment) : responders_.end();
    return i == responders_.end() ? nullptr : i->second.get();
  }

  size_t size() const {
    return responders_.size();
  }

private:
  std::unordered_map<std::string_view,
                     std::shared_ptr<net::ice_check_responder>>
      responders_;
};

} // namespace troupe::actors
