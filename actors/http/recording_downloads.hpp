#pragma once

#include "actors/base/ids.hpp"
#include "actors/recording/recording_files.hpp"
#include "net/auth/recording_link_signer.hpp"
#include "net/io/disk/disk_thread.hpp"
#include "net/io/http/http_types.hpp"
#include "net/io/http/origin_policy.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::actors {

/// Path prefix of the links to recordings.
inline constexpr std::string_view recordings_prefix = "/recordings/";

/// Counters of downloads: each request increments exactly one.
struct download_counters {
  std::atomic<uint64_t> admitted{0};  // to a file, which may be gone by then
  std::atomic<uint64_t> forged{0};    // the key is wrong, or there is none
  std::atomic<uint64_t> expired{0};   // the link's time is over
  std::atomic<uint64_t> too_long{0};  // the link is good for too long a time
  std::atomic<uint64_t> not_found{0}; // no such recording or file
  std::atomic<uint64_t> malformed{0}; // another method, or no names
};

/// Sends the files of recordings:
///
/// - to whoever has a signed link, GET or HEAD
///   `/recordings/{id}/{file}?until=SECONDS&key=KEY`, with `&save` to save the
///   file instead of showing it (`recording_link_signer`);
/// - to operators by `serve`, for the admin API, which has checked their token.
///
/// Errors are written as the admin API writes them: 403 `forbidden` and
/// `expired`, 404 `recording-not-found` and `file-not-found`, 405
/// `method-not-allowed`. Thread-safe.
class recording_downloads {
public:
  using clock = std::function<std::chrono::sys_seconds()>;

  /// `disk` reads the files. It should not be the thread that writes
  /// recordings, since many readers would delay these. It must outlive the HTTP
  /// server. `now` is the time of day.
  recording_downloads(std::shared_ptr<recording_files> files,
                      std::shared_ptr<net::disk_thread> disk,
                      net::recording_link_signer signer, clock now);

  /// The refusal of a request because of its origin; nothing if it is for no
  /// recording.
  static std::optional<net::http_response>
  refuse_source(const net::http_request& request,
                const net::source_refusal& why);

  /// Handles requests below the prefix only. May respond from any thread.
  bool handle(const net::http_request& request,
              const net::http_responder& respond) const;

  /// Answers an operator's GET or HEAD with the file of that name. `name` may
  /// be anything.
  void serve(const net::http_request& request, const recording_id& id,
             std::string_view name, const net::http_responder& respond) const;

  const download_counters& counters() const {
    return shared_->counters;
  }

private:
  // What answers that come later need. They may outlive this object.
  struct shared_state {
    shared_state(std::shared_ptr<net::disk_thread> reader,
                 net::recording_link_signer keys, clock time)
        : disk(std::move(reader))
        , signer(std::move(keys))
        , now(std::move(time)) {}

    const std::shared_ptr<net::disk_thread> disk;
    const net::recording_link_signer signer;
    const clock now;
    download_counters counters;
  };

  struct asked_file {
    recording_id id;
    std::string name;
    bool save = false;
    // Of the link; absent for an operator.
    struct link {
      std::chrono::sys_seconds until;
      std::string key;
    };
    std::optional<link> by;
  };

  void find(const net::http_request& request, asked_file what,
            const net::http_responder& respond) const;

  static std::optional<net::http_response>
  check_link(shared_state& state, const asked_file& what, const room_id& room);

  const std::shared_ptr<recording_files> files_;
  const std::shared_ptr<shared_state> shared_;
};

} // namespace troupe::actors
