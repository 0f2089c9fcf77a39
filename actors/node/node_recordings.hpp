#pragma once

#include "actors/config/config.hpp"
#include "actors/http/recording_downloads.hpp"
#include "actors/recording/recording_actor.hpp"
#include "actors/recording/recording_catalogue.hpp"
#include "actors/recording/signed_recordings.hpp"
#include "net/io/disk/folder.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

/// INTERNAL to the node: its part for recordings. Nothing of it exists while
/// `record.directory` is empty.
namespace troupe::actors {

/// What signs links to recordings: the content of `record.secret-file`, or
/// random octets without that key. `failure` is one line for the operator.
struct recording_secret_outcome {
  std::string secret;
  std::optional<std::string> failure;
};

recording_secret_outcome make_recording_secret(const config::record_keys& keys);

/// The disk that recordings go to, and what is on it.
class recording_service {
public:
  /// How often recordings are looked for that are no longer kept.
  static constexpr std::chrono::hours retention_interval{1};

  /// `directory` is `record.directory`, and has its lock. `secret` signs links.
  recording_service(const config::record_keys& keys, net::folder directory,
                    std::string secret, caf::actor_system& system);

  recording_service(const recording_service&) = delete;

  recording_service& operator=(const recording_service&) = delete;

  /// Calls stop().
  ~recording_service();

  /// What recordings need.
  std::shared_ptr<const recording_services> services() const {
    return services_;
  }

  std::shared_ptr<recording_catalogue> catalogue() const {
    return catalogue_;
  }

  /// What members may see.
  std::shared_ptr<recording_library> library() const {
    return signed_;
  }

  std::shared_ptr<const recording_downloads> downloads() const {
    return downloads_;
  }

  /// Finishes what earlier processes have left, and begins to remove what is
  /// no longer kept. `told` is called on the disk thread for each recording
  /// that was left unfinished. Call it before the first recording begins.
  void recover(recording_catalogue::recovery_listener told);

  recording_reading report() const;

  /// Ends its actor. Recordings may go on.
  void end_retention();

  /// Waits until what recordings have wanted is on the disk, two seconds at
  /// most. Call it after they have ended. Idempotent.
  void stop();

private:
  const net::folder directory_;
  const std::chrono::days keep_; // 0: for ever
  caf::actor_system& system_;
  std::shared_ptr<const recording_services> services_;
  std::shared_ptr<recording_catalogue> catalogue_;
  std::shared_ptr<signed_recordings> signed_;
  // Readers do not hold up what is written.
  std::shared_ptr<net::disk_thread> reader_;
  std::shared_ptr<const recording_downloads> downloads_;
  caf::actor retention_;
};

/// Makes the node's part for recordings; `out` stays empty if there are none.
/// Returns one line for the operator on failure. `system` outlives the service.
std::optional<std::string>
start_recordings(const config::record_keys& keys, caf::actor_system& system,
                 std::unique_ptr<recording_service>& out);

} // namespace troupe::actors
