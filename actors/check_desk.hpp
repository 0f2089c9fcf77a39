#pragma once

#include "net/ice/check_pass.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <string_view>
#include <unordered_map>

namespace troupe::actors {

/// From now on the I/O threads answer by this pass, in place of one for the
/// same username fragment before it. To end that, revoke it.
struct take_pass {
  std::shared_ptr<net::check_pass> pass;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::take_pass)

namespace troupe::actors {

/// The CHECK DESK actor interface: hands passes to the I/O threads. It belongs
/// to the sockets and ends with their actor; CAF's registry knows it by
/// `check_desk_name`, where there is one.
using check_desk_actor = caf::typed_actor<caf::reacts_to<take_pass>>;

inline constexpr auto check_desk_name = caf::atom("checkdesk");

/// The passes that one I/O thread knows. Plain, for one thread.
class pass_table {
public:
  /// Takes a pass, unless it was revoked on its way: who has done so may have
  /// removed it already.
  void add(std::shared_ptr<net::check_pass> x) {
    if (x->revoked())
      return;
    // The key is the pass's own: one before it goes with its pass.
    std::string_view fragment = x->credentials().username_fragment;
    passes_.erase(fragment);
    passes_.emplace(fragment, std::move(x));
  }

  void remove(std::string_view fragment) {
    passes_.erase(fragment);
  }

  /// The pass that may answer this datagram, or null.
  net::check_pass* find(net::byte_span datagram) const {
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
  std::unordered_map<std::string_view, std::shared_ptr<net::check_pass>>
      passes_;
};

} // namespace troupe::actors
