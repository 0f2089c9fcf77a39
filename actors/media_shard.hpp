#pragma once

#include "actors/counters.hpp"
#include "actors/room_voices.hpp"
#include "actors/shedding.hpp"
#include "actors/transport_sender.hpp"
#include "rtp/bitrate_allocator.hpp"
#include "rtp/decision_log.hpp"
#include "rtp/forwarder.hpp"
#include "rtp/layer_monitor.hpp"
#include "rtp/rtcp_dispatcher.hpp"
#include "rtp/worst_loss.hpp"

#include <unordered_map>
#include <variant>

namespace troupe::actors {

struct consumer_explanation;

/// The names by which a shard knows what the actors of producers, consumers
/// and transports stand for: their actor ids, unique in this process.
enum class producer_key : uint64_t {};
enum class consumer_key : uint64_t {};
enum class transport_key : uint64_t {};

/// The receiver of this consumer has lost packets: the producer shall look
/// them up.
struct packets_missing {
  std::vector<rtp::packet_key> keys;
};

/// What a consumer in a shard begins with.
struct shard_consumer {
  consumer_key key{};
  transport_key on{};
  producer_key from{};
  rtp::forwarder::config engine;
  /// See lot_of().
  uint8_t lot = 0;
  /// How the producer's owner is heard; null counts as the loudest.
  std::shared_ptr<const voice> owner = {};
};

/// The highest spatial layer that any consumer here wants, as far as overload
/// and the last N leave it; nothing for none. What their links carry does not
/// count: that may change faster than a sender can begin.
struct layers_wanted {
  std::optional<uint8_t> highest;
};

/// The worst loss that the consumers here of one producer have reported lately,
/// in 1/256.
struct consumer_loss {
  uint8_t fraction_lost = 0;
};

/// What a forwarder in a shard wants others to do or know.
struct shard_event {
  consumer_key consumer{};
  producer_key producer{};
  std::variant<rtp::keyframe_wanted, rtp::consumer_score_changed,
               rtp::layers_changed, packets_missing, layers_wanted,
               consumer_loss>
      what;
};

/// The forwarders and sending halves of many transports, run together: one
/// batch of a producer goes through all its consumers here in one loop, and
/// what it makes for their transports is sent in as few system calls as
/// possible. An engine: no threads, no clock; `flush` is where datagrams
/// leave.
///
/// Transports, consumers and producers are named in any order; whatever is
/// about one that is gone is ignored.
class media_shard {
public:
  // -- transports ------------------------------------------------------------

  void set_srtp(transport_key which, std::shared_ptr<net::srtp_sender> x,
                net::time_point now);

  void set_path(transport_key which,
                const std::optional<net::transport_tuple>& x,
                net::time_point now);

  /// Forgets the transport; its consumers stay, and send nothing.
  void remove_transport(transport_key which);

  void queue_rtcp(transport_key which, std::vector<uint8_t> compound);

  /// Nothing more is sent on the transport under this SSRC, which no consumer
  /// has: RTCP about a producer that has ended.
  void end_source(transport_key which, rtp::ssrc source);

  /// What the client says of our packets: its own estimate, and transport-wide
  /// feedback.
  void handle_remb(transport_key which, uint64_t bps, net::time_point now);
  void handle_transport_feedback(transport_key which,
                                 const rtp::rtcp::transport_cc& x,
                                 net::time_point now);

  /// Null if it is unknown.
  const transport_sender* find_transport(transport_key which) const;

  // -- consumers -------------------------------------------------------------

  /// Adds one; true where it is the producer's first here.
  bool add_consumer(shard_consumer x, net::rng& random, net::time_point now);

  /// Sends its stream on another transport from now on.
  void move_consumer(consumer_key which, transport_key to, net::time_point now);

  /// Removes one; the producer whose last it was here, if so.
  std::optional<producer_key> remove_consumer(consumer_key which);

  /// The client reports this fraction of its consumer's packets lost, in 1/256.
  /// The producer of audio is told of the worst, as `consumer_loss`, at most
  /// once a second.
  void note_loss(consumer_key which, uint8_t fraction_lost,
                 net::time_point now);

  /// What the client wants: to get it or not, and up to which layers. Its link,
  /// or overload, may leave it less.
  void set_paused(consumer_key which, bool paused);
  void set_preferred_layers(consumer_key which, rtp::layers preferred);

  /// How much it matters among those of its transport, 1 to 255.
  void set_priority(consumer_key which, uint8_t priority);

  /// Calls `f(forwarder&)`, where there is one, and gathers what it makes.
  template <class F>
  void with_consumer(consumer_key which, net::time_point now, F f) {
    auto i = consumers_.find(which);
    if (i == consumers_.end())
      return;
    f(*i->second->engine);
    collect(*i->second, now);
  }

  const rtp::forwarder* find_consumer(consumer_key which);

  /// Why it gets what it gets; null if it is unknown.
  const rtp::decision_log* find_decisions(consumer_key which) const;

  /// Why it gets what it gets; its ids are left for others to fill in.
  std::optional<consumer_explanation> explain(consumer_key which,
                                              net::time_point now) const;

  /// What all consumers together have sent so far, those that are gone too.
  sender_totals totals(net::time_point now);

  // -- producers -------------------------------------------------------------

  /// What a producer received, for all its consumers here. `refused` tells
  /// that batches before this one had to be left out.
  void handle_media(producer_key from, const rtp::media_batch& batch,
                    bool refused, net::time_point now);

  /// What the producer received until now and was not handed here was left out
  /// on purpose: nobody shall look for it.
  void handle_left_out(producer_key from);

  void handle_source_report(producer_key from, const rtp::source_report& x);

  /// The producer stopped or went on. Returns the consumers for which this is
  /// new.
  std::vector<consumer_key>
  handle_producer_paused(producer_key from, bool paused, net::time_point now);

  /// The consumers of a producer that are here.
  std::vector<consumer_key> consumers_of(producer_key from) const;

  // -- overload --------------------------------------------------------------

  /// What must be left out from now on, and the order in which it goes. To be
  /// called again where it has not changed, but who speaks has.
  void set_overload(overload_state state, const shedding_limits& limits,
                    net::time_point now);

  overload_state overload() const {
    return overload_;
  }

  /// How many consumers get less than they want, for overload.
  size_t held() const {
    return held_;
  }

  // -- timers and output -----------------------------------------------------

  void handle_timeout(net::time_point now);

  /// When handle_timeout is next wanted; may be earlier than needed.
  std::optional<net::time_point> poll_timeout() const {
    return timeout_;
  }

  /// When something that is held back, or a probe, may go on: then
  /// handle_pacing() is wanted, and a flush.
  std::optional<net::time_point> poll_pacing() const {
    return pacing_;
  }

  void handle_pacing(net::time_point now);

  std::optional<shard_event> poll_event() {
    return events_.pop();
  }

  /// Shares the links anew of which verbs since the last call may have changed
  /// the share, each once for any number of verbs: a client that pauses all it
  /// gets does so by a verb for each. Until then, who comes, goes on or wants
  /// other layers waits.
  void settle(net::time_point now);

  bool needs_settling() const {
    return !unshared_.empty() || !untold_.empty();
  }

  /// Whether anything waits to be settled or sent.
  bool needs_flush() const {
    return needs_settling() || !dirty_.empty();
  }

  /// Settles, then protects and sends all that waits. Returns how long the
  /// oldest media of it has been in this server, or zero.
  net::duration flush(net::datagram_sink& out, net::time_point now);

private:
  struct consumer;
  struct producer;

  struct transport {
    transport_sender sender;
    std::vector<consumer*> consumers;
    rtp::bitrate_allocator allocator;
    bool adaptive = false; // its client tells what its link carries
    bool attached = false; // told of by its actor, not by a consumer alone
    bool dirty = false;    // is on the list
    bool holding = false;  // is on that list
    bool unshared = false; // likewise
    std::optional<net::time_point> began; // with something to share
  };

  struct consumer {
    consumer_key key;
    producer_key from;
    transport_key on_key;
    transport* on;
    producer* source;
    std::unique_ptr<rtp::forwarder> engine;
    size_t seat = 0;  // in source->listeners
    size_t place = 0; // in dues_
    consumer_facts facts;
    bool paused;               // as the client wants it
    bool transport_cc = false; // its client gives such feedback
    bool numbered = false;     // of these packets, too
    rtp::producer_layout layout;
    bool base_layer_only = false; // its client decodes no more
    uint8_t preferred_temporal = rtp::all_layers.temporal;
    std::shared_ptr<const voice> owner;
    shedding_decision left; // by overload
    rtp::allocated_stream share;
    // What the engine was told.
    bool stopped = false;
    std::optional<rtp::layers> applied;
    rtp::decision_log log;
    bool held = false; // gets less than it wants, for overload
    std::vector<transport_key> left_behind; // where it was sent before
  };

  // When an engine's timeout is. In one piece, since all are looked at often.
  struct due_entry {
    net::time_point at;
    consumer* who;
  };

  // A consumer and what it takes from its producer, side by side with the
  // others: most packets of simulcast are for few of them, and whoever does
  // not want one is not touched for it.
  struct listener {
    consumer* who;
    rtp::forwarder::attention attention = {};
    uint32_t passed_over = 0; // packets that its engine has yet to count
  };

  struct producer {
    std::vector<listener> listeners;
    rtp::layer_rates rates;
    std::vector<std::optional<rtp::source_report>> reports; // by encoding
    std::optional<bool> paused; // unknown until the producer has answered
    std::optional<rtp::layer_monitor> layers; // of one that has several
    // As its actor was told; nothing before.
    std::optional<std::optional<uint8_t>> wanted;
    bool untold = false; // is on the list
    rtp::worst_loss losses;
    uint8_t told_loss = 0; // as its actor was told
    net::time_point told_loss_at{};
  };

  static void prefetch_behind(const std::vector<listener>& all, size_t k,
                              uint32_t present);
  transport& touch(transport_key which);
  void become_writable(transport& x, net::time_point now);
  // Its transport can be sent on from now on.
  static void connect(consumer& x, net::time_point now);
  // Finds out how much overload leaves of what the client wants.
  void shed(consumer& x);
  // Tells the producer's actor which layers are wanted, if that has changed.
  void tell_wanted(producer_key from);
  // For settle(): what is wanted of the producer, and the share of the link.
  void reconsider(consumer& x);
  void share_later(transport& x);
  // Shares the transport's link anew, and tells the engines.
  void allocate(transport& x, net::time_point now);
  void allocate_all(net::time_point now);
  void allocate_if_needed(transport& x, net::time_point now);
  std::optional<uint64_t> link_bps(transport& x, net::time_point now) const;
  void apply(consumer& x, net::time_point now);
  static rtp::decision_reason reason_of(const consumer& x);
  static void note(consumer& x, rtp::decision_reason why, net::time_point now);
  // Notes that the producer was paused, or goes on.
  static void note_producer(consumer& x, net::time_point now);
  void hold(transport& x, net::time_point until);
  void tell_dropped(transport& x, net::time_point now);
  void collect(consumer& x, net::time_point now);
  // Has the engine count what it was not handed.
  static void count_passed_over(consumer& x);
  void leave_seat(consumer& x);
  void set_due(consumer& x);
  void mark(transport& x);
  void drop_if_unused(transport_key which);

  rtp::room_pool rooms_; // outlives those that use it
  std::unordered_map<transport_key, std::unique_ptr<transport>> transports_;
  std::unordered_map<consumer_key, std::unique_ptr<consumer>> consumers_;
  std::unordered_map<producer_key, producer> producers_;
  sender_totals retired_; // of consumers that are gone
  overload_state overload_;
  shedding_limits limits_;
  size_t held_ = 0;
  std::vector<transport*> dirty_;              // have something to send
  std::vector<transport*> unshared_;           // wait for settle()
  std::vector<producer_key> untold_;           // likewise
  std::vector<transport*> late_;               // within flush(): have dropped
  std::vector<transport*> holding_;            // have something for later
  std::optional<net::time_point> pacing_;      // when that is
  std::vector<rtp::allocated_stream*> shares_; // while allocating
  net::time_point allocate_due_{};
  std::optional<net::time_point> oldest_; // arrival of media that waits
  std::vector<due_entry> dues_;           // of all consumers
  std::optional<net::time_point> timeout_;
  rtp::fifo<shard_event> events_;
};

} // namespace troupe::actors
