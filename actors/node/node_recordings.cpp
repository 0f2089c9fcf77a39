#include "actors/node/node_recordings.hpp"

#include "actors/base/actor_timer.hpp"
#include "actors/base/local_messages.hpp"
#include "actors/config/secret_file.hpp"
#include "net/base/rng.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

constexpr size_t least_secret = 32;

/// How long a frozen disk may hold up the end of the server.
constexpr auto disk_patience = std::chrono::seconds{2};

std::chrono::sys_seconds time_of_day() {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::system_clock::now());
}

struct retention_tick {};

/// Removes recordings that are no longer kept.
struct retention_state {
  using pointer = caf::stateful_actor<retention_state>*;

  static inline const char* name = "recording-retention";

  explicit retention_state(pointer self_ptr) : self(self_ptr) {}

  caf::behavior run(std::shared_ptr<recording_catalogue> what,
                    std::chrono::days keep) {
    look(*what, keep);
    return {[this, what, keep](retention_tick) {
      timer.fired(self->clock().now());
      if (self->clock().now() >= next)
        look(*what, keep);
      else
        timer.arm(self, next, retention_tick{});
    }};
  }

  void look(recording_catalogue& what, std::chrono::days keep) {
    what.remove_older(std::chrono::floor<std::chrono::milliseconds>(
        std::chrono::system_clock::now() - keep));
    next = self->clock().now() + recording_service::retention_interval;
    timer.arm(self, next, retention_tick{});
  }

  pointer self;
  actor_timer timer;
  net::time_point next{};
};

} // namespace

recording_secret_outcome
make_recording_secret(const config::record_keys& keys) {
  if (keys.directory.empty())
    return {};
  if (keys.secret_file.empty())
    return {net::make_secure_rng()->alphanumeric(least_secret), {}};
  auto secret = read_secret_file(keys.secret_file);
  if (!secret)
    return {{},
            describe_secret_failure("record.secret-file", keys.secret_file,
                                    secret.error())};
  if (secret->size() < least_secret)
    return {{},
            "record.secret-file " + keys.secret_file
                + ": the secret must have at least 32 octets"};
  return {*std::move(secret), {}};
}

recording_service::recording_service(const config::record_keys& keys,
                                     net::folder directory, std::string secret,
                                     caf::actor_system& system)
    : directory_(std::move(directory))
    , keep_(keys.keep_days)
    , system_(system) {
  recording_services out;
  out.disk = std::make_shared<net::disk_thread>();
  out.directory = keys.directory;
  out.min_free = keys.min_free;
  out.max_bytes = keys.max_bytes;
  out.figures = std::make_shared<recording_figures>();
  catalogue_ = std::make_shared<recording_catalogue>(out.disk, keys.directory);
  const net::recording_link_signer signer{std::move(secret)};
  signed_ = std::make_shared<signed_recordings>(catalogue_, signer,
                                                keys.public_url, time_of_day);
  reader_ = std::make_shared<net::disk_thread>();
  downloads_ = std::make_shared<const recording_downloads>(signed_, reader_,
                                                           signer, time_of_day);
  services_ = std::make_shared<const recording_services>(std::move(out));
}

recording_service::~recording_service() {
  stop();
}

void recording_service::recover(recording_catalogue::recovery_listener told) {
  catalogue_->recover(
      [figures = services_->figures, told = std::move(told)](const auto& x) {
        ++figures->recovered;
        if (told)
          told(x);
      });
  if (keep_.count() > 0)
    retention_ = caf::actor_cast<caf::actor>(system_.spawn(
        [what = catalogue_, keep = keep_](retention_state::pointer self) {
          return self->state.run(what, keep);
        }));
}

recording_reading recording_service::report() const {
  constexpr auto relaxed = std::memory_order_relaxed;
  const auto& figures = *services_->figures;
  const auto disk = services_->disk->read_totals();
  recording_reading out;
  out.going_on = figures.going_on.load(relaxed);
  out.degraded = figures.degraded.load(relaxed);
  out.failed = figures.failed.load(relaxed);
  out.recovered = figures.recovered.load(relaxed);
  out.octets_written = disk.written;
  out.octets_waiting = disk.waiting;
  out.write_failures = disk.failures;
  return out;
}

void recording_service::end_retention() {
  if (auto gone = std::exchange(retention_, nullptr))
    caf::anon_send_exit(gone, caf::exit_reason::user_shutdown);
}

void recording_service::stop() {
  end_retention();
  services_->disk->stop(disk_patience);
  reader_->stop(disk_patience);
}

std::optional<std::string>
start_recordings(const config::record_keys& keys, caf::actor_system& system,
                 std::unique_ptr<recording_service>& out) {
  if (keys.directory.empty())
    return std::nullopt;
  auto directory = net::folder::open(keys.directory);
  if (!directory)
    return "record.directory " + keys.directory + ": "
           + directory.error().message();
  if (!directory->lock())
    return "record.directory " + keys.directory + ": another server uses it";
  auto secret = make_recording_secret(keys);
  if (secret.failure)
    return secret.failure;
  out = std::make_unique<recording_service>(keys, *std::move(directory),
                                            std::move(secret.secret), system);
  return std::nullopt;
}

} // namespace troupe::actors
