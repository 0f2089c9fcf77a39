#pragma once

#include "actors/recording/recording_catalogue.hpp"
#include "actors/recording/recording_files.hpp"
#include "actors/recording/recording_library.hpp"
#include "net/auth/recording_link_signer.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace troupe::actors {

/// The catalogue as members see it: finished recordings by signed links.
/// Thread-safe.
class signed_recordings final : public recording_library,
                                public recording_files {
public:
  /// The time of day.
  using clock = std::function<std::chrono::sys_seconds()>;

  /// Links begin with `public_url`, which may be empty: then they are paths of
  /// this server.
  signed_recordings(std::shared_ptr<recording_catalogue> catalogue,
                    net::recording_link_signer signer, std::string public_url,
                    clock now);

  /// Only recordings that can be played: finished ones, and recovered ones.
  void list(const room_id& room, std::function<void(listing)> then) override;

  void find(const recording_id& id, std::string_view name,
            receiver then) override;

private:
  const std::shared_ptr<recording_catalogue> catalogue_;
  const net::recording_link_signer signer_;
  const std::string public_url_;
  const clock now_;
};

} // namespace troupe::actors
