#pragma once

#include "actors/base/local_messages.hpp"
#include "net/ice/ice_check_responder.hpp"

#include <caf/atom.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <string_view>
#include <unordered_map>

namespace troupe::actors {

/// Makes the I/O threads answer checks with this responder, which replaces an
/// earlier one for the same username fragment. Revoke the responder to end
/// that.
struct take_pass {
  std::shared_ptr<net::ice_check_responder> pass;
};

/// The CHECK DESK actor interface: distributes responders to the I/O threads.
/// It belongs to the sockets and ends with their actor. CAF's registry has it
/// under `check_desk_name` while it exists.
using check_desk_actor = caf::typed_actor<caf::reacts_to<take_pass>>;

inline constexpr auto check_desk_name = caf::atom("checkdesk");

/// The responders of one I/O thread. Not thread-safe.
class responder_table {
public:
  /// Adds a responder, unless it was revoked before it arrived: its owner may
  /// have called remove() already.
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
