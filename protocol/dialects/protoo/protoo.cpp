#include "protocol/dialects/common/close_codes.hpp"
#include "protocol/dialects/common/connections.hpp"
#include "protocol/dialects/common/dialect_outbox.hpp"
#include "protocol/dialects/common/entries.hpp"
#include "protocol/dialects/common/outstanding_requests.hpp"
#include "protocol/dialects/common/rejoin_secret.hpp"
#include "protocol/dialects/common/request_decoder.hpp"
#include "protocol/dialects/protoo/protoo_frames.hpp"
#include "protocol/dialects/protoo/protoo_handshake.hpp"
#include "protocol/dialects/protoo/protoo_methods.hpp"
#include "protocol/dialects/protoo/protoo_offers.hpp"
#include "protocol/dialects/protoo/protoo_reply_encoder.hpp"
#include "protocol/json/json_scan.hpp"

#include <utility>
#include <variant>

/// Dialect E: the protocol of mediasoup-demo, over a WebSocket of subprotocol
/// "protoo" with the query roomId=ROOM&peerId=USER. Both sides send requests;
/// see tests/data/transcripts/protoo_legacy.txt and protoo_current.txt.
namespace troupe::protocol {

namespace {

// The only close code after which protoo-client does not reconnect.
constexpr uint16_t no_reconnect_code = 4000;

// The client's requests that the server has not answered yet.
constexpr size_t max_outstanding = 192;

// The demo's server gives clients of the current generation 10 s to join. Older
// servers had no limit, and those users may have to allow the microphone first.
constexpr auto time_to_join = std::chrono::seconds{10};
constexpr auto legacy_time_to_join = std::chrono::seconds{60};

// A client that waits in a lobby has to join in time, too, once it is let in.
constexpr auto time_in_lobby = std::chrono::seconds{8};

// The purposes of requests to the server.

// The outcome is ignored.
struct ignored {};

// The hidden join that allows transports before the client's own join.
struct for_hidden_join {};

struct for_consumer {
  producer_id producer;
};

struct for_data_consumer {
  data_producer_id producer;
};

struct for_client {
  json_text id;
  bool joins = false;
  bool receives = false;
};

using purpose = std::variant<ignored, for_hidden_join, for_consumer,
                             for_data_consumer, for_client>;

class protoo_dialect final : public outbox_dialect {
public:
  protoo_dialect(const handshake& hello, net::time_point now)
      : room_(query_value(hello, "roomId"))
      , self_(query_value(hello, "peerId"))
      , notices_(self_)
      , copies_(1 + consumer_replicas(hello))
      , opened_(now)
      , join_deadline_(now + time_to_join) {
    verb::join verb;
    verb.room = room_;
    verb.peer = self_;
    verb.named_by_client = true;
    verb.hidden = true;
    verb.rejoin_secret = query_value(hello, rejoin_secret_name);
    ask(std::move(verb), for_hidden_join{});
    if (is_current_generation(hello))
      learn(protoo_generation::current);
  }

  void handle_frame(const frame& in, net::time_point) override {
    // protoo has no binary messages, and drops frames that are not a message.
    if (out_.closing() || in.binary)
      return;
    const auto parsed = parse_json(in.payload);
    if (!parsed && parsed.error() == json_errc::too_large)
      return close({close_codes::message_too_big, parsed.error().message()});
    if (!parsed)
      return refuse_unread(in.payload, parsed.error());
    if (const auto message = read_protoo(*parsed))
      handle_message(*message);
    drain();
  }

  void handle_outcome(request_token token, const outcome& result) override {
    if (out_.closing())
      return;
    const auto why = outstanding_.take(token);
    if (!why)
      return;
    std::visit([&](const auto& x) { complete(x, result); }, *why);
    drain();
  }

  void handle_event(const any_event& event) override {
    if (std::holds_alternative<event::kicked>(event))
      return close(handle_end(end_reason::kicked));
    if (std::holds_alternative<event::room_closed>(event))
      return close(handle_end(end_reason::room_closed));
    if (const auto x = std::get_if<event::producer_added>(&event))
      consume(x->producer);
    else if (const auto y = std::get_if<event::producer_closed>(&event))
      consumers_.remove(y->producer);
    else if (const auto z = std::get_if<event::data_producer_added>(&event))
      consume(z->data_producer);
    else if (const auto u = std::get_if<event::data_producer_closed>(&event))
      data_consumers_.remove(u->data_producer);
    if (!consumers_.handle_event(event) && !data_consumers_.handle_event(event))
      notify(event);
    drain();
  }

  close_connection handle_end(end_reason why) override {
    return {no_reconnect_code, dialect::handle_end(why).reason};
  }

  void handle_timeout(net::time_point now) override {
    if (out_.closing())
      return;
    if (membership_ == membership::outside && now >= join_deadline_)
      return close({no_reconnect_code, "did not join in time"});
    consumers_.handle_timeout(now);
    data_consumers_.handle_timeout(now);
    drain();
  }

  std::optional<net::time_point> poll_timeout() const override {
    if (out_.closing())
      return std::nullopt;
    std::optional<net::time_point> next;
    const auto consider = [&](std::optional<net::time_point> at) {
      if (at && (!next || *at < *next))
        next = at;
    };
    consider(consumers_.poll_timeout());
    consider(data_consumers_.poll_timeout());
    if (membership_ == membership::outside)
      consider(join_deadline_);
    return next;
  }

private:
  enum class membership : uint8_t { outside, joining, joined };

  // -- messages of the client ------------------------------------------------

  void handle_message(const protoo_message& in) {
    switch (in.kind) {
      case protoo_kind::success_response:
      case protoo_kind::error_response:
        return handle_response(in);
      case protoo_kind::notification:
        learn(generation_of(in));
        return handle_notification(in);
      case protoo_kind::request_message:
        learn(generation_of(in));
        return handle_request(in);
    }
  }

  // Refuses a request that could not be parsed; other messages are dropped.
  void refuse_unread(std::string_view text, std::error_code why) {
    const auto id = find_plain_member(text, "id");
    if (id && id->find_first_not_of("0123456789") == std::string_view::npos
        && find_plain_member(text, "request") == "true")
      reject({std::string{*id}}, {error_code::bad_request, why.message()});
  }

  void handle_response(const protoo_message& in) {
    const auto id = response_id(in);
    if (!id)
      return;
    const auto agreed = in.kind == protoo_kind::success_response;
    data_consumers_.handle_answer(*id, agreed);
    consumers_.handle_answer(*id, agreed);
  }

  // A notification has no response, so errors are only counted.
  void handle_notification(const protoo_message& in) {
    const auto method = find_protoo_method(in.method);
    if (!method || !method->command)
      return note_refusal(error_code::unknown_method);
    if (membership_ == membership::outside)
      return note_refusal(error_code::not_joined);
    auto verb = read_protoo_call(*method, *in.data);
    if (const auto what = std::get_if<request>(&verb))
      ask_for_client(std::move(*what), ignored{});
    else
      note_refusal(std::get<error>(verb).code);
  }

  void handle_request(const protoo_message& in) {
    const auto method = find_protoo_method(in.method);
    if (!method)
      return reject(in.id, make_error(error_code::unknown_method));
    if (method->refused_as)
      return reject(in.id, {*method->refused_as, std::string{method->reason}});
    if (!method->read)
      return push(protoo_success(in.id, json_object{}));
    if (method->joined && membership_ == membership::outside)
      return reject(in.id, make_error(error_code::not_joined));
    auto verb = read_protoo_call(*method, *in.data);
    if (const auto why = std::get_if<error>(&verb))
      return reject(in.id, *why);
    carry_out(in, std::move(std::get<request>(verb)));
  }

  void carry_out(const protoo_message& in, request what) {
    for_client caller{in.id};
    if (const auto get = std::get_if<verb::get_capabilities>(&what)) {
      get->room = room_;
    } else if (const auto join = std::get_if<verb::announce>(&what)) {
      if (membership_ != membership::outside)
        return reject(in.id, make_error(error_code::already_joined));
      membership_ = membership::joining;
      receives_ = join->capabilities.has_value();
      if (join->name.empty())
        join->name = self_.str();
      caller.joins = true;
    } else if (std::holds_alternative<verb::create_transport>(what)) {
      caller.receives = is_for_consuming(*in.data);
    }
    ask_for_client(std::move(what), std::move(caller));
  }

  // Learns the client's generation from a message; the first hint counts.
  void learn(protoo_generation shown) {
    if (generation_ != protoo_generation::unknown)
      return;
    generation_ = shown;
    if (shown != protoo_generation::unknown)
      push(version_notice(shown));
    if (shown != protoo_generation::current)
      join_deadline_ = opened_ + legacy_time_to_join;
  }

  // -- outcomes --------------------------------------------------------------

  void complete(const ignored&, const outcome&) {}

  void complete(const for_hidden_join&, const outcome& result) {
    if (const auto refused = std::get_if<error>(&result))
      close({no_reconnect_code, refused->message});
  }

  void complete(const for_consumer& of, const outcome& result) {
    consumers_.handle_outcome(of.producer, result);
    // The current generation gets the score with the offer.
    if (const auto made = find_reply<reply::consumed>(result);
        made && reads_legacy(generation_))
      consumers_.handle_event(event::consumer_score{made->id, made->scores});
  }

  void complete(const for_data_consumer& of, const outcome& result) {
    data_consumers_.handle_outcome(of.producer, result);
  }

  void complete(const for_client& caller, const outcome& result) {
    if (const auto refused = std::get_if<error>(&result)) {
      if (caller.joins)
        membership_ = membership::outside;
      return refuse(caller.id, *refused);
    }
    const auto& done = std::get<success>(result);
    push(protoo_success(caller.id, protoo_reply{done, generation_, self_}));
    if (const auto made = std::get_if<reply::transport_created>(&done);
        made && caller.receives) {
      consumers_.set_transport(made->id);
      if (made->sctp)
        data_consumers_.set_transport(made->id);
    }
    if (const auto joined = std::get_if<reply::joined>(&done);
        joined && caller.joins)
      enter(*joined);
  }

  void enter(const reply::joined& room) {
    membership_ = membership::joined;
    notices_.reset(room.participants);
    for (const auto& producer : room.producers)
      consume(producer);
    for (const auto& producer : room.data_producers)
      consume(producer);
    if (receives_)
      consumers_.begin();
    data_consumers_.begin();
  }

  void consume(const producer_info& producer) {
    if (producer.peer != self_)
      consumers_.add(producer.id);
  }

  void consume(const data_producer_info& producer) {
    if (producer.peer != self_)
      data_consumers_.add(producer.id);
  }

  void drain() {
    drain(consumers_);
    drain(data_consumers_);
  }

  template <class Kind>
  void drain(protoo_offers<Kind>& offers) {
    while (!out_.closing()) {
      auto step = offers.poll_step();
      if (!step)
        return;
      std::visit([this](auto& x) { this->take(x); }, *step);
    }
  }

  void take(verb::consume& verb) {
    for_consumer why{verb.producer.value_or(producer_id{})};
    ask(std::move(verb), std::move(why));
  }

  void take(verb::consume_data& verb) {
    for_data_consumer why{verb.data_producer.value_or(data_producer_id{})};
    ask(std::move(verb), std::move(why));
  }

  void take(protoo_offer<media_offer_traits>& offer) {
    push(
        protoo_request(offer.id, "newConsumer",
                       new_consumer_data(offer.consumer, consumers_.transport(),
                                         generation_)));
  }

  void take(protoo_offer<data_offer_traits>& offer) {
    push(protoo_request(offer.id, "newDataConsumer",
                        new_data_consumer_data(offer.consumer,
                                               data_consumers_.transport(),
                                               generation_)));
  }

  void take(any_event& event) {
    notify(event);
  }

  // Handles the resume or close of a consumer.
  void take(auto& verb) {
    ask(std::move(verb), ignored{});
  }

  // -- output ----------------------------------------------------------------

  void ask(request what, purpose why) {
    out_.ask(outstanding_.add(std::move(why)), std::move(what));
  }

  void ask_for_client(request what, purpose why) {
    if (outstanding_.size() >= max_outstanding)
      return close({close_codes::policy_violation, "too many requests"});
    ask(std::move(what), std::move(why));
  }

  void notify(const any_event& event) {
    if (auto notice = notices_.notice(event, generation_))
      push(*notice);
  }

  // Refuses a request without asking the server.
  void reject(const json_text& id, const error& why) {
    note_refusal(why.code);
    refuse(id, why);
  }

  void refuse(const json_text& id, const error& why) {
    push(protoo_failure(id, why));
  }

  void push(const protoo_notice& notice) {
    push(protoo_notification(notice.method, notice.data));
  }

  void push(std::string text) {
    out_.send({std::move(text), false});
  }

  void close(close_connection how) {
    out_.drop_requests();
    out_.close(std::move(how));
  }

  const room_id room_;
  const peer_id self_;
  protoo_generation generation_ = protoo_generation::unknown;
  membership membership_ = membership::outside;
  bool receives_ = false; // it gave RTP capabilities when it joined
  protoo_notices notices_;
  uint64_t last_request_ = 0; // of our requests to the client
  const size_t copies_;       // consumers per producer
  protoo_consumers consumers_{last_request_, copies_};
  protoo_data_consumers data_consumers_{last_request_};
  const net::time_point opened_;
  net::time_point join_deadline_;
  outstanding_requests<purpose> outstanding_;
};

} // namespace

dialect_entry protoo_entry() {
  dialect_entry entry{
      "protoo",
      carrier::websocket,
      is_protoo,
      refuse_protoo,
      [](const handshake& hello, net::rng&,
         net::time_point now) -> std::unique_ptr<dialect> {
        return std::make_unique<protoo_dialect>(hello, now);
      },
  };
  entry.subprotocol = protoo_subprotocol;
  entry.patience = time_in_lobby;
  entry.names = {"", "peerId", "roomId"};
  return entry;
}

} // namespace troupe::protocol
