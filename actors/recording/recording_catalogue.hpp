#pragma once

#include "actors/recording/manifest.hpp"
#include "net/base/time.hpp"
#include "net/io/disk/disk_thread.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::net {

class folder;

} // namespace troupe::net

namespace troupe::actors {

class recording_repair;

/// The recordings in `record.directory`: those of this process, and those that
/// earlier ones have left. Thread-safe: everything is done on the disk thread
/// in its turn, and answered there, unless that thread has been stopped.
///
/// It believes only folders that are as this server makes them: by the room's
/// slug, a time and the id, with a manifest that says the same. It neither
/// lists nor changes any others.
class recording_catalogue
    : public std::enable_shared_from_this<recording_catalogue> {
public:
  /// The most recordings it looks at, and the most entries of a folder.
  static constexpr size_t max_entries = 100'000;

  /// Where a file of a recording is, and which room it is of.
  struct file_place {
    protocol::room_id room;
    std::string path; // empty if the recording has no file of that name
  };

  enum class removal : uint8_t {
    done,
    not_found,
    goes_on, // or waits for its repair
    failed,  // some of its files could not be removed
  };

  /// Called on the disk thread once for each recording that an earlier process
  /// has left unfinished, after its manifest says what became of it.
  using recovery_listener = std::function<void(const manifest&)>;

  using clock = std::function<net::time_point()>;

  /// Stop the thread before the last owner lets go of it.
  recording_catalogue(std::shared_ptr<net::disk_thread> disk,
                      std::string directory,
                      clock now = std::chrono::steady_clock::now);

  ~recording_catalogue();

  /// Finds the recordings that earlier processes left unfinished and finishes
  /// them: their files are repaired, a few clusters at a time, so that files
  /// that are being written meanwhile are held up little. Call it once, before
  /// the first recording of this process begins.
  void recover(recovery_listener told);

  /// All recordings, or those of a room, the newest first. Those that go on are
  /// as their manifests were when last written.
  void list(std::optional<protocol::room_id> room,
            std::function<void(std::vector<manifest>)> then);

  /// Nothing if there is no such recording.
  void get(const recording_id& id,
           std::function<void(std::optional<manifest>)> then);

  /// Finds the manifest or a part. Nothing if there is no such recording.
  void find_file(const recording_id& id, std::string name,
                 std::function<void(std::optional<file_place>)> then);

  /// Removes a recording that has ended, with all that is in its folder.
  void remove(const recording_id& id, std::function<void(removal)> then);

  /// Removes the recordings that ended before `since`.
  void remove_older(std::chrono::sys_time<std::chrono::milliseconds> since);

private:
  struct entry {
    manifest what;
    std::string room_folder; // the names
    std::string folder;
  };

  // Runs `task` on the disk thread, if this object still lives.
  void run(std::function<void(net::disk&)> task);

  // All of the following: on the disk thread only.
  void refresh(net::disk& disk);
  std::optional<entry> read(net::disk& disk, const net::folder& room,
                            entry where) const;
  entry* find(net::disk& disk, const recording_id& id);
  bool reread(net::disk& disk, entry& x) const;
  removal remove_now(net::disk& disk, const recording_id& id);
  std::error_code remove_files(const entry& x) const;
  std::string path_of(const entry& x) const;
  void repair_some(net::disk& disk);
  void begin_repair();
  void finish_repair(net::disk& disk);

  const std::shared_ptr<net::disk_thread> disk_;
  const std::string directory_;
  const clock now_;
  std::map<recording_id, entry> entries_;
  std::optional<net::time_point> last_scan_;
  std::vector<recording_id> broken_; // to be repaired, the last one first
  std::unique_ptr<recording_repair> repair_;
  recovery_listener told_;
};

} // namespace troupe::actors
