#pragma once

#include "actors/sctp/data_messages.hpp"
#include "actors/stats/counters.hpp"
#include "net/sctp/sctp_stack.hpp"
#include "protocol/verbs/error.hpp"
#include "rtp/base/fifo.hpp"

#include <deque>
#include <functional>
#include <unordered_map>
#include <variant>

namespace troupe::actors {

/// Limits on what may wait for a receiver that is slower than its senders.
struct data_limits {
  /// Octets that may wait for one data consumer. Enough for the largest file
  /// that the page sends.
  size_t buffer_octets = 8 * 1024 * 1024;
  /// For how long more may wait. Twice the limit ends the consumer at once.
  net::duration buffer_time = std::chrono::seconds{5};
  /// Octets that may wait for an unreliable consumer, or one larger message;
  /// the oldest beyond are dropped. Enough for two of the largest messages.
  size_t unreliable_octets = 512 * 1024;
};

/// Statistics of a data producer, with the names of W3C's RTCDataChannelStats.
struct data_producer_stats {
  uint64_t messages_received = 0;
  uint64_t bytes_received = 0;
  /// The stream of its channel; nothing for a direct producer.
  std::optional<net::sctp_stream_id> stream = {};
  /// Whether messages can pass: its association is connected.
  bool open = false;
  /// How many consumers it has.
  size_t consumers = 0;
};

/// Statistics of a data consumer.
struct data_consumer_stats {
  uint64_t messages_sent = 0;
  uint64_t bytes_sent = 0;
  /// Dropped: unreliable ones that could not be sent in time, or while there
  /// was no connection.
  uint64_t messages_dropped = 0;
  /// Octets that wait for its client.
  uint64_t buffered_amount = 0;
  /// The stream of its channel; nothing for a direct consumer.
  std::optional<net::sctp_stream_id> stream = {};
  /// Whether messages can pass: its association is connected.
  bool open = false;
};

/// SCTP statistics of a transport.
struct sctp_transport_stats {
  net::sctp_state state = net::sctp_state::fresh;
  uint64_t bytes_received = 0;
  uint64_t bytes_sent = 0;
};

/// The initial state of a data producer in the switch.
struct switch_producer {
  data_producer_key key{};
  /// Nothing for a direct producer.
  std::optional<transport_key> on;
  net::sctp_stream_id stream = 0;
  bool paused = false;
  /// Of a direct producer: emits `data_taken`.
  bool reports_taken = false;
};

/// The initial state of a data consumer in the switch.
struct switch_consumer {
  data_consumer_key key{};
  data_producer_key from{};
  /// Nothing for a direct consumer.
  std::optional<transport_key> on;
  net::sctp_reliability reliability = {};
  std::vector<subchannel> subchannels = {};
  bool paused = false;
  /// Bounds what is on its way to a direct consumer, in waiting_octets(). Null:
  /// no bound.
  std::shared_ptr<in_flight_gauge> gauge = {};
};

/// The result of adding a data consumer.
struct data_consumer_added {
  /// The stream that it was given; 0 for a direct consumer.
  net::sctp_stream_id stream = 0;
  bool producer_paused = false;
};

/// The association of a transport has changed its state.
struct switch_state_changed {
  transport_key transport{};
  net::sctp_state state{};
};

/// A transport's client opened a channel in-band.
struct switch_channel_opened {
  transport_key transport{};
  net::sctp_channel_opened channel;
};

/// Events for other actors.
using switch_event =
    std::variant<switch_state_changed, switch_channel_opened,
                 data_producer_ended, data_consumer_ended, data_producer_paused,
                 data_buffered_low, data_arrived, data_taken>;

/// SCTP packets for a transport's client.
struct switch_records {
  transport_key transport{};
  data_records records;
};

/// The fan-out of data channels: a message of a producer goes to all its
/// consumers here in one loop, whatever transports they are on. An engine: no
/// threads, no clock.
///
/// Calls for something that is gone are ignored. A slow receiver delays no
/// other: messages that wait for it are shared with the other receivers and
/// bounded.
///
/// Messages move in do_work() only. Senders and receivers take turns there
/// (round robin), each up to `quantum` per turn: a client that sends many
/// messages, or whose messages have many receivers, slows down only its own
/// channels.
class data_switch {
public:
  explicit data_switch(const data_limits& limits);

  // -- associations ----------------------------------------------------------

  /// Opens an association, which waits for its client. Associations with the
  /// same `backlog` share one limit on what waits; null shares with none.
  void open(transport_key which, std::shared_ptr<data_backlog> backlog = {});

  /// Closes an association, once its earlier records are handled. Its consumers
  /// end at once; its producers stay, but receive nothing more.
  void close(transport_key which, net::time_point now);

  /// Queues decrypted records for do_work(). Each record leaves `gauge`, which
  /// may be null, when it is handled or dropped.
  void handle_records(transport_key which, data_records records,
                      std::shared_ptr<in_flight_gauge> gauge = nullptr);

  // -- producers -------------------------------------------------------------

  /// Adds a producer, or returns an error.
  std::optional<protocol::error> add_producer(const switch_producer& x);

  /// Removes a producer and closes its channel, once all that its client sent
  /// before this is forwarded. Then its direct consumers end; others stay.
  void remove_producer(data_producer_key which, net::time_point now);

  void set_paused(data_producer_key which, bool paused);

  /// Queues a message of a direct producer for do_work(). It is dropped and
  /// counted if more than data_limits::buffer_octets would wait.
  void queue_direct(data_producer_key which, data_message x);

  // -- consumers -------------------------------------------------------------

  /// Adds a consumer on a free stream, or returns an error.
  std::variant<data_consumer_added, protocol::error>
  add_consumer(switch_consumer x);

  /// Removes a consumer, closes its channel and drops what waits for it. A
  /// consumer first gets the last messages of a producer that is being removed.
  void remove_consumer(data_consumer_key which, net::time_point now);

  void set_paused(data_consumer_key which, bool paused);

  void set_subchannels(data_consumer_key which, std::vector<subchannel> x);

  /// Emits `data_buffered_low` whenever the waiting octets fall to `octets` or
  /// less, and at once if they already have.
  void set_low_threshold(data_consumer_key which, size_t octets);

  /// Sends a message to this consumer alone, even while it is paused.
  void send_to(data_consumer_key which, const data_message& x,
               net::time_point now);

  // -- work ------------------------------------------------------------------

  /// How much one sender or receiver does per turn. A delivery of a message
  /// costs 1, and 1 more for each KB of it.
  static constexpr size_t quantum = 32;

  /// Moves messages on, until `budget` is spent or `is_time_up`, called after
  /// each turn, returns true. The last delivery may cost more than was left.
  /// Returns true if there is more to do.
  bool do_work(size_t budget, net::time_point now,
               const std::function<bool()>& is_time_up = {});

  // -- timers and output -----------------------------------------------------

  void handle_timeout(net::time_point now);

  std::optional<net::time_point> poll_timeout() const;

  /// Returns packets to send to one transport's client.
  std::optional<switch_records> poll_records();

  std::optional<switch_event> poll_event();

  // -- statistics -------------------------------------------------------------

  data_producer_stats stats(data_producer_key which) const;
  data_consumer_stats stats(data_consumer_key which) const;
  sctp_transport_stats stats(transport_key which) const;

  /// Totals of everything carried so far.
  const data_totals& totals() const {
    return totals_;
  }

  /// The cost of keeping a message besides its length, so that many small
  /// messages count toward the limits for what they cost.
  static constexpr size_t message_overhead = 64;

private:
  struct consumer;

  struct producer_removal {
    data_producer_key producer{};
  };

  struct association_end {};

  // A record of the client, or an operation that must not overtake records.
  using input =
      std::variant<std::vector<uint8_t>, producer_removal, association_end>;

  struct producer_message {
    data_producer_key producer{};
    data_message message;
  };

  // What a record contained.
  using arrival = std::variant<producer_message, net::sctp_stream_reset>;

  struct association {
    transport_key key{};
    net::sctp_association_id id{};
    bool closing = false; // find() ignores it
    /// Work for its client, in order; `arrived` comes first.
    rtp::fifo<input> inbox;
    rtp::fifo<arrival> arrived;
    std::shared_ptr<in_flight_gauge> gauge; // of the records in `inbox`
    bool input_listed = false;              // in `turns_`
    bool output_listed = false;             // in `turns_`, for `waiting`
    std::unordered_map<net::sctp_stream_id, data_producer_key> producers;
    std::unordered_map<net::sctp_stream_id, data_consumer_key> consumers;
    net::sctp_stream_id next_stream = 0;
    /// Consumers for which messages wait, in the order of their turns.
    std::deque<data_consumer_key> waiting;
    std::shared_ptr<data_backlog> backlog; // never null
    uint64_t octets_received = 0;
    uint64_t octets_sent = 0;
    /// Packets to send.
    data_records records;
  };

  struct producer {
    switch_producer is;
    std::vector<consumer*> consumers;
    /// The index of the consumer that next gets the message in delivery;
    /// nothing between messages. There is one such message at a time.
    std::optional<size_t> next_consumer;
    data_producer_stats stats;
    bool ended = false;   // by its client
    bool leaving = false; // erased once earlier input is done
    /// Messages of a direct producer.
    rtp::fifo<data_message> direct_messages;
    size_t direct_octets = 0;
    size_t taken = 0;    // of these, not yet reported
    bool listed = false; // in `turns_`
  };

  struct waiting_message {
    net::sctp_ppid ppid{};
    net::shared_octets octets;
    net::time_point since;
  };

  struct consumer {
    switch_consumer is;
    net::sctp_stream_id stream = 0;
    std::deque<waiting_message> queue;
    size_t queued = 0;
    /// Since when more waits than the limit.
    std::optional<net::time_point> over_since;
    std::optional<size_t> low_threshold;
    bool above = false; // more than the threshold waits
    data_consumer_stats stats;
    std::vector<data_message> arrived; // for a direct consumer
    bool leaving = false;              // ends with its producer
  };

  // A turn is a client's input, the messages that wait for a client, or a
  // direct producer.
  struct turn {
    enum class kind : uint8_t { input, output, direct };
    kind what{};
    uint64_t key = 0;
  };

  association* find(transport_key which);
  const association* find(transport_key which) const;
  association* find(const std::optional<transport_key>& which);
  association* find(net::sctp_association_id which) const;

  association* find_even_closing(transport_key which);

  std::optional<net::sctp_stream_id> pick_stream(association& on) const;

  // Append to `turns_`, unless already listed.
  void list_input(association& on);
  void list_output(association& on);
  void list(producer& direct);

  // These subtract their cost from `budget`.
  void take_turn(const turn& x, size_t& budget, net::time_point now);
  void take_input(association& on, size_t& budget, net::time_point now);
  void take_direct(producer& direct, size_t& budget, net::time_point now);

  // Returns true once it is done.
  bool handle(association& on, const arrival& x, size_t& budget,
              net::time_point now);

  void handle_record(association& on, const std::vector<uint8_t>& octets,
                     net::time_point now);

  void finish(data_producer_key which, net::time_point now);
  void finish(association& on, net::time_point now);

  // Delivers a message; returns true once all consumers have it.
  bool deliver(producer& from, const data_message& x, size_t& budget,
               net::time_point now);

  static bool wants(const consumer& to, const data_message& x);

  void deliver_to(consumer& to, const data_message& x, net::time_point now);

  // Returns false if it would block.
  bool send(consumer& to, association& on, net::sctp_ppid ppid,
            const net::shared_octets& octets, net::time_point now);

  void drop(consumer& to);

  void enqueue(consumer& to, association& on, const data_message& x,
               net::time_point now);

  void enqueue_unreliable(consumer& to, association& on, const data_message& x,
                          net::time_point now);

  waiting_message take_oldest(consumer& to, association& on);

  void send_waiting(association& on, size_t& budget, net::time_point now);

  static bool is_late(const consumer& to, const waiting_message& x,
                      net::time_point now);

  // Ends the consumers in `too_slow_`.
  void end_too_slow(net::time_point now);

  void end(data_consumer_key which, data_end_reason why, net::time_point now);

  // Erases a consumer; closes its channel if `reset`.
  void erase(data_consumer_key which, bool reset, net::time_point now);

  // Moves the messages of a direct consumer to the events.
  void hand_over(consumer& direct);

  // The octets that wait for its client.
  size_t buffered(const consumer& x) const;

  // Update `above_` after more, or less, waits.
  void note_more(consumer& x);
  void note_less();

  bool is_open(const std::optional<transport_key>& on) const;

  // Takes everything that the stack has to output.
  void drain(net::time_point now);

  // The same without packets.
  void collect(net::time_point now);

  void handle(net::sctp_message& x);
  void handle(net::sctp_event& x, net::time_point now);
  void handle_stream_reset(association& on, net::sctp_stream_id stream,
                           net::time_point now);
  void end_consumers(association& on, net::time_point now);

  void gather_packets();

  data_limits limits_;
  net::sctp_stack stack_;
  std::unordered_map<transport_key, std::unique_ptr<association>> associations_;
  std::unordered_map<net::sctp_association_id, association*> by_id_;
  std::unordered_map<data_producer_key, std::unique_ptr<producer>> producers_;
  std::unordered_map<data_consumer_key, std::unique_ptr<consumer>> consumers_;
  std::deque<turn> turns_;
  std::vector<data_consumer_key> over_limit_;
  std::vector<data_consumer_key> too_slow_;
  std::vector<data_consumer_key> above_; // above their thresholds
  std::deque<transport_key> sending_;    // with records to send
  std::deque<switch_records> final_records_;
  std::deque<data_consumer_key> arrived_;
  std::deque<data_producer_key> taken_;
  std::deque<switch_event> events_;
  data_totals totals_;
};

} // namespace troupe::actors
