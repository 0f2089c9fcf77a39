#include "actors/http/admin_forwards.hpp"

#include "protocol/json/json_writer.hpp"

namespace troupe::actors {

namespace {

void write_track(protocol::json_writer& out, const forward_track& x,
                 const net::socket_address& to) {
  const auto port = protocol::forward_port(to, x.kind);
  out.begin_object()
      .add("kind", to_string(x.kind))
      .add("port", port)
      .add("rtcpPort", port + 1)
      .add("ssrc", x.ssrc);
  if (!x.producer.empty())
    out.add("producerId", x.producer.str())
        .add("codec", x.codec.mime_type)
        .add("payloadType", x.codec.payload_type);
  out.end_object();
}

void write_forward(protocol::json_writer& out, const forward_info& x) {
  out.begin_object()
      .add("id", x.id.str())
      .add("room", x.room.str())
      .add("peer", x.peer.str())
      .add("address", x.to.ip())
      .add("port", x.to.port())
      .add("startedAt", protocol::to_text(x.started_at))
      .key("tracks")
      .begin_array();
  for (const auto& track : x.tracks)
    write_track(out, track, x.to);
  out.end_array().end_object();
}

net::http_response no_forward() {
  return admin_error(404, "forward-not-found", "There is no such forward");
}

} // namespace

std::string forward_json(const forward_info& x) {
  protocol::json_writer out;
  write_forward(out, x);
  return out.str();
}

std::string forward_list_json(const forward_list& x) {
  protocol::json_writer out;
  out.begin_object().key("forwards").begin_array();
  for (const auto& one : x.all)
    write_forward(out, one);
  return out.end_array().end_object().str();
}

void admin_forwards::start() {
  task_.with_room([this](const room_actor& room) {
    task_.ask<forward_info>(
        room, start_forward{task_.job.call.forward}, [this](forward_info& x) {
          task_.answer(net::json_response(201, forward_json(x)));
        });
  });
}

void admin_forwards::list() {
  task_.with_room([this](const room_actor& room) {
    task_.ask<forward_list>(room, list_forwards{}, [this](forward_list& x) {
      task_.answer(forward_list_json(x));
    });
  });
}

void admin_forwards::handle_one() {
  const auto done = [this](const forward_info&) {
    task_.answer(net::http_response{204, {}, {}});
  };
  const auto& which = task_.job.call.which_forward;
  switch (task_.job.call.action) {
    case admin_action::refresh_forward:
      return ask_for(refresh_forward{which}, done);
    case admin_action::stop_forward:
      return ask_for(stop_forward{which}, done);
    case admin_action::get_forward_sdp:
      task_.elsewhere = nullptr; // nodes tell each other JSON only
      return ask_for(get_forward{which}, [this](const forward_info& x) {
        task_.answer(net::http_response{
            200, {{"Content-Type", "application/sdp"}}, to_sdp(x)});
      });
    default:
      return ask_for(get_forward{which}, [this](const forward_info& x) {
        task_.answer(forward_json(x));
      });
  }
}

template <class Request>
void admin_forwards::ask_for(Request what,
                             std::function<void(const forward_info&)> next) {
  task_.with_room([this, what = std::move(what),
                   next = std::move(next)](const room_actor& room) {
    task_.ask<forward_found>(room, what, [this, next](forward_found& x) {
      if (x.what)
        next(*x.what);
      else
        task_.answer(no_forward());
    });
  });
}

} // namespace troupe::actors
