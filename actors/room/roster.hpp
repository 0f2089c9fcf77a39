#pragma once

#include "actors/media/producer_facts.hpp"
#include "actors/room/producer_directory.hpp"

namespace troupe::actors {

/// The members of a room and their producers, updated by events. The room's
/// actor knows which sessions to notify.
class roster {
public:
  /// Adds a member, or replaces the entry of one with the same id.
  void add(protocol::participant who);

  /// Removes a member. Returns its producers, which are removed with it.
  std::vector<producer_id> remove(const peer_id& who);

  /// Returns false if there is no such member, or it has this name already.
  bool rename(const peer_id& who, std::string name);

  /// Updates a member's description. Returns false if that changes nothing.
  bool revise(const protocol::participant& who);

  /// Returns false if there is no such member, or it was so already.
  bool set_host(const peer_id& who, bool host);

  bool contains(const peer_id& who) const {
    return member_age_.contains(who);
  }

  size_t size() const {
    return members_.size();
  }

  /// Lists a producer, and returns its age, which is greater than those of the
  /// producers before it. Nothing if its peer is no member, or the producer is
  /// listed already.
  std::optional<producer_age> publish(producer_facts what);

  /// Removes a producer; returns what it was.
  std::optional<protocol::producer_info> withdraw(const producer_id& id);

  /// Returns the producer if that changed its state.
  std::optional<protocol::producer_info> set_paused(const producer_id& id,
                                                    bool paused);

  /// Returns null if there is none.
  const producer_facts* find(const producer_id& id) const {
    return producers_.find(id);
  }

  /// The first producer of another member than `asking` that is younger than
  /// `after` and not in `except`, which is sorted, in the order in which they
  /// were published. Takes time only for the producers that it skips.
  const producer_facts* next_for(const peer_id& asking, producer_age after,
                                 const std::vector<producer_age>& except) const;

  /// The first producer of `asking` itself that is not in `except`, which is
  /// sorted.
  const producer_facts* next_own(const peer_id& asking,
                                 const std::vector<producer_age>& except) const;

  /// All producers but those of `asking`, oldest first.
  std::vector<protocol::producer_info> others(const peer_id& asking) const {
    return producers_.others(asking);
  }

  /// Whether the member has a running audio producer.
  bool audible(const peer_id& who) const;

  /// Whether the member has a running video producer.
  bool visible(const peer_id& who) const;

  /// Whether any member has a running audio producer.
  bool audible() const {
    return running_audio_ > 0;
  }

  /// Describes a member, with muted and paused derived from its producers: it
  /// is muted if it has no running audio producer.
  std::optional<protocol::participant> describe(const peer_id& who) const;

  std::vector<protocol::participant> participants() const;

private:
  struct member {
    peer_id id;
    std::string name;
    protocol::json_text device;
    int running_audio = 0;
    int running_video = 0;
    bool host = false;
  };

  // The member's entry, or null.
  const member* find_member(const peer_id& who) const;
  member* find_member(const peer_id& who);

  static protocol::participant describe(const member& x);

  void count(const protocol::producer_info& info, int change);

  // Members are found by id and listed in the order in which they joined.
  uint64_t joined_ = 0;   // so far
  int running_audio_ = 0; // of all members
  std::map<uint64_t, member> members_;
  std::unordered_map<peer_id, uint64_t> member_age_;
  producer_directory<producer_facts> producers_;
};

} // namespace troupe::actors
