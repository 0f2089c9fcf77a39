#include "actors/http/admin_recordings.hpp"

#include "actors/base/local_messages.hpp"
#include "protocol/json/json_writer.hpp"
#include "protocol/verbs/wall_time.hpp"

#include <caf/after.hpp>
#include <caf/send.hpp>

namespace troupe::actors {

/// From the disk thread to the task.
struct recording_answer {
  net::http_response what;
};

namespace {

net::http_response no_recording() {
  return admin_error(404, "recording-not-found", "There is no such recording");
}

net::http_response to_response(recording_catalogue::removal x) {
  using enum recording_catalogue::removal;
  switch (x) {
    case done:
      return {204, {}, {}};
    case goes_on:
      return admin_error(409, "wrong-state", "The recording goes on");
    case failed:
      return admin_error(500, "internal", "Not all files could be removed");
    default:
      return no_recording();
  }
}

uint64_t size_of(const manifest& x) {
  uint64_t out = 0;
  for (const auto& part : x.parts)
    out += part.size;
  return out;
}

void write_recording(protocol::json_writer& out, const manifest& x) {
  out.begin_object()
      .add("id", x.id.str())
      .add("room", x.room.str())
      .add("title", x.title)
      .add("startedAt", protocol::to_text(x.started_at))
      .add("durationMs", x.duration)
      .add("state", to_string(x.state));
  if (!x.reason.empty())
    out.add("reason", x.reason);
  out.add("size", size_of(x)).end_object();
}

// Lets the disk thread answer to the task.
auto answer_to(const admin_context& task) {
  return [to = caf::actor_cast<caf::actor>(task.self)](net::http_response x) {
    caf::anon_send(to, recording_answer{std::move(x)});
  };
}

} // namespace

std::string recording_list_json(const std::vector<manifest>& all, size_t limit,
                                const std::string& after) {
  auto first = all.begin();
  if (!after.empty()) {
    first = std::ranges::find(all, recording_id{after}, &manifest::id);
    if (first != all.end())
      ++first;
  }
  const auto count =
      std::min(limit, static_cast<size_t>(std::distance(first, all.end())));
  const auto last = first + static_cast<std::ptrdiff_t>(count);
  protocol::json_writer out;
  out.begin_object().key("recordings").begin_array();
  for (auto x = first; x != last; ++x)
    write_recording(out, *x);
  out.end_array();
  if (count > 0 && last != all.end())
    out.add("next", std::prev(last)->id.str());
  return out.end_object().str();
}

void admin_recordings::list() {
  const auto& job = task_.job;
  if (!job.recordings)
    return task_.answer(recording_list_json({}, 0, {}));
  std::optional<room_id> room;
  if (job.call.action == admin_action::list_room_recordings)
    room = job.call.room;
  job.recordings->list(
      room, [answer = answer_to(task_), limit = job.call.limit,
             after = job.call.after](const std::vector<manifest>& all) {
        answer(net::json_response(200, recording_list_json(all, limit, after)));
      });
  await_answer();
}

void admin_recordings::describe() {
  if (!task_.job.recordings)
    return task_.answer(no_recording());
  task_.job.recordings->get(
      task_.job.call.recording, [answer = answer_to(task_)](const auto& x) {
        answer(x ? net::json_response(200, to_json(*x)) : no_recording());
      });
  await_answer();
}

void admin_recordings::remove() {
  if (!task_.job.recordings)
    return task_.answer(no_recording());
  task_.job.recordings->remove(
      task_.job.call.recording,
      [answer = answer_to(task_)](auto x) { answer(to_response(x)); });
  await_answer();
}

void admin_recordings::await_answer() {
  task_.self->become(
      [this](recording_answer& x) {
        task_.answer(std::move(x.what));
        task_.self->quit();
      },
      caf::after(task_.job.timeout) >>
          [this] {
            task_.answer(
                admin_error(503, "timeout", "The disk takes too long"));
            task_.self->quit();
          });
}

} // namespace troupe::actors
