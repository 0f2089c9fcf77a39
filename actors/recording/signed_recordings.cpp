#include "actors/recording/signed_recordings.hpp"

#include <utility>

namespace troupe::actors {

namespace {

protocol::recording_summary summarize(manifest x, std::string url) {
  return {std::move(x.id),    std::move(x.room),
          std::move(x.title), x.started_at,
          std::move(url),     std::chrono::milliseconds{x.duration}};
}

bool is_playable(const manifest& x) {
  return x.state == recording_state::finished
         || x.state == recording_state::recovered;
}

} // namespace

signed_recordings::signed_recordings(
    std::shared_ptr<recording_catalogue> catalogue,
    net::recording_link_signer signer, std::string public_url, clock now)
    : catalogue_(std::move(catalogue))
    , signer_(std::move(signer))
    , public_url_(std::move(public_url))
    , now_(std::move(now)) {}

void signed_recordings::list(const room_id& room,
                             std::function<void(listing)> then) {
  const auto now = now_();
  catalogue_->list(room, [signer = signer_, base = public_url_, now,
                          then = std::move(then)](std::vector<manifest> all) {
    listing out;
    for (auto& x : all)
      if (is_playable(x)) {
        auto url = base + "/recordings/" + x.id.str() + '/'
                   + std::string{manifest_name} + '?'
                   + signer.make_query(x.id.str(), x.room.str(), now);
        out.push_back(summarize(std::move(x), std::move(url)));
      }
    then(std::move(out));
  });
}

void signed_recordings::find(const recording_id& id, std::string_view name,
                             receiver then) {
  catalogue_->find_file(
      id, std::string{name},
      [then = std::move(then)](
          std::optional<recording_catalogue::file_place> found) {
        if (!found)
          return then(std::nullopt);
        then(recording_file{std::move(found->room), std::move(found->path)});
      });
}

} // namespace troupe::actors
