#pragma once

#include "net/base/time.hpp"
#include "protocol/verbs/verbs.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

namespace troupe::protocol {

/// The types for media consumers: a Kind of protoo_offers.
struct media_offer_traits {
  using producer = producer_id;
  using consumer = consumer_id;
  using consume = verb::consume;
  using resume = verb::resume_consumer;
  using close = verb::close_consumer;
  using consumed = reply::consumed;
  using closed = event::consumer_closed;
  using paused = event::consumer_paused;
  using resumed = event::consumer_resumed;

  static consume make_consume(const transport_id& on, const producer& of);

  /// The consumer that an event is about; null for other events.
  static const consumer* subject_of(const any_event& event);

  static const producer& source_of(const closed& x) {
    return x.producer;
  }
};

/// The types for data consumers.
struct data_offer_traits {
  using producer = data_producer_id;
  using consumer = data_consumer_id;
  using consume = verb::consume_data;
  using resume = verb::resume_data_consumer;
  using close = verb::close_data_consumer;
  using consumed = reply::data_consumed;
  using closed = event::data_consumer_closed;
  using paused = event::data_consumer_paused;
  using resumed = event::data_consumer_resumed;

  static consume make_consume(const transport_id& on, const producer& of);
  static const consumer* subject_of(const any_event& event);

  static const producer& source_of(const closed& x) {
    return x.data_producer;
  }
};

/// A consumer that the client is to be offered.
template <class Kind>
struct protoo_offer {
  uint64_t id = 0; // of the request
  typename Kind::consumed consumer;
};

/// The next step: a verb to ask the server, an offer to send to the client, or
/// an event that the client can now be sent.
template <class Kind>
using protoo_step =
    std::variant<typename Kind::consume, typename Kind::resume,
                 typename Kind::close, protoo_offer<Kind>, any_event>;

/// Creates a consumer of every producer of the other members for a client,
/// since clients of this protocol do not request any. An engine.
///
/// A consumer is created paused, offered to the client, and resumed once the
/// client has accepted; it is closed if the client refuses or does not answer.
/// Events about a consumer are held until then: the client does not know the
/// consumer yet and would ignore them.
template <class Kind>
class protoo_offers {
public:
  using producer = typename Kind::producer;
  using consumer = typename Kind::consumer;

  /// `last_request` is the id of the last request to the client, shared by all
  /// that send any; it must outlive this. Each producer gets `copies`
  /// consumers.
  explicit protoo_offers(uint64_t& last_request, size_t copies = 1)
      : last_request_(last_request)
      , copies_(copies) {}

  /// Begins, now that the client has joined and can receive.
  void begin();

  /// Sets the receive transport; the first one counts.
  void set_transport(const transport_id& transport);

  const transport_id& transport() const {
    return transport_;
  }

  /// Adds or removes a producer of another member.
  void add(const producer& which);
  void remove(const producer& which);

  /// Handles the outcome of the consume request of a step.
  void handle_outcome(const producer& of, const outcome& result);

  /// The client's answer to an offer.
  void handle_answer(uint64_t offer, bool agreed);

  /// Returns whether the event is held back, to be sent by a later step.
  bool handle_event(const any_event& event);

  void handle_timeout(net::time_point now);

  /// Offers arise without a time, so this requests an immediate
  /// handle_timeout(), which sets their deadline.
  std::optional<net::time_point> poll_timeout() const;

  std::optional<protoo_step<Kind>> poll_step();

private:
  struct offered {
    consumer made;
    producer source;
    net::duration timeout{};
    std::optional<net::time_point> deadline;
    std::vector<any_event> deferred_events;
    bool closed = false;
  };

  using offers = std::map<uint64_t, offered>;

  void advance();
  void defer(offered& offer, const any_event& event);
  void give_up(typename offers::iterator offer);

  bool begun_ = false;
  transport_id transport_;
  std::set<producer> known_;
  std::deque<producer> wanted_;
  std::multiset<producer> requested_;
  offers offers_;
  uint64_t& last_request_;
  const size_t copies_;
  std::deque<protoo_step<Kind>> steps_;
};

extern template class protoo_offers<media_offer_traits>;
extern template class protoo_offers<data_offer_traits>;

using protoo_consumers = protoo_offers<media_offer_traits>;
using protoo_data_consumers = protoo_offers<data_offer_traits>;

} // namespace troupe::protocol
