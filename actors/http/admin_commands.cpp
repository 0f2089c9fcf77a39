#include "actors/http/admin_commands.hpp"

#include "actors/base/log.hpp"
#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/json/json_writer.hpp"

#include <memory>
#include <vector>

namespace troupe::actors {

namespace verb = protocol::verb;

administer_room to_command(const admin_call& x) {
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

send_to_room to_room_message(const admin_message& x) {
  using net::sctp_ppid;
  const auto empty = x.content.empty();
  const auto text = empty ? sctp_ppid::string_empty : sctp_ppid::string;
  const auto binary = empty ? sctp_ppid::binary_empty : sctp_ppid::binary;
  return {x.label,
          {x.binary ? binary : text,
           std::make_shared<const std::vector<uint8_t>>(x.content.begin(),
                                                        x.content.end()),
           x.subchannels, x.required_subchannel}};
}

void admin_commands::moderate() {
  task_.with_room(
      [this, what = to_command(task_.job.call)](const room_actor& room) {
        task_.ask<done>(room, what, [this](done&) {
          task_.answer(net::http_response{204, {}, {}});
        });
      });
}

void admin_commands::send_message() {
  task_.with_room([this, what = to_room_message(task_.job.call.message)](
                      const room_actor& room) {
    task_.ask<sent_to_room>(room, what, [this](sent_to_room& sent) {
      const auto& call = task_.job.call;
      log::event(log::level::info, "message-sent",
                 {{"room", call.room.str()},
                  {"label", call.message.label},
                  {"octets", std::to_string(call.message.content.size())},
                  {"by", "admin-api"}});
      protocol::json_writer out;
      out.begin_object()
          .add("dataProducerId", sent.producer.str())
          .add("label", task_.job.call.message.label)
          .end_object();
      task_.answer(out.str());
    });
  });
}

void admin_commands::start_recording() {
  task_.with_room([this](const room_actor& room) {
    task_.ask<protocol::reply::recording>(
        room, start_room_recording{task_.job.call.title},
        [this](protocol::reply::recording& x) {
          task_.answer(
              net::json_response(201, protocol::to_json(x.what.value())));
        });
  });
}

void admin_commands::stop_recording() {
  const auto& which = task_.job.call.recording;
  task_.ask<room_found>(
      task_.job.server, find_recording{which}, [this, which](room_found& x) {
        task_.ask<done>(x.room, stop_room_recording{which}, [this](done&) {
          task_.answer(net::http_response{204, {}, {}});
        });
      });
}

} // namespace troupe::actors
