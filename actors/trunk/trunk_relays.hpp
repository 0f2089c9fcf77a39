#pragma once

#include "actors/trunk/reporter_ssrcs.hpp"
#include "actors/trunk/trunk_context.hpp"
#include "actors/trunk/trunk_numbers.hpp"

#include <deque>
#include <unordered_map>

namespace troupe::actors {

/// INTERNAL to the trunk actor: the relays, producers on this node that stand
/// for those of the other node. Asks that node for as much of each as this
/// node's consumers want.
class trunk_relays {
public:
  /// A relay that nothing has been wanted of for so long ends.
  static constexpr auto patience = std::chrono::seconds{5};

  /// The most relays that are remembered after their end.
  static constexpr size_t max_ended = 256;

  explicit trunk_relays(trunk_context& trunk) : trunk_(trunk) {}

  /// SSRCs are drawn with this tag from now on.
  void set_tag(uint32_t tag) {
    numbers_ = trunk_numbers{tag};
  }

  /// How many SSRCs the relay of this producer needs, unless it exists.
  bool has_numbers_for(const producer_facts& x) const;

  /// The relay of a producer, which begins if there is none. Errors:
  /// unsupported, if no producer could send so.
  caf::result<relay_opened> open(const relay_producer& x);

  // -- what this node's consumers want ----------------------------------------

  void note_layers(const protocol::event::producer_layers_wanted& x);

  void note_unattended(const sources_unattended& x);

  /// Ends the relays that have not been wanted for long and have no consumers.
  void handle_timeout();

  std::optional<net::time_point> poll_timeout() const;

  // -- what the other node says -----------------------------------------------

  /// Whether a relay has SSRCs with this tag.
  bool uses(uint32_t tag) const;

  /// The other node has forgotten, or never heard, what it was asked for. Asks
  /// for the relays again whose SSRCs have this tag.
  void repeat_wants(uint32_t tag);

  /// The other node may not have heard which relays have ended.
  void repeat_ends();

  /// The other node has forgotten what it sent, and numbers it anew.
  void restart() const {
    for (const auto& [id, x] : relays_)
      trunk_.self->send(x.entry.handles.producer, restart_sources{});
  }

  /// Hands the answers to the relays' reports in a compound packet to them.
  void handle_answers(net::byte_span compound, net::time_point arrival);

  /// The other node cannot send it: the relay ends.
  void handle(const stream_refused& x);

  // -- ends -------------------------------------------------------------------

  /// The producer on the other node is gone.
  void close(const producer_id& which);

  /// A relay's actor has ended.
  void handle_down(const caf::actor_addr& source);

  void close_all();

  /// Calls `f(ssrc)` for each SSRC of media that may come.
  template <class F>
  void for_each_source(F f) const {
    for (const auto& [id, x] : relays_)
      for (auto source : x.ssrcs)
        f(source);
  }

  size_t size() const {
    return relays_.size();
  }

private:
  struct relay {
    producer_entry entry;
    std::vector<uint32_t> ssrcs; // see pipe_parameters()
    size_t encodings = 1;
    rtp::ssrc reporter{};
    std::shared_ptr<in_flight_gauge> arrivals;
    // The highest layer that consumers want, and how many encodings they
    // attend. All, until consumers have had time to come.
    std::optional<int> wanted;
    size_t attended = 1;
    int8_t asked = -1; // of the other node
    std::optional<net::time_point> unwanted_since;
  };

  // What is wanted of a relay, as a want_stream says it.
  static int8_t highest(const relay& x);

  void spawn(relay& x, const relay_producer& request,
             const protocol::rtp_parameters& sent);

  // Asks the other node for more or less, if that has changed.
  void update(const producer_id& which, relay& x);

  void ask(const producer_id& which, relay& x);

  // Ends a relay, and tells the room.
  void end(const producer_id& which);

  // Forgets a relay, and tells the other node.
  void forget(const producer_id& which);

  trunk_context& trunk_;
  trunk_numbers numbers_;
  reporter_ssrcs reporters_;
  std::unordered_map<producer_id, relay> relays_;
  // The latest that ended of themselves and have not begun again.
  std::deque<producer_id> ended_;
};

} // namespace troupe::actors
