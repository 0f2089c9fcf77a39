#include "actors/base/log.hpp"
#include "actors/recording/recorder_state.hpp"

#include <caf/send.hpp>

namespace troupe::actors {

// -- files -------------------------------------------------------------------

void recorder_state::begin_file(std::string_view extension) {
  const auto number = ++last_number;
  auto file_name =
      settings.stem + "-" + std::to_string(number) + std::string{extension};
  const auto me = caf::actor_cast<recorder_actor>(self);
  auto writer = settings.services->disk->create(
      settings.folder + "/" + file_name, [me, number](const auto& x) {
        caf::anon_send(me, file_closed{number, x.why});
      });
  files.emplace(number, file{std::move(file_name), std::move(writer)});
  writing = true;
  report_due = now();
}

void recorder_state::write(rtp::file_write x) {
  if (!writing)
    return; // it has failed
  const auto& to = files.at(last_number).writer;
  if (x.offset)
    to->overwrite(*x.offset, std::move(x.octets));
  else
    to->append(std::move(x.octets));
}

void recorder_state::end_file(const recorded_part& facts) {
  if (!std::exchange(writing, false))
    return;
  report(facts);
  const auto me = caf::actor_cast<recorder_actor>(self);
  files.at(last_number).writer->sync([me, number = last_number](const auto& x) {
    caf::anon_send(me, file_closed{number, x.why});
  });
}

void recorder_state::handle(const file_closed& x) {
  const auto i = files.find(x.number);
  if (i == files.end())
    return; // a failure is told twice
  if (x.why) {
    log::event(log::level::error, "recording-file-failed",
               {{"file", settings.folder + "/" + i->second.name},
                {"why", x.why.message()}});
    self->send(settings.listener, part_failed{i->second.name, x.why});
    if (x.number == last_number)
      writing = false;
    stop();
  }
  files.erase(i);
}

void recorder_state::report(recorded_part x) {
  x.file = files.at(last_number).name;
  x.peer = settings.peer;
  x.source = settings.source;
  self->send(settings.listener, part_reported{std::move(x)});
}

void recorder_state::stop() {
  if (std::exchange(stopping, true))
    return;
  for (const auto& [id, x] : sources)
    leave(x.producer);
  sources.clear();
  engine->finish(now());
}

size_t recorder_state::waiting() const {
  size_t out = 0;
  for (const auto& [number, x] : files)
    out += x.writer->waiting();
  return out;
}

} // namespace troupe::actors
