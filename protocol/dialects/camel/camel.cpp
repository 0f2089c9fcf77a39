#include "protocol/dialects/camel/camel.hpp"

#include "protocol/dialects/camel/announcements.hpp"
#include "protocol/dialects/camel/arguments.hpp"
#include "protocol/dialects/camel/camel_decoder.hpp"
#include "protocol/dialects/camel/camel_transports.hpp"
#include "protocol/dialects/common/entries.hpp"
#include "protocol/dialects/common/refusal_reason.hpp"
#include "protocol/dialects/common/rejoin_secret.hpp"
#include "protocol/verbs/request_limits.hpp"

#include <map>
#include <memory>
#include <utility>

namespace troupe::protocol {

namespace {

using rapidjson::Value;

// The room of a client that names none.
constexpr std::string_view default_room = "default";

const camel_method* find_method(std::string_view event) {
  for (const auto& table : camel_method_tables())
    for (const auto& method : table.methods)
      if (method.event == event)
        return &method;
  return nullptr;
}

// The room that a client is in or is joining, and its state there.
struct room_membership {
  room_id room; // empty outside
  peer_id user;
  // The client joined by a join request, not by creating its first transport.
  bool joined_by_name = false;
  // The members when the client joined, until the room sends a new list, which
  // all members share in `everybody`.
  std::vector<peer_id> people;
  std::shared_ptr<const shared_participants_encoding> everybody;
  camel_transports transports;
  announcements<producer_info> producers;
  announcements<data_producer_info> data_producers;
};

// One call that has no answer yet, and the requests that it takes.
struct pending_call {
  const camel_method* method;
  socketio_call call;
  room_id room;
  bool joins = false;   // one of the requests joins that room
  bool joined = false;  // and has succeeded
  bool renames = false; // one sets the client's user id
  std::shared_ptr<room_membership> former = {}; // where the client was before
  bool receives = false;      // one creates a receive transport
  bool receives_data = false; // the same for data channels
  size_t outstanding = 0;
  std::vector<success> replies = {};
  std::optional<error> refused = {};
};

class camel_vocabulary final : public socketio_vocabulary {
public:
  void handle_call(const socketio_call& call, const Value& arguments,
                   socketio_link& link) override {
    const auto method = find_method(call.event);
    verdict done = make_error(error_code::unknown_method);
    if (method)
      done = perform({method, call, {}}, arguments, link);
    if (done)
      return;
    link.note_refusal(done.error().code);
    refuse(call, method, done.error(), link);
  }

  void handle_outcome(const socketio_call& call, const outcome& result,
                      socketio_link& link) override {
    const auto found = pending_calls_.find(call.tag);
    if (found == pending_calls_.end())
      return;
    auto& of = found->second;
    if (const auto done = std::get_if<success>(&result)) {
      note(of, *done);
      of.replies.push_back(*done);
    } else if (!of.refused) {
      of.refused = std::get<error>(result);
      // The requests after the failed move would act on the old room.
      if (of.former)
        of.outstanding -= link.withdraw(call);
    }
    if (--of.outstanding == 0)
      finish(std::move(pending_calls_.extract(found).mapped()), link);
  }

  void handle_event(const any_event& event, socketio_link& link) override {
    if (takes(event))
      push(event, link);
  }

  void handle_shared_event(const shared_event_encoding& event,
                           socketio_link& link) override {
    const auto& what = event.what();
    if (!takes(what))
      return;
    for (const auto& table : camel_method_tables())
      if (table.push)
        if (auto packet = event.text(&table, [&] { return table.push(what); });
            !packet->empty())
          link.emit(std::move(packet));
  }

  void handle_participants(const shared_participants_encoding& all,
                           socketio_link&) override {
    if (membership_.room.empty())
      return;
    membership_.everybody = all.shared_from_this();
    membership_.people.clear();
  }

  void handle_timeout(net::time_point now, socketio_link& link) override {
    announce(membership_.producers.handle_timeout(now), link);
    announce(membership_.data_producers.handle_timeout(now), link);
  }

  std::optional<net::time_point> poll_timeout() const override {
    const auto media = membership_.producers.poll_timeout();
    const auto data = membership_.data_producers.poll_timeout();
    return media && data ? std::min(*media, *data) : media ? media : data;
  }

private:
  using verdict = boost::system::result<void, error>;

  // -- from calls to requests ------------------------------------------------

  verdict perform(pending_call what, const Value& arguments,
                  socketio_link& link) {
    auto payload = gather_arguments(arguments, what.method->positions);
    if (!payload)
      return to_error(payload.error());
    auto named = read_room(*payload);
    if (!named)
      return to_error(named.error());
    what.room = std::move(*named);
    switch (what.method->role) {
      case camel_role::of_member:
        return ask_as_member(std::move(what), *payload, link);
      case camel_role::enters:
        return ask_or_enter(std::move(what), *payload, link);
      case camel_role::capabilities:
        return ask_capabilities(std::move(what), link);
      case camel_role::opens_room:
        return open_room(std::move(what), link);
      case camel_role::joins:
        return join(std::move(what), *payload, link);
      case camel_role::leaves:
        return leave(std::move(what), link);
    }
    return make_error(error_code::unknown_method);
  }

  verdict ask_as_member(pending_call what, const Value& payload,
                        socketio_link& link) {
    auto verb = what.method->read(payload);
    if (!verb)
      return to_error(verb.error());
    if (membership_.room.empty())
      return make_error(missing_outside(*verb));
    if (!what.room.empty() && what.room != membership_.room)
      return make_error(error_code::room_not_found);
    what.room = membership_.room;
    complete(*verb, what);
    return start(std::move(what), {std::move(*verb)}, link);
  }

  verdict ask_or_enter(pending_call what, const Value& payload,
                       socketio_link& link) {
    if (!membership_.room.empty()
        && (membership_.joined_by_name || what.room.empty()
            || what.room == membership_.room))
      return ask_as_member(std::move(what), payload, link);
    auto verb = what.method->read(payload);
    if (!verb)
      return to_error(verb.error());
    what.room = choose_room(what.room, link);
    auto entry = read_join(what, {}, payload, link);
    if (!entry)
      return to_error(entry.error());
    enter(what, *entry, link);
    membership_.joined_by_name = false;
    complete(*verb, what);
    return start(std::move(what), {std::move(*entry), std::move(*verb)}, link);
  }

  verdict ask_capabilities(pending_call what, socketio_link& link) {
    if (!what.room.empty())
      last_named_ = what.room;
    what.room = choose_room(what.room, link);
    std::vector<request> requests{verb::get_capabilities{what.room}};
    return start(std::move(what), std::move(requests), link);
  }

  verdict open_room(pending_call what, socketio_link& link) {
    if (what.room.empty())
      what.room = room_id{link.handshake_value("roomId").value_or("")};
    if (what.room.empty())
      return bad_member("roomId", "missing");
    last_named_ = what.room;
    std::vector<request> requests{verb::create_room{what.room},
                                  verb::get_capabilities{what.room}};
    return start(std::move(what), std::move(requests), link);
  }

  // A client that joins twice, as an effect that runs twice does, gets its
  // answer and a transport. One that joins another room, or as another user,
  // moves. One that entered by its first transport now sets its user id.
  verdict join(pending_call what, const Value& payload, socketio_link& link) {
    auto user = read_user(payload);
    if (!user)
      return to_error(user.error());
    what.room = choose_room(what.room, link);
    const auto same_room = what.room == membership_.room;
    std::vector<request> requests;
    if (same_room && (user->empty() || *user == membership_.user.str())) {
      requests.emplace_back(verb::list_producers{});
    } else if (same_room && !membership_.joined_by_name) {
      auto entry = read_join(what, std::move(*user), payload, link);
      if (!entry)
        return to_error(entry.error());
      entry->renames = what.renames = true;
      requests.emplace_back(std::move(*entry));
    } else {
      auto entry = read_join(what, std::move(*user), payload, link);
      if (!entry)
        return to_error(entry.error());
      enter(what, *entry, link);
      requests.emplace_back(std::move(*entry));
    }
    membership_.joined_by_name = true;
    membership_.transports.handle_join();
    requests.emplace_back(verb::get_capabilities{what.room});
    auto& transport = requests.emplace_back(verb::create_transport{});
    if (const auto parsed = read_create_transport(payload))
      std::get<verb::create_transport>(transport).sctp =
          std::get<verb::create_transport>(*parsed).sctp;
    return start(std::move(what), std::move(requests), link);
  }

  verdict leave(pending_call what, socketio_link& link) {
    if (membership_.room.empty())
      return make_error(error_code::not_joined);
    what.room = membership_.room;
    forget_room();
    return start(std::move(what), {verb::leave{}}, link);
  }

  checked<verb::join> read_join(const pending_call& what, std::string user,
                                const Value& payload,
                                const socketio_link& link) const {
    auto capabilities = read_capabilities(payload);
    if (!capabilities)
      return capabilities.error();
    auto secret = read_rejoin_secret(payload);
    if (!secret)
      return secret.error();
    verb::join out;
    out.rejoin_secret = std::move(*secret);
    out.room = what.room;
    out.named_by_client = !user.empty() && user != link.sid();
    out.name = link.name_of(payload).value_or(user);
    out.peer = peer_id{user.empty() ? link.sid() : std::move(user)};
    out.capabilities = std::move(*capabilities);
    out.must_exist = what.method->existing_room && what.call.id.has_value()
                     && what.room != membership_.room;
    // Checked before the client leaves its room.
    if (const auto excess = find_excess(out))
      return refusal{decode_errc::bad_value, excess->message};
    return out;
  }

  // A client leaves its room only once the new one has admitted it. To join the
  // same room as another user it leaves first, not to meet itself there.
  void enter(pending_call& what, verb::join& as, socketio_link& link) {
    as.moves = !membership_.room.empty() && membership_.room != as.room;
    if (as.moves)
      what.former = std::make_shared<room_membership>(std::move(membership_));
    else if (!membership_.room.empty())
      link.ask(verb::leave{}, std::nullopt);
    forget_room();
    membership_.room = as.room;
    membership_.user = as.peer;
    what.joins = true;
  }

  // The named room, else the client's room, else the room that it named last,
  // else the room of its handshake.
  room_id choose_room(const room_id& named, const socketio_link& link) const {
    for (const auto& x : {named, membership_.room, last_named_})
      if (!x.empty())
        return x;
    return room_id{
        link.handshake_value("roomId").value_or(std::string{default_room})};
  }

  // Fills in the members of a request that the client may omit.
  void complete(request& what, pending_call& of) {
    membership_.transports.complete(what, of.method->implies_direction);
    if (const auto create = std::get_if<verb::create_transport>(&what))
      of.receives = create->direction == direction::recv;
    else if (const auto consume = std::get_if<verb::consume>(&what);
             consume && consume->producer)
      membership_.producers.handle_consumed(*consume->producer);
    else if (const auto data = std::get_if<verb::consume_data>(&what);
             data && data->data_producer)
      membership_.data_producers.handle_consumed(*data->data_producer);
  }

  verdict start(pending_call what, std::vector<request> requests,
                socketio_link& link) {
    what.outstanding = requests.size();
    what.call.tag = ++last_tag_;
    const auto origin = what.call;
    pending_calls_.emplace(origin.tag, std::move(what));
    for (auto& x : requests)
      link.ask(std::move(x), origin);
    return {};
  }

  // -- from outcomes to answers ----------------------------------------------

  // Updates the client's state from a reply, unless it has left that room.
  void note(pending_call& of, const success& done) {
    if (of.room != membership_.room)
      return;
    if (const auto joined = std::get_if<reply::joined>(&done)) {
      of.joined = true;
      membership_.user = joined->peer;
      membership_.everybody.reset();
      membership_.people.clear();
      for (const auto& x : joined->participants)
        membership_.people.push_back(x.id);
      if (of.renames)
        return;
      membership_.producers.enter(joined->producers);
      membership_.data_producers.enter(joined->data_producers);
    } else if (const auto list = std::get_if<reply::producers>(&done)) {
      if (of.method->role == camel_role::joins)
        membership_.producers.enter_again(list->list);
    } else if (const auto consumed = std::get_if<reply::consumed>(&done)) {
      membership_.producers.handle_consumed(consumed->producer);
    } else if (const auto data = std::get_if<reply::data_consumed>(&done)) {
      membership_.data_producers.handle_consumed(data->data_producer);
    } else if (const auto made = std::get_if<reply::transport_created>(&done)) {
      const auto undirected = of.method->role == camel_role::joins;
      if (undirected)
        membership_.transports.handle_joined(made->id);
      of.receives_data = made->sctp && (of.receives || undirected);
    }
  }

  void finish(pending_call done, socketio_link& link) {
    if (done.refused) {
      if (done.joins && !done.joined && done.room == membership_.room)
        membership_ = done.former ? std::move(*done.former) : room_membership{};
      if (done.renames && done.room == membership_.room)
        membership_.joined_by_name = false;
      return refuse(done.call, done.method, *done.refused, link);
    }
    answer(done, link);
    if (done.room != membership_.room)
      return;
    tell_recording(done, link);
    if (done.receives_data)
      membership_.data_producers.handle_transport(link.now());
    if (done.receives)
      membership_.producers.handle_transport(link.now());
    else if (done.method->role == camel_role::joins && !done.call.id)
      announce(membership_.producers.take_pending(), link);
  }

  void answer(const pending_call& done, socketio_link& link) {
    const auto& method = *done.method;
    const camel_replies replies{done.replies, done.room, people()};
    if (done.call.id)
      return link.answer(done.call, method.acknowledge(replies));
    const auto encoder =
        method.answer_encoder ? method.answer_encoder : method.acknowledge;
    link.emit(method.answer_event.empty() ? method.event : method.answer_event,
              encoder(replies));
  }

  // Not every answer by which a client enters has a place for the recording
  // that goes on: all are followed by its event.
  static void tell_recording(const pending_call& done, socketio_link& link) {
    for (const auto& x : done.replies)
      if (const auto joined = std::get_if<reply::joined>(&x);
          joined && joined->recording)
        push(event::recording_started{*joined->recording}, link);
  }

  // A failure without a callback is reported by the event `requestError`, which
  // every client can ignore.
  static void refuse(const socketio_call& call, const camel_method* method,
                     const error& why, socketio_link& link) {
    std::string_view own;
    if (method && method->error_text)
      own = method->error_text(why.code);
    json_object out;
    out.add("error", own.empty() ? std::string_view{why.message} : own)
        .add("code", to_string(why.code));
    add_reason(out, why, link.login_url());
    if (call.id)
      link.answer(call, out.text());
    else
      link.emit("requestError", out.add("event", call.event).text());
  }

  // -- pushed events ---------------------------------------------------------

  // Updates the state by an event. Returns whether to send it on now.
  bool takes(const any_event& event) {
    if (const auto closed = std::get_if<event::producer_closed>(&event))
      membership_.producers.handle_closed(closed->producer);
    else if (const auto x = std::get_if<event::data_producer_closed>(&event))
      membership_.data_producers.handle_closed(x->data_producer);
    else if (const auto y = std::get_if<event::data_producer_added>(&event))
      return membership_.data_producers.handle_added(y->data_producer);
    const auto added = std::get_if<event::producer_added>(&event);
    return !added || membership_.producers.handle_added(added->producer);
  }

  static void push(const any_event& event, socketio_link& link) {
    auto emit = [&](std::string packet) {
      if (!packet.empty())
        link.emit(std::make_shared<const std::string>(std::move(packet)));
    };
    for (const auto& table : camel_method_tables())
      if (table.push)
        emit(table.push(event));
  }

  static void announce(std::vector<producer_info> producers,
                       socketio_link& link) {
    for (auto& x : producers)
      push(event::producer_added{std::move(x)}, link);
  }

  static void announce(std::vector<data_producer_info> producers,
                       socketio_link& link) {
    for (auto& x : producers)
      push(event::data_producer_added{std::move(x)}, link);
  }

  // -- the client's room -----------------------------------------------------

  std::vector<peer_id> people() const {
    if (!membership_.everybody)
      return membership_.people;
    std::vector<peer_id> out;
    for (const auto& x : membership_.everybody->what())
      out.push_back(x.id);
    return out;
  }

  void forget_room() {
    membership_ = {};
  }

  std::map<uint64_t, pending_call> pending_calls_;
  uint64_t last_tag_ = 0;

  room_membership membership_;
  room_id last_named_;
};

bool identifies(std::string_view event) {
  const auto method = find_method(event);
  return method && method->identifies_vocabulary;
}

} // namespace

socketio_vocabulary_entry camel_entry() {
  return {
      "camel",
      identifies,
      []() -> std::unique_ptr<socketio_vocabulary> {
        return std::make_unique<camel_vocabulary>();
      },
  };
}

} // namespace troupe::protocol
