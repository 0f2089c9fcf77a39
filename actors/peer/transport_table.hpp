#pragma once

#include "actors/peer/record_list.hpp"
#include "actors/transport/plain_transport_actor.hpp"
#include "actors/transport/webrtc_transport_actor.hpp"

#include <ranges>
#include <string>

namespace troupe::actors {

/// One of the peer's transports.
struct transport_record {
  transport_id id;
  std::optional<protocol::direction> direction = {};
  transport_actor actor = {};
  bool connected = false; // by request of its client
  bool guessed = false;   // perhaps with another one's parameters
  bool named = false;     // with its own parameters
  // How its client was seen to use it, if it has no direction.
  bool reached = false;
  bool sends = false;
  bool leaving = false; // its client seems to have closed it
  net::time_point created{};
  uint32_t next_mid = 0;
  std::string cname = {}; // of all that the client sends on it
  bool sctp = false;
  bool keeps_member = false; // the member leaves when it ends
  // The same actor as one of its kind: one of them is null.
  webrtc_transport_actor webrtc = {};
  plain_transport_actor plain = {};
};

/// The transports of a peer, the oldest first.
class transport_table : public record_list<transport_record> {
public:
  /// A transport that was not connected for this long may be replaced.
  static constexpr auto unused_after = std::chrono::seconds{5};

  /// The oldest transport that fits, or null. Skips those that the client
  /// seems to have closed.
  template <class Predicate>
  transport_record* first(Predicate fits) {
    auto i = std::ranges::find_if(
        *this, [&](const auto& x) { return !x.leaving && fits(x); });
    return i == end() ? nullptr : &*i;
  }

  /// The same for the newest one.
  template <class Predicate>
  transport_record* last(Predicate fits) {
    auto all = std::views::reverse(*this);
    auto i = std::ranges::find_if(
        all, [&](const auto& x) { return !x.leaving && fits(x); });
    return i == all.end() ? nullptr : &*i;
  }

  /// A transport that another one may replace, or null: one that the client
  /// seems to have closed, else one that it has not used. In some dialects,
  /// each repeated join brings another transport.
  const transport_record* find_replaceable(net::time_point now) const {
    auto i =
        std::ranges::find_if(*this, [](const auto& x) { return x.leaving; });
    if (i == end())
      i = std::ranges::find_if(*this, [&](const auto& x) {
        return !x.connected && !x.guessed && x.created <= now - unused_after;
      });
    return i == end() ? nullptr : &*i;
  }
};

} // namespace troupe::actors
