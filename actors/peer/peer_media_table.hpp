#pragma once

#include "actors/base/quota.hpp"
#include "actors/media/consumer_actor.hpp"
#include "actors/media/producer_actor.hpp"
#include "actors/peer/consume_cursor.hpp"
#include "actors/peer/transport_table.hpp"

namespace troupe::actors {

/// One of the peer's producers.
struct producer_record {
  producer_id id;
  transport_id transport;
  producer_actor actor = {};
  protocol::media_kind kind = protocol::media_kind::audio;
  bool paused = false;
  std::shared_ptr<void> quota_tokens = {};
  // Which layers of it are wanted, once that is less than all.
  std::optional<protocol::event::producer_layers_wanted> wanted = {};
  // For moving it, if its client did not name the transport.
  std::optional<add_transport_producer> route = {};
};

/// One of the peer's consumers.
struct consumer_record {
  consumer_id id;
  transport_id transport;
  producer_id producer;
  consumer_actor actor = {};
  // For moving it, if its client did not name the transport; or null.
  std::shared_ptr<const add_transport_consumer> route = {};
  producer_age age = 0; // its producer's, in the room
  int priority = 1;     // 1 to 255: its share of the transport's rate
  bool own = false;     // of a producer of the peer's own; set by the table

  consumer_key key() const {
    return consumer_key{actor->id()};
  }
};

/// A search for the producer to consume.
struct producer_search {
  /// What to request from the room: a producer, or the next one.
  find_producer wanted = {};
  consume_cursor::search progress = {}; // if no producer is named
  /// Whether the last producer found is one that the client cannot decode.
  bool unfit = false;
};

/// The producers and consumers of a peer: which there are, how many there may
/// be, and where the peer continues its search for producers to consume.
class peer_media_table {
public:
  /// Consumers of one producer that one peer may have.
  static constexpr std::ptrdiff_t max_replicas = 64;

  /// How many producers and consumers the peer may have.
  void set_limits(size_t producers, size_t consumers) {
    max_producers_ = producers;
    max_consumers_ = consumers;
  }

  // -- producers --------------------------------------------------------------

  const record_list<producer_record>& producers() const {
    return producers_;
  }

  producer_record* find(const producer_id& which) {
    return producers_.find(which);
  }

  /// Whether the peer may have one more producer.
  bool may_add_producer() const {
    return producers_.size() < max_producers_;
  }

  producer_record& add(producer_record x) {
    return producers_.add(std::move(x));
  }

  /// Removes a producer and returns it, if it exists.
  std::optional<producer_record> remove(const producer_id& which) {
    return producers_.remove(which);
  }

  /// The producers of that kind, or of both, that are not paused.
  std::vector<producer_id>
  active_producers(std::optional<protocol::media_kind> kind) const;

  // -- consumers --------------------------------------------------------------

  const record_list<consumer_record>& consumers() const {
    return consumers_;
  }

  consumer_record* find(const consumer_id& which) {
    return consumers_.find(which);
  }

  /// Whether the peer may have one more consumer.
  bool may_add_consumer() const {
    return consumers_.size() < max_consumers_;
  }

  /// Whether the peer may consume the producer of that age once more. Several
  /// consumers of one producer are useful, in load tests for instance;
  /// `max_replicas` burden the whole room.
  bool may_consume_again(producer_age age) const;

  /// Adds a consumer, and sets whether its producer is the peer's own. It is
  /// counted by `token` until it is removed.
  consumer_record& add(consumer_record x, quota_share token = {});

  /// Removes a consumer and returns it, if it exists. Its producer may be found
  /// again, unless it is `gone`.
  std::optional<consumer_record> remove(const consumer_id& which,
                                        bool gone = false);

  // -- the search for producers to consume ------------------------------------

  /// Begins a search where the last one has ended. The room is to skip what the
  /// peer consumes already, but not on a transport that its client seems to
  /// have closed.
  void begin_search(producer_search& what,
                    const protocol::rtp_capabilities& can_receive,
                    const transport_table& transports);

  /// Notes the progress of a search that names no producer: the room has found
  /// this one. It is consumed now, or else the client cannot decode it.
  void note_found(producer_search& what, const producer_id& found,
                  producer_age age, bool consumed,
                  const protocol::rtp_capabilities& can_receive);

  /// The room has found no producer. Begins the search again from the oldest
  /// one, and returns true, if that may tell a producer that the client cannot
  /// decode from none: earlier searches passed some, which may still be there.
  bool search_again(producer_search& what,
                    const protocol::rtp_capabilities& can_receive,
                    const transport_table& transports);

  /// All producers that are not consumed may be found again.
  void restart_search() {
    cursor_.restart();
  }

private:
  // The producers that a search beyond `after` must skip, since they are
  // consumed on a transport that stays; and all of the peer's own. Sorted.
  std::vector<producer_age>
  consumed_beyond(producer_age after, const transport_table& transports) const;

  size_t max_producers_ = 0;
  size_t max_consumers_ = 0;
  record_list<producer_record> producers_;
  record_list<consumer_record> consumers_;
  quota_share consumer_tokens_; // one for each
  consume_cursor cursor_;
  // The youngest producer that the peer has ever consumed, and whether it has
  // consumed any of its own.
  producer_age newest_consumed_ = 0;
  bool consumed_own_ = false;
};

} // namespace troupe::actors
