#include "actors/http/admin_task.hpp"

#include "actors/base/caf_error.hpp"
#include "actors/base/log.hpp"
#include "actors/http/admin_json.hpp"
#include "actors/media/webrtc_stats.hpp"
#include "protocol/json/json_writer.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <algorithm>

namespace troupe::actors {

namespace {

namespace verb = protocol::verb;
using protocol::error_code;

net::http_response to_response(const protocol::error& x) {
  switch (x.code) {
    case error_code::room_not_found:
      return admin_error(404, "room-not-found", x.message);
    case error_code::unsupported:
      return admin_error(409, "unsupported", x.message);
    case error_code::consumer_not_found:
      return admin_error(404, "consumer-not-found", x.message);
    // A room's error for a member that it does not have.
    case error_code::bad_request:
      return admin_error(404, "peer-not-found", "Peer not found");
    default:
      return admin_error(503, to_string(x.code), x.message);
  }
}

struct task_state {
  using pointer = caf::stateful_actor<task_state>*;

  static inline const char* name = "admin-task";

  explicit task_state(pointer self_ptr) : self(self_ptr) {}

  void start();

  void list_rooms();
  void take_page(const room_page& page);
  void with_report(const room_report& x);
  void with_member(const room_report& x);
  void add_stats(const room_report& x);
  void administer(administer_room what);
  void send_message();

  // The moderation command of this request.
  administer_room command() const;

  // Calls `next` with the room's actor, or responds that there is none.
  template <class F>
  void find_room(F next);

  // Sends a request; responds with the error if it fails.
  template <class Actor, class Message, class Result>
  void ask(const Actor& whom, Message what, std::function<void(Result&)> next) {
    self->request(whom, job.timeout, std::move(what))
        .then([next = std::move(next)](Result& x) { next(x); },
              [this](caf::error& failure) {
                answer(to_response(from_caf(failure)));
              });
  }

  // The responder ignores all calls but the first.
  void answer(net::http_response x) {
    job.respond(std::move(x));
  }

  void answer(std::string json) {
    answer(net::json_response(200, std::move(json)));
  }

  pointer self;
  admin_job job;
  std::vector<room_report> reports;
  std::vector<producer_stats> figures;
  size_t missing = 0; // responses still to come
};

void task_state::start() {
  switch (job.call.action) {
    case admin_action::get_server_stats:
      return answer(
          admin_error(500, "internal", "This request needs no actor"));
    case admin_action::list_rooms:
      return list_rooms();
    case admin_action::close_room:
    case admin_action::lock_room:
    case admin_action::kick_peer:
    case admin_action::mute_peer:
      return administer(command());
    case admin_action::send_to_room:
      return send_message();
    default:
      return find_room([this](const room_actor& room) {
        ask<room_actor, get_room_report, room_report>(
            room, get_room_report{},
            [this](room_report& x) { with_report(x); });
      });
  }
}

template <class F>
void task_state::find_room(F next) {
  ask<server_actor, actors::find_room, room_found>(
      job.server, actors::find_room{job.call.room},
      [next](room_found& x) { next(x.room); });
}

void task_state::list_rooms() {
  ask<server_actor, actors::list_rooms, room_page>(
      job.server, actors::list_rooms{room_id{job.call.after}, job.call.limit},
      [this](room_page& x) { take_page(x); });
}

void task_state::take_page(const room_page& page) {
  missing = page.rooms.size();
  auto finish = [this, next = page.next] {
    std::ranges::sort(reports, {}, &room_report::id);
    answer(room_list_json(reports, next));
  };
  if (missing == 0)
    return finish();
  // A room that ends meanwhile is no longer in the list.
  reports.reserve(missing);
  for (const auto& room : page.rooms)
    self->request(room, job.timeout, get_room_report{})
        .then(
            [this, finish](room_report& x) {
              reports.push_back(std::move(x));
              if (--missing == 0)
                finish();
            },
            [this, finish](caf::error&) {
              if (--missing == 0)
                finish();
            });
}

void task_state::with_report(const room_report& x) {
  switch (job.call.action) {
    case admin_action::list_peers:
      return answer(peer_list_json(x));
    case admin_action::get_room_stats:
      return add_stats(x);
    case admin_action::get_peer:
    case admin_action::get_peer_stats:
    case admin_action::explain_consumer:
      return with_member(x);
    default:
      return answer(room_json(x));
  }
}

void task_state::with_member(const room_report& x) {
  auto who = std::ranges::find(x.members, job.call.peer,
                               [](const auto& m) { return m.who.id; });
  if (who == x.members.end())
    return answer(admin_error(404, "peer-not-found", "Peer not found"));
  if (job.call.action == admin_action::get_peer)
    return answer(peer_json(x, *who));
  if (job.call.action == admin_action::explain_consumer)
    return ask<peer_handle, explain_consumer, consumer_explanation>(
        who->peer, explain_consumer{job.call.consumer},
        [this](consumer_explanation& y) { answer(explanation_json(y)); });
  ask<peer_handle, get_peer_stats, protocol::reply::stats>(
      who->peer, get_peer_stats{}, [this](protocol::reply::stats& stats) {
        answer(peer_stats_json(job.call.peer, stats.report));
      });
}

void task_state::add_stats(const room_report& x) {
  missing = x.producers.size();
  reports = {x};
  auto finish = [this] {
    if (missing == 0)
      answer(room_stats_json(reports.front(), figures));
  };
  for (const auto& producer : x.producers)
    self->request(producer.handle, job.timeout, get_actor_stats{})
        .then(
            [this, finish, info = producer.info](protocol::reply::stats& s) {
              figures.push_back({info, std::move(s.report)});
              --missing;
              finish();
            },
            [this, finish](caf::error&) {
              --missing;
              finish();
            });
  finish();
}

administer_room task_state::command() const {
  const auto& x = job.call;
  administer_room out;
  switch (x.action) {
    case admin_action::lock_room:
      out.what = verb::lock_room{x.locked};
      break;
    case admin_action::kick_peer:
      out.what = verb::kick{x.peer};
      break;
    case admin_action::mute_peer:
      out.what = verb::mute{x.peer, x.kind};
      break;
    default:
      out.what = verb::end_room{};
  }
  return out;
}

void task_state::send_message() {
  using net::sctp_ppid;
  const auto& x = job.call.message;
  const auto empty = x.content.empty();
  const auto text = empty ? sctp_ppid::string_empty : sctp_ppid::string;
  const auto binary = empty ? sctp_ppid::binary_empty : sctp_ppid::binary;
  actors::send_to_room what{x.label,
                            {x.binary ? binary : text,
                             std::make_shared<const std::vector<uint8_t>>(
                                 x.content.begin(), x.content.end()),
                             x.subchannels, x.required_subchannel}};
  find_room([this, what](const room_actor& room) {
    ask<room_actor, actors::send_to_room, sent_to_room>(
        room, what, [this](sent_to_room& sent) {
          protocol::json_writer out;
          out.begin_object()
              .add("dataProducerId", sent.producer.str())
              .add("label", job.call.message.label)
              .end_object();
          answer(out.str());
        });
  });
}

void task_state::administer(administer_room what) {
  find_room([this, what](const room_actor& room) {
    ask<room_actor, administer_room, done>(room, what, [this](done&) {
      answer(net::http_response{204, {}, {}});
    });
  });
}

} // namespace

void start_admin_task(caf::actor_system& system, admin_job job) {
  system.spawn([job = std::move(job)](task_state::pointer self) {
    self->state.job = job;
    self->state.start();
  });
}

} // namespace troupe::actors
