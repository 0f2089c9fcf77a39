#pragma once

#include "actors/fan_out/shard_event.hpp"
#include "actors/fan_out/transport_sender.hpp"
#include "actors/load/shedding.hpp"
#include "actors/speech/speech_activity.hpp"
#include "actors/stats/counters.hpp"
#include "rtp/base/worst_loss.hpp"
#include "rtp/receive/layer_monitor.hpp"
#include "rtp/receive/rtcp_dispatcher.hpp"
#include "rtp/send/bitrate_allocator.hpp"
#include "rtp/send/decision_log.hpp"
#include "rtp/send/forwarder.hpp"

#include <map>
#include <unordered_map>

namespace troupe::actors {

struct consumer_explanation;

/// Runs the forwarders and sending halves of many transports together: one
/// batch of a producer goes through all its consumers here in one loop, and the
/// packets for their transports are sent in as few system calls as possible. An
/// engine: no threads, no clock; `flush` sends the datagrams.
///
/// Transports, consumers and producers are named in any order; calls for one
/// that is gone are ignored.
class fan_out {
public:
  // -- transports ------------------------------------------------------------

  void set_srtp(transport_key which, std::shared_ptr<net::srtp_sender> x,
                net::time_point now);

  void set_path(transport_key which,
                const std::optional<net::transport_tuple>& x,
                net::time_point now);

  /// Instead of both: the transport sends in the clear through `x`.
  void set_plain(transport_key which, std::shared_ptr<packet_sender> x,
                 net::time_point now);

  /// Removes the transport; its consumers stay, but send nothing.
  void remove_transport(transport_key which);

  void queue_rtcp(transport_key which, std::vector<uint8_t> compound);

  /// Sends nothing more on the transport with this SSRC, which no consumer has:
  /// RTCP about a producer that has ended.
  void end_source(transport_key which, rtp::ssrc source);

  /// The client's feedback on our packets: its own estimate (REMB), and
  /// transport-wide feedback.
  void handle_remb(transport_key which, uint64_t bps, net::time_point now);
  void handle_transport_feedback(transport_key which,
                                 const rtp::rtcp::transport_cc& x,
                                 net::time_point now);

  /// Null if it is unknown.
  const transport_sender* find_transport(transport_key which) const;

  // -- consumers -------------------------------------------------------------

  /// Adds a consumer; true if it is the producer's first here.
  bool add_consumer(shard_consumer x, net::rng& random, net::time_point now);

  /// Moves a consumer to another transport.
  void move_consumer(consumer_key which, transport_key to, net::time_point now);

  /// Removes a consumer; returns the producer if this was its last one here.
  std::optional<producer_key> remove_consumer(consumer_key which);

  /// Notes that the client reports this fraction of its consumer's packets
  /// lost, in 1/256. An audio producer gets the worst as `consumer_loss`, at
  /// most once a second.
  void note_loss(consumer_key which, uint8_t fraction_lost,
                 net::time_point now);

  /// What the client wants: whether to receive it, and up to which layers. Its
  /// link or overload may leave less.
  void set_paused(consumer_key which, bool paused);
  void set_preferred_layers(consumer_key which, rtp::layers preferred);

  /// Its priority among the consumers of its transport, 1 to 255.
  void set_priority(consumer_key which, uint8_t priority);

  /// Calls `f(forwarder&)` if the consumer exists, and collects its output.
  template <class F>
  void with_consumer(consumer_key which, net::time_point now, F f) {
    auto i = consumers_.find(which);
    if (i == consumers_.end())
      return;
    f(change(*i->second));
    collect(*i->second, now);
  }

  const rtp::forwarder* find_consumer(consumer_key which);

  /// The consumer that sends with this SSRC on the transport, or nothing.
  std::optional<consumer_key> find_stream(transport_key on,
                                          rtp::ssrc source) const;

  /// The decisions on what a consumer receives; null if it is unknown.
  const rtp::decision_log* find_decisions(consumer_key which) const;

  /// Explains what a consumer receives; the caller adds the ids.
  std::optional<consumer_explanation> explain(consumer_key which,
                                              net::time_point now) const;

  /// What all consumers have sent so far, including removed ones.
  sender_totals totals(net::time_point now);

  // -- producers -------------------------------------------------------------

  /// Forwards what a producer received to all its consumers here. `refused` if
  /// batches before this one were dropped; `held` is for how long the first
  /// packet waited on purpose, which does not count as a delay.
  void handle_media(producer_key from, const rtp::media_batch& batch,
                    bool refused, net::time_point now, net::duration held = {});

  /// The packets with which a consumer is to begin (see
  /// rtp::forwarder::handle_replay()). There may be hundreds: its transport
  /// stands in line, and each flush sends at most `replay_slice` packets, those
  /// of the transport that has waited longest first, after all else. Later
  /// video for a transport in line follows its replay; audio and RTCP do not
  /// wait. A replay of more than `unpaced_replay` packets, of a whole group of
  /// seconds, waits between its slices (poll_pacing()): it is sent
  /// `replay_speed` times as fast as its packets came.
  void handle_replay(consumer_key which, const rtp::media_batch& packets,
                     net::time_point now);

  static constexpr size_t replay_slice = 64;
  static constexpr size_t unpaced_replay = 384;
  static constexpr int replay_speed = 10;

  /// A consumer's receiver requests a key frame. It need not be answered while
  /// a replay of the stream is in line, with a key frame to come.
  void handle_keyframe_request(consumer_key which, net::time_point now);

  /// Whether replays wait in line for nothing but their turn. Then another
  /// flush is wanted, after what else there is to do.
  bool has_replays() const {
    return !line_.empty();
  }

  /// Whether only those wait: flush_prompt() sends their next slice.
  bool only_replays_wait() const {
    return has_replays() && dirty_.empty() && !needs_settling();
  }

  /// Packets that the producer has received so far and not passed here were
  /// left out on purpose: they do not count as lost.
  void skip_gap(producer_key from);

  /// Whether steady streams are forwarded without their forwarders; they are by
  /// default. Without it the same is sent, for comparison.
  void set_passing(bool on) {
    passing_ = on;
  }

  /// The number of packets that were sent without their forwarders.
  uint64_t passed() const {
    return passed_;
  }

  void handle_source_report(producer_key from, const rtp::source_report& x);

  /// The producer was paused or resumed. Returns the consumers whose state this
  /// changes.
  std::vector<consumer_key>
  handle_producer_paused(producer_key from, bool paused, net::time_point now);

  /// The consumers of a producer that are here.
  std::vector<consumer_key> consumers_of(producer_key from) const;

  // -- overload --------------------------------------------------------------

  /// Sets what must be shed from now on, and in which order. Call it again if
  /// only the speakers have changed.
  void set_overload(overload_state state, const shedding_limits& limits,
                    net::time_point now);

  overload_state overload() const {
    return overload_;
  }

  /// The number of consumers that overload limits.
  size_t limited_by_overload() const {
    return limited_by_overload_;
  }

  // -- timers and output -----------------------------------------------------

  void handle_timeout(net::time_point now);

  /// When handle_timeout is next wanted; may be earlier than needed.
  std::optional<net::time_point> poll_timeout() const {
    return timeout_;
  }

  /// When delayed packets or a probe may be sent: handle_pacing() and a flush
  /// are wanted then.
  std::optional<net::time_point> poll_pacing() const {
    return pacing_;
  }

  void handle_pacing(net::time_point now);

  std::optional<shard_event> poll_event() {
    return events_.pop();
  }

  /// Reallocates the links whose shares may have changed since the last call,
  /// each once for any number of requests: a client that pauses all its
  /// consumers does so by one request for each. Consumers that are added,
  /// resumed or change layers wait until then.
  void settle(net::time_point now);

  /// How many times a link was shared since the beginning.
  uint64_t links_shared() const {
    return links_shared_;
  }

  bool needs_settling() const {
    return !unshared_.empty() || !unreported_.empty();
  }

  /// Whether anything waits to be settled or sent.
  bool needs_flush() const {
    return needs_settling() || !dirty_.empty() || has_replays();
  }

  /// Whether something must not wait for other packets to be sent together with
  /// them: retransmissions, paced packets, plain transports, replays, and
  /// receivers with a single producer, whose packets no others join.
  /// flush_prompt() sends it alone.
  bool has_prompt() const {
    return prompt_ || has_replays();
  }

  /// Whether something else waits.
  bool has_patient() const {
    return patient_;
  }

  /// Whether the load asks for few messages: packets of several producers to
  /// one receiver then wait for each other, in the caller, and audio follows
  /// video.
  void set_coalescing(bool on) {
    coalesces_ = on;
  }

  /// Protects and sends what must not wait, and a slice of replays; leaves all
  /// else.
  void flush_prompt(net::datagram_sink& out, net::time_point now);

  /// Settles, then protects and sends all that waits, but of replays only a
  /// slice. Returns how long the oldest media of it, replays apart, was in this
  /// server, or zero.
  net::duration flush(net::datagram_sink& out, net::time_point now);

private:
  struct consumer;
  struct producer;

  // In the first cache lines is what each packet needs.
  struct alignas(64) transport {
    bool dirty = false;    // is in dirty_
    bool prompt = false;   // and flush_prompt() sends it
    bool holding = false;  // is in holding_
    bool unshared = false; // is in unshared_
    bool adaptive = false; // its client reports what its link carries
    bool attached = false; // by its actor, not only by a consumer
    bool several = false;  // consumers: see count_consumers()
    bool in_line = false;  // is in line_, or rests between two slices
    transport_sender sender;
    std::vector<consumer*> consumers;
    rtp::bitrate_allocator allocator;
    bool video = false;      // had a consumer of video when last shared
    bool calm = false;       // see is_calm(), when last shared
    uint64_t needed_bps = 0; // for all that is wanted, when last shared
    std::optional<net::time_point> began; // to share its link
    bool rests = false;        // in holding_, for the next slice of its replay
    net::duration slice_gap{}; // the time between two slices
    net::time_point slice_due{};
    // Where its streams are that consumers send one after the other, by SSRC;
    // null if there are none.
    std::unique_ptr<std::map<rtp::ssrc, rtp::stream_position>> continued;
  };

  // One allocation with its forwarder. In the first cache line is what each
  // batch needs of the rest; the forwarder's own hot lines follow.
  //
  // While its listener is steady, the forwarder has yet to note packets that
  // were sent. So change it by change(), and catch_up() before reading more
  // than forwarder::steady() permits.
  struct alignas(64) consumer {
    consumer(const shard_consumer& x, net::rng& random);

    transport* on = nullptr;
    producer* source = nullptr;
    size_t listener_index = 0; // in source->listeners
    size_t timer_index = 0;    // in timers_
    consumer_key key{};
    producer_key from{};
    consumer_facts facts;
    rtp::forwarder engine;
    transport_key on_key{};
    bool paused = false;       // by the client
    bool transport_cc = false; // its client sends that feedback
    bool numbered = false;     // which covers these packets, too
    rtp::producer_layout layout;
    bool base_layer_only = false; // its client decodes no other
    uint8_t preferred_temporal = rtp::all_layers.temporal;
    shedding_decision allowed; // what overload leaves
    uint8_t priority = rtp::allocated_stream{}.priority;
    // As last applied to the engine.
    bool stopped = false;
    bool congested = false;
    std::optional<rtp::layers> applied;
    bool limited_by_overload = false;
    std::shared_ptr<const speech_activity> owner;
    std::unique_ptr<rtp::allocated_stream> share; // null of audio
    rtp::decision_log log;
    std::vector<transport_key> previous_transports; // former transports
  };

  static_assert(sizeof(consumer_facts) <= 16); // of 64 octets, 48 are taken
  static_assert(sizeof(consumer) <= 15 * 64);

  // When an engine's timeout is due. Contiguous, since all are read often.
  struct timer_entry {
    net::time_point at;
    consumer* who;
  };

  // A consumer and what it takes from its producer, contiguous with the others:
  // most packets of simulcast are for few consumers, and the memory of the
  // others is not touched. Nor is a steady stream's: see forwarding_pass.cpp.
  struct alignas(64) listener {
    consumer* who;
    transport* on;
    rtp::steady_stream steady = {};
    rtp::forwarder::attention attention = {};
    uint32_t skipped = 0; // packets that its engine must yet count
    uint32_t joined = 0;  // the engine's position on the trail, while steady
  };

  static_assert(sizeof(listener) == 64, "one cache line");

  struct producer {
    std::vector<listener> listeners;
    std::vector<rtp::packet_trail> trails; // by encoding
    rtp::media_kind kind{};
    uint32_t clock_rate = 0;
    rtp::layer_rates rates;
    std::vector<std::optional<rtp::source_report>> reports; // by encoding
    std::optional<bool> paused; // unknown until the producer has answered
    std::optional<rtp::layer_monitor> layers; // if it has several
    // As last sent to its actor; nothing before.
    std::optional<std::optional<uint8_t>> wanted;
    bool unreported = false; // is in unreported_
    rtp::worst_loss losses;
    uint8_t reported_loss = 0; // as last sent to its actor
    net::time_point reported_loss_at{};
  };

  // A batch on its way to the listeners.
  struct media_pass {
    const rtp::media_batch& batch;
    net::time_point now;
    uint32_t present = 0;  // encodings, a bit for each
    uint8_t encoding = 0;  // of the first packet
    uint32_t recorded = 0; // packets that the trail has recorded: all or none
    const rtp::packet_trail* trail = nullptr;

    // Whether the trail of a listener's stream ends with this batch.
    bool extends(const listener& x) const {
      return recorded > 0 && x.steady.encoding == encoding;
    }

    // Whether the listener's engine need not be touched, if the stream takes
    // the packets.
    bool skips_engine(const listener& x) const {
      return extends(x) && now < x.steady.until && trail->reaches(x.joined);
    }
  };

  static void prefetch_behind(const producer& source, size_t k,
                              const media_pass& round);
  void prepare(producer& source, bool refused, bool changed,
               net::time_point now);
  static void record(producer& to, media_pass& round);
  void pass(const listener& x, const media_pass& round, rtp::media_kind kind);
  // Makes the listener steady if its engine says so.
  void join(consumer& x) const;
  // Lets the engine note what was sent, except the latest packets of the trail.
  static void catch_up(consumer& x, uint32_t except = 0);
  // The engine, to be changed: it must be given the next packet.
  static rtp::forwarder& change(consumer& x, uint32_t except = 0);
  transport& touch(transport_key which);
  // To be called when consumers were added to it or removed.
  static void count_consumers(transport& x);
  // Calls `f(transport_sender&)`, and connects its consumers if it has become
  // writable.
  template <class F>
  void change_sender(transport_key which, net::time_point now, F f);
  // Its transport has become writable.
  static void connect(consumer& x, net::time_point now);
  // Decides how much overload leaves of what the client wants.
  void shed(consumer& x);
  // Notifies the producer's actor of the wanted layers, if they have changed.
  void report_wanted(producer_key from);
  // A consumer begins, or ends, that is one of several of its stream.
  static void take_over(consumer& x);
  static void interrupt(consumer& x);
  // The share that a video has of its link.
  static std::unique_ptr<rtp::allocated_stream>
  make_share(const rtp::layer_rates& rates);
  // For settle(): the layers wanted of the producer, and its link's shares.
  void reconsider(consumer& x);
  void share_later(transport& x);
  // Shares the transport's link anew, and applies that to the engines.
  void allocate(transport& x, net::time_point now);
  void allocate_all(net::time_point now);
  // Allocates the links whose shares may have changed by themselves.
  void allocate_due(net::time_point now);
  static bool is_calm(const transport& x, net::time_point now);
  static bool is_carried(const transport& x, net::time_point now);
  static bool carries_video(const producer& x);
  void allocate_if_needed(transport& x, net::time_point now);
  std::optional<uint64_t> link_bps(transport& x, net::time_point now) const;
  void apply(consumer& x, net::time_point now);
  static rtp::decision_reason reason_of(const consumer& x);
  static void note(consumer& x, rtp::decision_reason why, net::time_point now);
  // Notes that the producer was paused or resumed.
  static void note_producer(consumer& x, net::time_point now);
  void hold(transport& x, net::time_point until);
  void handle_dropped(transport& x, net::time_point now);
  void collect(consumer& x, net::time_point now);
  // Lets the engine count the packets that it was not given.
  static void count_skipped(consumer& x);
  void remove_listener(consumer& x);
  void set_timer(consumer& x);
  void mark(transport& x, bool prompt = false);
  // Hands a consumer's packets to the transport, to be sent with the others.
  void queue_media(transport& to, rtp::outgoing_batch&& x, net::time_point now);
  // Whether the batch gains by waiting for others to the same receiver.
  static bool may_wait(const transport& to, const rtp::outgoing_batch& x);
  void send(transport& x, datagram_batcher& out, net::time_point now);
  void send_replays(datagram_batcher& out, net::time_point now);
  // Takes the first of the line out of it until its next slice is due.
  void rest_first();
  void note_sent(transport& x);
  void handle_late(net::time_point now);
  void drop_if_unused(transport_key which);

  rtp::packet_vector_pool packet_vectors_; // outlives those that use it
  std::unordered_map<transport_key, std::unique_ptr<transport>> transports_;
  std::unordered_map<consumer_key, std::unique_ptr<consumer>> consumers_;
  std::unordered_map<producer_key, producer> producers_;
  sender_totals retired_; // of removed consumers
  bool passing_ = true;
  uint64_t passed_ = 0;
  overload_state overload_;
  shedding_limits limits_;
  size_t limited_by_overload_ = 0;
  std::vector<transport*> dirty_;              // have something to send
  bool coalesces_ = false;                     // see set_coalescing()
  bool prompt_ = false;                        // has_prompt()
  bool patient_ = false;                       // has_patient()
  std::vector<transport*> unshared_;           // wait for settle()
  std::vector<producer_key> unreported_;       // wait for settle()
  std::vector<transport*> late_;               // have dropped, within flush()
  std::vector<transport*> holding_;            // wait for pacing
  std::vector<transport*> line_;               // have a replay to send
  std::optional<net::time_point> pacing_;      // when they may send
  std::vector<rtp::allocated_stream*> shares_; // while allocating
  net::time_point allocate_due_{};
  uint32_t rounds_ = 0; // of allocate_due()
  uint64_t links_shared_ = 0;
  std::optional<net::time_point> oldest_; // arrival of waiting media
  std::vector<timer_entry> timers_;       // of all consumers
  std::optional<net::time_point> timeout_;
  rtp::fifo<shard_event> events_;
};

} // namespace troupe::actors
