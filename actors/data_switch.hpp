#pragma once

#include "actors/counters.hpp"
#include "actors/data_messages.hpp"
#include "net/sctp/sctp_stack.hpp"
#include "protocol/error.hpp"
#include "rtp/fifo.hpp"

#include <deque>
#include <functional>
#include <unordered_map>
#include <variant>

namespace troupe::actors {

/// What may wait for a receiver that is slower than its senders.
struct data_limits {
  /// How many octets may wait for one data consumer. Enough for the largest
  /// file that the page sends.
  size_t buffer_octets = 8 * 1024 * 1024;
  /// For how long there may be more. At twice the limit it is over at once.
  net::duration buffer_time = std::chrono::seconds{5};
  /// How many octets may wait for an unreliable one, unless it is one message;
  /// of more, the oldest are left out. Enough for two of the largest messages.
  size_t unreliable_octets = 512 * 1024;
};

/// What a data producer has brought, in the words of W3C's
/// RTCDataChannelStats.
struct data_producer_stats {
  uint64_t messages_received = 0;
  uint64_t bytes_received = 0;
  /// Of its channel; nothing for a direct one.
  std::optional<net::sctp_stream_id> stream = {};
  /// Whether messages can pass: its association is connected.
  bool open = false;
};

/// What a data consumer was sent.
struct data_consumer_stats {
  uint64_t messages_sent = 0;
  uint64_t bytes_sent = 0;
  /// Left out: unreliable ones for which there was no room in time, or there
  /// was no connection.
  uint64_t messages_dropped = 0;
  /// Octets that wait for its client.
  uint64_t buffered_amount = 0;
  /// Of its channel; nothing for a direct one.
  std::optional<net::sctp_stream_id> stream = {};
  /// Whether messages can pass: its association is connected.
  bool open = false;
};

/// What a transport carries by SCTP.
struct sctp_transport_stats {
  net::sctp_state state = net::sctp_state::fresh;
  uint64_t bytes_received = 0;
  uint64_t bytes_sent = 0;
};

/// What a data producer in the switch begins with.
struct switch_producer {
  data_producer_key key{};
  /// Nothing for a direct one.
  std::optional<transport_key> on;
  net::sctp_stream_id stream = 0;
  bool paused = false;
};

/// What a data consumer in the switch begins with.
struct switch_consumer {
  data_consumer_key key{};
  data_producer_key from{};
  /// Nothing for a direct one.
  std::optional<transport_key> on;
  net::sctp_reliability reliability = {};
  std::vector<subchannel> subchannels = {};
  bool paused = false;
};

/// A data consumer has begun.
struct data_consumer_added {
  /// The stream it was given; 0 for a direct one.
  net::sctp_stream_id stream = 0;
  bool producer_paused = false;
};

/// The association of a transport has come further.
struct switch_state_changed {
  transport_key transport{};
  net::sctp_state state{};
};

/// A transport's client opened a channel in-band.
struct switch_channel_opened {
  transport_key transport{};
  net::sctp_channel_opened channel;
};

/// What others are to know.
using switch_event =
    std::variant<switch_state_changed, switch_channel_opened,
                 data_producer_ended, data_consumer_ended, data_producer_paused,
                 data_buffered_low, data_arrived>;

/// Packets for a transport's client.
struct switch_records {
  transport_key transport{};
  data_records records;
};

/// The fan-out of data channels: a message of a producer goes through all its
/// consumers here in one loop, whatever transports they are on. An engine: no
/// threads, no clock.
///
/// Whatever is about something that is gone is ignored. A receiver that is
/// slow is its own concern: what waits for it is shared with all others, is
/// bounded, and holds nobody up.
///
/// Messages move in do_work() only. Senders and receivers take turns there
/// (round robin), and each may make `quantum` deliveries a turn: a client that
/// sends many messages, or whose messages have many receivers, slows down its
/// own channels and nobody else's.
class data_switch {
public:
  explicit data_switch(const data_limits& limits);

  // -- associations ----------------------------------------------------------

  /// Makes an association, which waits for its client. Associations with the
  /// same `backlog` share the limit on what waits; null shares with none.
  void open(transport_key which, std::shared_ptr<data_backlog> backlog = {});

  /// Ends it, once the records before this are done. Its consumers end at
  /// once; its producers stay, and bring nothing more.
  void close(transport_key which, net::time_point now);

  /// Takes what DTLS brought, for do_work(). Each record leaves `gauge`, which
  /// may be null, when it is done or dropped.
  void handle_records(transport_key which, data_records records,
                      std::shared_ptr<data_gauge> gauge = nullptr);

  // -- producers -------------------------------------------------------------

  /// Adds one; or says why not.
  std::optional<protocol::error> add_producer(const switch_producer& x);

  /// Removes one and closes its channel, once all that came from its client
  /// before this is passed on. Its consumers stay.
  void remove_producer(data_producer_key which, net::time_point now);

  void set_paused(data_producer_key which, bool paused);

  /// Takes a message of a direct producer, for do_work(). It is dropped and
  /// counted where more than data_limits::buffer_octets wait there already.
  void say(data_producer_key which, data_message x);

  // -- consumers -------------------------------------------------------------

  /// Adds one on a stream that is free; or says why not.
  std::variant<data_consumer_added, protocol::error>
  add_consumer(switch_consumer x);

  /// Removes one and closes its channel; what waits for it is dropped. One
  /// whose producer has been removed still gets what is to come from that.
  void remove_consumer(data_consumer_key which, net::time_point now);

  void set_paused(data_consumer_key which, bool paused);

  void set_subchannels(data_consumer_key which, std::vector<subchannel> x);

  /// From now on `data_buffered_low` comes whenever no more than that many
  /// octets wait where it was more, and now where it is no more already.
  void set_low_threshold(data_consumer_key which, size_t octets);

  /// A message for that consumer alone, be it paused or not.
  void send_to(data_consumer_key which, const data_message& x,
               net::time_point now);

  // -- work ------------------------------------------------------------------

  /// How much one sender or receiver does before it is another's turn. A
  /// delivery of a message counts as 1, and 1 more for each KB of it.
  static constexpr size_t quantum = 32;

  /// Moves messages on, until `budget` is spent or, asked after each turn,
  /// `is_time_up` says so. The last delivery may cost more than was left. True
  /// where there is more to do.
  bool do_work(size_t budget, net::time_point now,
               const std::function<bool()>& is_time_up = {});

  // -- timers and output -----------------------------------------------------

  void handle_timeout(net::time_point now);

  std::optional<net::time_point> poll_timeout() const;

  /// What is to be sent to one transport's client.
  std::optional<switch_records> poll_records();

  std::optional<switch_event> poll_event();

  // -- figures ---------------------------------------------------------------

  data_producer_stats stats(data_producer_key which) const;
  data_consumer_stats stats(data_consumer_key which) const;
  sctp_transport_stats stats(transport_key which) const;

  /// What all of them together have carried so far.
  const data_totals& totals() const {
    return totals_;
  }

  /// How much of a message's keeping its length does not tell: for the limits,
  /// many small ones weigh as much as they cost.
  static constexpr size_t message_overhead = 64;

private:
  struct consumer;

  struct producer_removal {
    data_producer_key producer{};
  };

  struct association_end {};

  // A record of the client's, or a request that must not overtake those before.
  using input =
      std::variant<std::vector<uint8_t>, producer_removal, association_end>;

  struct producer_message {
    data_producer_key producer{};
    data_message message;
  };

  // What came out of a record.
  using arrival = std::variant<producer_message, net::sctp_stream_reset>;

  struct association {
    transport_key key{};
    net::sctp_association_id id{};
    bool closing = false; // to the API it is gone
    /// What is to be done for its client, in order; `arrived` comes first.
    rtp::fifo<input> inbox;
    rtp::fifo<arrival> arrived;
    std::shared_ptr<data_gauge> gauge; // of the records in `inbox`
    bool input_listed = false;         // in `turns_`
    bool output_listed = false;        // the same, for what is in `waiting`
    std::unordered_map<net::sctp_stream_id, data_producer_key> producers;
    std::unordered_map<net::sctp_stream_id, data_consumer_key> consumers;
    net::sctp_stream_id next_stream = 0;
    /// Those for whom messages wait, in the order in which they take turns.
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
    /// Who of them is next to get the message that is being passed on; nothing
    /// between messages. There is one such message at a time.
    std::optional<size_t> next_consumer;
    data_producer_stats stats;
    bool ended = false;   // by its client
    bool leaving = false; // once what came before is passed on
    /// What a direct one has said.
    rtp::fifo<data_message> said;
    size_t said_octets = 0;
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
    /// Since when there is more than the limit.
    std::optional<net::time_point> over_since;
    std::optional<size_t> low_threshold;
    bool above = false; // more than the threshold waits
    data_consumer_stats stats;
    std::vector<data_message> arrived; // of a direct one
    bool leaving = false;              // with its producer
  };

  // Whose turn it is: a client's input, what waits for a client, or a direct
  // producer.
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

  // Puts it on the list of those who take turns, unless it is there.
  void list_input(association& on);
  void list_output(association& on);
  void list(producer& direct);

  // These take from `budget` what they do.
  void take_turn(const turn& x, size_t& budget, net::time_point now);
  void take_input(association& on, size_t& budget, net::time_point now);
  void take_said(producer& direct, size_t& budget, net::time_point now);

  // True once it is done.
  bool handle(association& on, const arrival& x, size_t& budget,
              net::time_point now);

  void handle_record(association& on, const std::vector<uint8_t>& octets,
                     net::time_point now);

  void finish(data_producer_key which, net::time_point now);
  void finish(association& on, net::time_point now);

  // Passes a message on; true once all consumers have it.
  bool deliver(producer& from, const data_message& x, size_t& budget,
               net::time_point now);

  static bool wants(const consumer& to, const data_message& x);

  void give(consumer& to, const data_message& x, net::time_point now);

  // False where it would block.
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

  // Those that are too slow, of which `doomed_` was told.
  void end_doomed(net::time_point now);

  void end(data_consumer_key which, data_end_reason why, net::time_point now);

  // Forgets a consumer, and closes its channel.
  void erase(data_consumer_key which, bool reset, net::time_point now);

  // How many octets wait for its client.
  size_t buffered(const consumer& x) const;

  // After more has come to wait; and after less may wait.
  void note_more(consumer& x);
  void note_less();

  bool is_open(const std::optional<transport_key>& on) const;

  // Takes everything that the stack has.
  void drain(net::time_point now);

  // The same, but for packets.
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
  std::vector<data_consumer_key> doomed_;
  std::vector<data_consumer_key> above_; // their thresholds
  std::deque<transport_key> sending_;    // that have records
  std::deque<switch_records> farewells_;
  std::deque<data_consumer_key> arrived_;
  std::deque<switch_event> events_;
  data_totals totals_;
};

} // namespace troupe::actors
