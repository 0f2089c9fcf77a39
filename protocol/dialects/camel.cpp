#include "protocol/dialects/camel.hpp"

#include "protocol/dialects/announcements.hpp"
#include "protocol/dialects/arguments.hpp"
#include "protocol/dialects/camel_reading.hpp"
#include "protocol/dialects/camel_transports.hpp"
#include "protocol/dialects/entries.hpp"

#include <map>
#include <utility>

namespace troupe::protocol {

namespace {

using rapidjson::Value;

// Where a client is that names no room at all.
constexpr std::string_view default_room = "default";

const camel_method* find_method(std::string_view event) {
  for (const auto& chapter : camel_chapters())
    for (const auto& method : chapter.methods)
      if (method.event == event)
        return &method;
  return nullptr;
}

// One call on its way to its answer, and the requests that it takes.
struct task {
  const camel_method* method;
  socketio_call call;
  room_id room;
  bool joins = false;         // one of the requests enters that room
  bool joined = false;        // and has been granted
  bool receives = false;      // one makes a transport to receive by
  bool receives_data = false; // and so for data channels
  size_t outstanding = 0;
  std::vector<success> replies = {};
  std::optional<error> refused = {};
};

class camel_vocabulary final : public socketio_vocabulary {
public:
  void handle_call(const socketio_call& call, const Value& arguments,
                   socketio_link& link) override {
    const auto method = find_method(call.event);
    if (!method)
      return refuse(call, nullptr, make_error(error_code::unknown_method),
                    link);
    const auto done = perform({method, call, {}}, arguments, link);
    if (!done)
      refuse(call, method, done.error(), link);
  }

  void handle_outcome(const socketio_call& call, const outcome& result,
                      socketio_link& link) override {
    const auto found = tasks_.find(call.tag);
    if (found == tasks_.end())
      return;
    auto& of = found->second;
    if (const auto done = std::get_if<success>(&result)) {
      note(of, *done);
      of.replies.push_back(*done);
    } else if (!of.refused) {
      of.refused = std::get<error>(result);
    }
    if (--of.outstanding == 0)
      finish(std::move(tasks_.extract(found).mapped()), link);
  }

  void handle_event(const any_event& event, socketio_link& link) override {
    if (takes(event))
      push(event, link);
  }

  void handle_shared_event(const worded_event& event,
                           socketio_link& link) override {
    const auto& what = event.what();
    if (!takes(what))
      return;
    for (const auto& chapter : camel_chapters())
      if (chapter.push)
        if (auto packet =
                event.text(&chapter, [&] { return chapter.push(what); });
            !packet->empty())
          link.emit(std::move(packet));
  }

  void handle_participants(const worded_participants& all,
                           socketio_link&) override {
    if (room_.empty())
      return;
    everybody_ = all.shared_from_this();
    people_.clear();
  }

  void handle_timeout(net::time_point now, socketio_link& link) override {
    tell(producers_.handle_timeout(now), link);
    tell(data_producers_.handle_timeout(now), link);
  }

  std::optional<net::time_point> poll_timeout() const override {
    const auto media = producers_.poll_timeout();
    const auto data = data_producers_.poll_timeout();
    return media && data ? std::min(*media, *data) : media ? media : data;
  }

private:
  using verdict = boost::system::result<void, error>;

  // -- from calls to requests ------------------------------------------------

  verdict perform(task what, const Value& arguments, socketio_link& link) {
    auto payload = gather_arguments(arguments, what.method->positions);
    if (!payload)
      return to_error(payload.error());
    auto named = read_short_room(*payload);
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

  verdict ask_as_member(task what, const Value& payload, socketio_link& link) {
    auto verb = what.method->read(payload);
    if (!verb)
      return to_error(verb.error());
    if (room_.empty())
      return make_error(missing_outside(*verb));
    if (!what.room.empty() && what.room != room_)
      return make_error(error_code::room_not_found);
    what.room = room_;
    complete(*verb, what);
    return start(std::move(what), {std::move(*verb)}, link);
  }

  verdict ask_or_enter(task what, const Value& payload, socketio_link& link) {
    if (!room_.empty()
        && (joined_by_name_ || what.room.empty() || what.room == room_))
      return ask_as_member(std::move(what), payload, link);
    auto verb = what.method->read(payload);
    if (!verb)
      return to_error(verb.error());
    what.room = choose_room(what.room, link);
    auto entry = read_join(what, {}, payload, link);
    if (!entry)
      return to_error(entry.error());
    enter(what, *entry, link);
    joined_by_name_ = false;
    complete(*verb, what);
    return start(std::move(what), {std::move(*entry), std::move(*verb)}, link);
  }

  verdict ask_capabilities(task what, socketio_link& link) {
    if (!what.room.empty())
      last_named_ = what.room;
    what.room = choose_room(what.room, link);
    return start(std::move(what), {verb::get_capabilities{what.room}}, link);
  }

  verdict open_room(task what, socketio_link& link) {
    if (what.room.empty())
      what.room = room_id{link.greeting("roomId").value_or("")};
    if (what.room.empty())
      return error{error_code::bad_request, "roomId is missing"};
    last_named_ = what.room;
    return start(
        std::move(what),
        {verb::create_room{what.room}, verb::get_capabilities{what.room}},
        link);
  }

  // A client that joins twice, as an effect that runs twice does, wants its
  // answer and a transport; one that joins elsewhere, or as somebody else,
  // wants to move.
  verdict join(task what, const Value& payload, socketio_link& link) {
    auto user = read_user(payload);
    if (!user)
      return to_error(user.error());
    what.room = choose_room(what.room, link);
    const auto same_user =
        user->empty() || !joined_by_name_ || *user == user_.str();
    std::vector<request> requests;
    if (what.room == room_ && same_user) {
      requests.emplace_back(verb::list_producers{});
    } else {
      auto entry = read_join(what, std::move(*user), payload, link);
      if (!entry)
        return to_error(entry.error());
      // A refused move would leave the client nowhere.
      if (entry->must_exist && joined_by_name_ && what.room != last_opened_)
        return make_error(error_code::room_not_found);
      enter(what, *entry, link);
      requests.emplace_back(std::move(*entry));
    }
    joined_by_name_ = true;
    transports_.handle_join();
    requests.emplace_back(verb::get_capabilities{what.room});
    auto& transport = requests.emplace_back(verb::create_transport{});
    if (const auto wish = read_create_transport(payload))
      std::get<verb::create_transport>(transport).sctp =
          std::get<verb::create_transport>(*wish).sctp;
    return start(std::move(what), std::move(requests), link);
  }

  verdict leave(task what, socketio_link& link) {
    if (room_.empty())
      return make_error(error_code::not_joined);
    what.room = room_;
    forget_room();
    return start(std::move(what), {verb::leave{}}, link);
  }

  checked<verb::join> read_join(const task& what, std::string user,
                                const Value& payload,
                                const socketio_link& link) const {
    auto capabilities = read_capabilities(payload);
    if (!capabilities)
      return capabilities.error();
    verb::join out;
    out.room = what.room;
    out.named_by_client = !user.empty() && user != link.sid();
    out.name = link.name_of(payload).value_or(user);
    out.peer = peer_id{user.empty() ? link.sid() : std::move(user)};
    out.capabilities = std::move(*capabilities);
    out.must_exist = what.method->existing_room && what.call.id.has_value()
                     && what.room != room_;
    return out;
  }

  void enter(task& what, const verb::join& as, socketio_link& link) {
    if (!room_.empty())
      link.ask(verb::leave{}, std::nullopt);
    forget_room();
    room_ = as.room;
    user_ = as.peer;
    what.joins = true;
  }

  // The room that is named, else the one that the client is in, else the last
  // that it spoke of, else the one that its handshake speaks of.
  room_id choose_room(const room_id& named, const socketio_link& link) const {
    for (const auto& x : {named, room_, last_named_})
      if (!x.empty())
        return x;
    return room_id{link.greeting("roomId").value_or(std::string{default_room})};
  }

  // Adds to a request what the client need not say.
  void complete(request& what, task& of) {
    transports_.complete(what, of.method->one_way);
    if (const auto create = std::get_if<verb::create_transport>(&what))
      of.receives = create->direction == direction::recv;
    else if (const auto consume = std::get_if<verb::consume>(&what);
             consume && consume->producer)
      producers_.handle_consumed(*consume->producer);
    else if (const auto data = std::get_if<verb::consume_data>(&what);
             data && data->data_producer)
      data_producers_.handle_consumed(*data->data_producer);
  }

  verdict start(task what, std::vector<request> requests, socketio_link& link) {
    what.outstanding = requests.size();
    what.call.tag = ++last_tag_;
    const auto origin = what.call;
    tasks_.emplace(origin.tag, std::move(what));
    for (auto& x : requests)
      link.ask(std::move(x), origin);
    return {};
  }

  // -- from outcomes to answers ----------------------------------------------

  // Keeps what the client's state depends on, unless it has moved on.
  void note(task& of, const success& done) {
    if (of.room != room_)
      return;
    if (const auto joined = std::get_if<reply::joined>(&done)) {
      of.joined = true;
      everybody_.reset();
      people_.clear();
      for (const auto& x : joined->participants)
        people_.push_back(x.id);
      producers_.enter(joined->producers);
      data_producers_.enter(joined->data_producers);
    } else if (const auto consumed = std::get_if<reply::consumed>(&done)) {
      producers_.handle_consumed(consumed->producer);
    } else if (const auto data = std::get_if<reply::data_consumed>(&done)) {
      data_producers_.handle_consumed(data->data_producer);
    } else if (const auto made = std::get_if<reply::transport_created>(&done)) {
      const auto undirected = of.method->role == camel_role::joins;
      if (undirected)
        transports_.handle_joined(made->id);
      of.receives_data = made->sctp && (of.receives || undirected);
    }
  }

  void finish(task done, socketio_link& link) {
    if (done.method->role == camel_role::opens_room
        && (!done.refused || done.refused->code == error_code::room_exists))
      last_opened_ = done.room;
    if (done.refused) {
      if (done.joins && !done.joined && done.room == room_)
        forget_room();
      return refuse(done.call, done.method, *done.refused, link);
    }
    answer(done, link);
    if (done.room != room_)
      return;
    if (done.receives_data)
      data_producers_.handle_transport(link.now());
    if (done.receives)
      producers_.handle_transport(link.now());
    else if (done.method->role == camel_role::joins && !done.call.id)
      tell(producers_.take_untold(), link);
  }

  void answer(const task& done, socketio_link& link) {
    const auto& method = *done.method;
    const camel_replies replies{done.replies, done.room, people()};
    if (done.call.id)
      return link.answer(done.call, method.acknowledge(replies));
    const auto shape =
        method.answer_shape ? method.answer_shape : method.acknowledge;
    link.emit(method.answer_event.empty() ? method.event : method.answer_event,
              shape(replies));
  }

  // A failure that nobody waits for is told by an event, `requestError`,
  // which no client stumbles over.
  static void refuse(const socketio_call& call, const camel_method* method,
                     const error& why, socketio_link& link) {
    std::string_view own;
    if (method && method->sentence)
      own = method->sentence(why.code);
    json_object out;
    out.add("error", own.empty() ? std::string_view{why.message} : own)
        .add("code", to_string(why.code));
    if (call.id)
      link.answer(call, out.text());
    else
      link.emit("requestError", out.add("event", call.event).text());
  }

  // -- what is pushed --------------------------------------------------------

  // Learns from an event. Returns whether the client is to be told of it now.
  bool takes(const any_event& event) {
    if (const auto closed = std::get_if<event::producer_closed>(&event))
      producers_.handle_closed(closed->producer);
    else if (const auto x = std::get_if<event::data_producer_closed>(&event))
      data_producers_.handle_closed(x->data_producer);
    else if (const auto y = std::get_if<event::data_producer_added>(&event))
      return data_producers_.handle_added(y->data_producer);
    const auto added = std::get_if<event::producer_added>(&event);
    return !added || producers_.handle_added(added->producer);
  }

  static void push(const any_event& event, socketio_link& link) {
    auto emit = [&](std::string packet) {
      if (!packet.empty())
        link.emit(std::make_shared<const std::string>(std::move(packet)));
    };
    for (const auto& chapter : camel_chapters())
      if (chapter.push)
        emit(chapter.push(event));
  }

  static void tell(std::vector<producer_info> producers, socketio_link& link) {
    for (auto& x : producers)
      push(event::producer_added{std::move(x)}, link);
  }

  static void tell(std::vector<data_producer_info> producers,
                   socketio_link& link) {
    for (auto& x : producers)
      push(event::data_producer_added{std::move(x)}, link);
  }

  // -- the client's room -----------------------------------------------------

  std::vector<peer_id> people() const {
    if (!everybody_)
      return people_;
    std::vector<peer_id> out;
    for (const auto& x : everybody_->what())
      out.push_back(x.id);
    return out;
  }

  void forget_room() {
    room_ = room_id{};
    user_ = peer_id{};
    joined_by_name_ = false;
    people_.clear();
    everybody_.reset();
    transports_ = {};
    producers_.enter({});
    data_producers_.enter({});
  }

  std::map<uint64_t, task> tasks_;
  uint64_t last_tag_ = 0;

  // Where the client is or is about to be, and as whom; empty outside.
  room_id room_;
  peer_id user_;
  // By a request that says so, and not along with its first transport.
  bool joined_by_name_ = false;
  room_id last_named_;
  room_id last_opened_; // known to be there, since the client tried to open it
  // Who was there when the client joined, until the room tells anew: a list
  // that all members share.
  std::vector<peer_id> people_;
  std::shared_ptr<const worded_participants> everybody_;
  camel_transports transports_;
  announcements<producer_info> producers_;
  announcements<data_producer_info> data_producers_;
};

bool opens(std::string_view event) {
  const auto method = find_method(event);
  return method && method->telling;
}

} // namespace

socketio_vocabulary_entry camel_entry() {
  return {
      "camel",
      opens,
      []() -> std::unique_ptr<socketio_vocabulary> {
        return std::make_unique<camel_vocabulary>();
      },
  };
}

} // namespace troupe::protocol
