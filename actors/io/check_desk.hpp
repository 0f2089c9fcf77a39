#pragma once

#include "net/ice/ice_check_responder.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <string_view>
#include <unordered_map>

namespace troupe::actors {

/// Makes the I/O threads answer checks with this pass, which replaces an
/// earlier one for the same username fragment. Revoke the pass to end that.
struct take_pass {
  std::shared_ptr<net::ice_check_responder> pass;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::take_pass)

namespace troupe::actors {

/// The CHECK DESK actor interface: distributes passes to the I/O threads. It
/// belongs to the sockets and ends with their actor. CAF's registry has it
/// under `check_desk_name` while it exists.
using check_desk_actor = caf::typed_actor<caf::reacts_to<take_pass>>;

inline constexpr auto check_desk_name = caf::atom("checkdesk");

/// The passes of one I/O thread. Not thread-safe.
class pass_table {
public:
  /// Adds a pass, unless it was revoked before it arrived: its owner may have
  /// called remove() already.
  void add(std::shared_ptr<net::ice_check_responder> x) {
    if (x->revoked())
      return;
    // The key points into the pass: erase both before inserting the new pass.
    std::string_view fragment = x->credentials().username_fragment;
    passes_.erase(fragment);
    passes_.emplace(fragment, std::move(x));
  }

  void remove(std::string_view fragment) {
    passes_.erase(fragment);
  }

  /// Returns the pass that may answer this datagram, or null.
  net::ice_check_responder* find(net::byte_span datagram) const {
    // STUN begins with two zero bits, media does not (RFC 7983).
    if (passes_.empty() || datagram.empty() || datagram[0] > 3)
      return nullptr;
    auto fragment = net::stun_username_fragment(datagram);
    auto i = fragment ? passes_.find(*fragment) : passes_.end();
    return i == passes_.end() ? nullptr : i->second.get();
  }

  size_t size() const {
    return passes_.size();
  }

private:
  std::unordered_map<std::string_view,
                     std::shared_ptr<net::ice_check_responder>>
      passes_;
};

} // namespace troupe::actors
