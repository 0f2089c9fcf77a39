#pragma once

#include "net/base/time.hpp"
#include "protocol/verbs.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

namespace troupe::protocol {

/// A consumer that its client is to be asked to take.
struct protoo_offer {
  uint64_t id = 0; // of the request
  reply::consumed consumer;
};

/// What is to be done next: a verb to ask the server, an offer to make to the
/// client, or an event that it can be told now.
using protoo_step = std::variant<verb::consume, verb::resume_consumer,
                                 verb::close_consumer, protoo_offer, any_event>;

/// Gives a client a consumer of every producer of the others: clients of this
/// protocol do not ask for any. An engine.
///
/// Each is made paused, offered to the client, and resumed once that has
/// agreed; it is closed where the client refuses or stays silent. What happens
/// to a consumer meanwhile is told afterwards: the client does not know of it
/// before, and would ignore it for good.
class protoo_consumers {
public:
  /// Begins, now that the client has joined and is known to receive.
  void begin();

  /// The transport to receive by; the first one counts.
  void use(const transport_id& transport);

  const transport_id& transport() const {
    return transport_;
  }

  /// A producer of somebody else's came or went.
  void add(const producer_id& producer);
  void remove(const producer_id& producer);

  /// What became of the consume that a step asked.
  void handle_outcome(const producer_id& producer, const outcome& result);

  /// The client's answer to an offer. Returns the consumer that it has taken.
  std::optional<consumer_id> handle_answer(uint64_t offer, bool agreed);

  /// Returns whether the client is told of it later, by a step.
  bool handle_event(const any_event& event);

  void handle_timeout(net::time_point now);

  /// Offers come about without a time being given. Their deadline is set by
  /// the handle_timeout that is wanted at once.
  std::optional<net::time_point> poll_timeout() const;

  std::optional<protoo_step> poll_step();

private:
  struct offered {
    consumer_id consumer;
    producer_id producer;
    net::duration patience{};
    std::optional<net::time_point> deadline;
    std::vector<any_event> held;
    bool closed = false;
  };

  using offers = std::map<uint64_t, offered>;

  void advance();
  void hold(offered& offer, const any_event& event);
  void give_up(offers::iterator offer);

  bool begun_ = false;
  transport_id transport_;
  std::set<producer_id> known_;
  std::deque<producer_id> wanted_;
  std::set<producer_id> asked_;
  offers offers_;
  uint64_t last_offer_ = 0;
  std::deque<protoo_step> steps_;
};

} // namespace troupe::protocol
