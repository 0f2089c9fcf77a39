// The requests about recordings, and whether a member may make them.

#include "actors/room/room_recording.hpp"

#include "actors/base/caf_error.hpp"
#include "actors/recording/disk_task.hpp"
#include "actors/recording/recording_library.hpp"
#include "actors/room/room_state.hpp"
#include "net/base/rng.hpp"

#include <algorithm>
#include <cctype>

namespace troupe::actors {

namespace {

// Characters of [0-9a-z], 5 bits each at least: 120 bits.
constexpr size_t id_length = 24;

recording_id make_recording_id() {
  auto out = net::make_secure_rng()->alphanumeric(id_length);
  std::ranges::transform(out, out.begin(), [](unsigned char x) {
    return static_cast<char>(std::tolower(x));
  });
  return recording_id{out};
}

/// How long a start waits for a disk that does not answer: less than clients
/// wait for their answer.
constexpr auto disk_patience = std::chrono::seconds{3};

} // namespace

// -- requests -----------------------------------------------------------------

const peer_id* room_recording::sender() const {
  const auto* who = room_.sender();
  return who && room_.people.contains(*who) ? who : nullptr;
}

bool room_recording::may_record(const peer_id& who) const {
  const auto* x = room_.members.find(who);
  return x && x->records.value_or(room_.rules.may_moderate(who));
}

caf::result<reply::recording>
room_recording::handle(const verb::start_recording& x) {
  const auto* who = sender();
  if (!who)
    return to_caf(protocol::make_error(error_code::not_joined));
  if (!may_record(*who))
    return to_caf(protocol::make_error(error_code::forbidden));
  return start(peer_id{*who}, x.title);
}

caf::result<reply::recording>
room_recording::handle(const start_room_recording& x) {
  // No limit of the server's, which the API would call overload.
  if (info() || starting_)
    return to_caf({error_code::wrong_state, "The room is recorded already"});
  return start({}, x.title);
}

caf::result<reply::recording> room_recording::start(const peer_id& by,
                                                    std::string title) {
  auto promise = room_.self->make_response_promise<reply::recording>();
  start({by, std::move(title), {}, [promise](auto x) mutable {
           if (x)
             promise.deliver(std::move(*x));
           else
             promise.deliver(x.error());
         }});
  return promise;
}

std::optional<protocol::error> room_recording::refusal() const {
  if (!room_.services.recordings)
    return protocol::error{error_code::unsupported,
                           "This server does not record"};
  if (info() || starting_)
    return protocol::error{error_code::limit_reached,
                           "The room is recorded already"};
  if (room_.members.empty() || ended_)
    return protocol::error{error_code::wrong_state, "Nobody is in the room"};
  return std::nullopt;
}

void room_recording::start(start_request x) {
  if (const auto why = refusal())
    return x.then(to_caf(*why));
  const auto& services = *room_.services.recordings;
  if (!services.disk)
    return begin_if_free(x, UINT64_MAX);
  starting_ = true;
  room_.self
      ->request(spawn_disk_task(room_.self->system(), services.disk),
                disk_patience, get_free_octets{services.directory})
      .then(
          [this, x](const free_octets& found) {
            starting_ = false;
            begin_if_free(x, found.count);
          },
          [this, then = x.then](const caf::error&) {
            starting_ = false;
            then(to_caf(
                {error_code::overloaded, "The server's disk does not answer"}));
          });
}

// The room may have changed while the disk was asked.
void room_recording::begin_if_free(const start_request& x, uint64_t octets) {
  if (octets < room_.services.recordings->min_free)
    return x.then(
        to_caf({error_code::overloaded, "The server's disk is full"}));
  if (const auto why = refusal())
    return x.then(to_caf(*why));
  if (!x.by.empty() && !room_.people.contains(x.by))
    return x.then(to_caf(protocol::make_error(error_code::not_joined)));
  begin(x.by, x.title, x.cause);
  x.then(reply::recording{own_->info});
}

void room_recording::begin(const peer_id& by, std::string title,
                           std::string_view cause) {
  protocol::recording_info info{make_recording_id(),
                                by,
                                by.empty() ? std::string{} : room_.name_of(by),
                                now_on_wall(),
                                std::move(title),
                                room_.services.record.asks};
  auto actor = room_.services.record.spawn(
      room_.self->system(),
      {info.id, room_.id, room_.webhooks.room_sid(), info.title, by,
       info.by_name, info.started_at, room_.services.recordings,
       caf::actor_cast<recording_listener_actor>(room_.self)});
  room_.self->monitor(actor);
  own_ = running{std::move(actor), info};
  std::vector<log::field> about{{"recording", info.id.str()},
                                {"title", info.title}};
  if (!cause.empty())
    about.push_back({"because", std::string{cause}});
  room_.log_action("recording-started", by, std::move(about));
  room_.webhooks.note_recording_started(info);
  room_.self->send(room_.listener, room_recorded{room_.id, info.id});
  for (auto& x : room_.people.participants())
    room_.self->send(own_->actor,
                     recorded_peer_joined{x.id, std::move(x.name)});
  tell_started();
  tell_other_nodes();
  for (const auto& x : room_.people.others({}))
    record(*room_.people.find(x.id));
}

caf::result<reply::ok> room_recording::handle(const verb::stop_recording&) {
  const auto* who = sender();
  if (!who)
    return to_caf(protocol::make_error(error_code::not_joined));
  if (!may_record(*who))
    return to_caf(protocol::make_error(error_code::forbidden));
  if (!info())
    return to_caf(protocol::make_error(error_code::recording_not_found));
  const auto by = *who;
  if (own_)
    stop(by, own_->info.id);
  else
    room_.replica.command_all(
        {{}, "stopRecording", elsewhere_->id.str(), by.str(), {}});
  return reply::ok{};
}

caf::result<done> room_recording::handle(const stop_room_recording& x) {
  if (!own_ || own_->info.id != x.which)
    return to_caf(protocol::make_error(error_code::recording_not_found));
  stop({}, x.which);
  return done{};
}

void room_recording::stop(const peer_id& by, const recording_id& which) {
  if (!own_ || own_->ending || own_->info.id != which)
    return;
  room_.log_action("recording-stopped", by, {{"recording", which.str()}});
  finish(recording_end::stopped);
}

caf::result<reply::recording>
room_recording::handle(const verb::get_recording&) {
  if (!sender())
    return to_caf(protocol::make_error(error_code::not_joined));
  return reply::recording{info()};
}

caf::result<reply::recordings>
room_recording::handle(const verb::list_recordings&) {
  const auto* who = sender();
  if (!who)
    return to_caf(protocol::make_error(error_code::not_joined));
  if (!may_record(*who))
    return to_caf(protocol::make_error(error_code::forbidden));
  const auto& library = room_.services.library;
  if (!library)
    return to_caf({error_code::unsupported, "This server does not record"});
  const auto request = ++last_list_;
  auto promise = room_.self->make_response_promise<reply::recordings>();
  lists_.emplace(request, promise);
  library->list(room_.id, [me = caf::actor_cast<room_actor>(room_.self),
                           request](recording_library::listing x) {
    caf::anon_send(me, recordings_listed{request, std::move(x)});
  });
  return promise;
}

void room_recording::handle(recordings_listed& x) {
  if (auto asked = lists_.extract(x.request); !asked.empty())
    asked.mapped().deliver(reply::recordings{std::move(x.list)});
}

} // namespace troupe::actors
