#include "actors/base/log.hpp"
#include "actors/recording/disk_task.hpp"
#include "actors/recording/recording_actor_state.hpp"
#include "net/io/disk/disk_thread.hpp"

#include <caf/send.hpp>

#include <cerrno>

namespace troupe::actors {

namespace {

constexpr auto save_interval = std::chrono::seconds{5};
constexpr auto free_interval = std::chrono::seconds{3};
/// How long a disk may take to finish all files.
constexpr auto finish_patience = std::chrono::seconds{15};

bool is_full(std::error_code why) {
  return why == std::errc::no_space_on_device
         || why == std::error_code{EDQUOT, std::system_category()};
}

} // namespace

// -- the disk ----------------------------------------------------------------

void recording_actor_state::handle(const part_reported& x) {
  if (const auto& from = self->current_sender())
    recorders.note_file(from->address(), x.part.file);
  // A crash must not lose a file because the manifest does not know it.
  if (keeper->handle_part(x.part))
    save_due = now();
  const auto limit = settings.services->max_bytes;
  if (limit > 0 && keeper->octets() >= limit)
    finish(recording_end::too_large);
}

void recording_actor_state::handle(const part_degraded& x) {
  keeper->handle_degraded(x.peer, since_start());
  if (auto* figures = counters())
    ++figures->degraded;
  if (settings.listener && degraded_limit.pass(now()))
    self->send(settings.listener, recording_degraded{settings.id});
}

void recording_actor_state::handle(const part_failed& x) {
  repair(x.file);
  fail(x.why);
}

void recording_actor_state::repair(const std::string& file) {
  const auto* part = keeper->find_part(file);
  if (!part)
    return;
  ++repairs;
  self->request(spawn_disk_task(self->system(), settings.services->disk),
                caf::infinite, repair_part{folder, *part})
      .then(
          [this, file](const part_repaired& x) {
            --repairs;
            if (x.part)
              keeper->handle_part(*x.part);
            else
              keeper->remove_part(file);
            drain();
          },
          [this, file](const caf::error&) {
            --repairs;
            log::event(log::level::error, "recording-file-not-repaired",
                       {{"file", folder + "/" + file}});
            drain();
          });
}

void recording_actor_state::handle(const disk_free_measured& x) {
  measuring = false;
  if (x.octets < settings.services->min_free)
    finish(recording_end::disk_full);
}

void recording_actor_state::fail(std::error_code why) {
  if (!ending)
    log::event(log::level::error, "recording-disk-failed",
               {{"recording", settings.id.str()},
                {"folder", folder},
                {"why", why.message()}});
  finish(is_full(why) ? recording_end::disk_full : recording_end::disk_failed);
}

void recording_actor_state::save() {
  saving = true;
  save_due = now() + save_interval;
  const auto me = caf::actor_cast<recording_actor>(self);
  settings.services->disk->run(
      [me, path = folder + "/" + std::string{manifest_name},
       content = keeper->save(since_start())](net::disk& where) {
        const auto why = where.replace(path, net::as_bytes(content));
        caf::anon_send(me, manifest_saved{why});
      });
}

void recording_actor_state::measure_free() {
  measuring = true;
  measure_due = now() + free_interval;
  const auto me = caf::actor_cast<recording_actor>(self);
  settings.services->disk->run([me, path = folder](net::disk& where) {
    // A disk that does not tell fails with the next write, if it must.
    const auto found = where.free_octets(path);
    caf::anon_send(me, disk_free_measured{found ? *found : UINT64_MAX});
  });
}

// -- the end -----------------------------------------------------------------

void recording_actor_state::finish(recording_end why) {
  if (ending)
    return;
  ending = why;
  finish_due = now() + finish_patience;
  for (const auto& x : recorders.stop(nullptr))
    self->send(x, stop_recorder{});
}

void recording_actor_state::report_end() {
  if (auto* figures = counters(); figures && is_failure(*ending))
    ++figures->failed;
  if (settings.listener)
    self->send(settings.listener, recording_ended{settings.id, *ending,
                                                  keeper->at(since_start())});
  self->quit();
}

} // namespace troupe::actors
