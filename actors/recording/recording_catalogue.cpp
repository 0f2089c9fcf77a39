#include "actors/recording/recording_catalogue.hpp"

#include "actors/base/log.hpp"
#include "actors/recording/recording_repair.hpp"
#include "net/io/disk/folder.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {

namespace {

// Requests for unknown recordings must not keep the disk busy.
constexpr auto scan_interval = std::chrono::seconds{1};

// The recording whose folder has this name, which ends with the id.
recording_id id_of_folder(const std::string& name) {
  const auto dash = name.rfind('-');
  if (!is_slug(name) || dash == std::string::npos)
    return {};
  auto id = name.substr(dash + 1);
  return is_recording_id(id) ? recording_id{std::move(id)} : recording_id{};
}

bool goes_on(const manifest& x) {
  return x.state == recording_state::recording;
}

std::vector<log::field> describe(const manifest& x) {
  return {{"room", x.room.str()},
          {"recording", x.id.str()},
          {"state", std::string{to_string(x.state)}}};
}

} // namespace

recording_catalogue::recording_catalogue(std::shared_ptr<net::disk_thread> disk,
                                         std::string directory, clock now)
    : disk_(std::move(disk))
    , directory_(std::move(directory))
    , now_(std::move(now)) {}

recording_catalogue::~recording_catalogue() = default;

void recording_catalogue::run(std::function<void(net::disk&)> task) {
  disk_->run([weak = weak_from_this(), task = std::move(task)](auto& disk) {
    if (const auto me = weak.lock())
      task(disk);
  });
}

// -- questions ----------------------------------------------------------------

void recording_catalogue::list(
    std::optional<protocol::room_id> room,
    std::function<void(std::vector<manifest>)> then) {
  run([this, room = std::move(room), then = std::move(then)](auto& disk) {
    refresh(disk);
    std::vector<manifest> out;
    for (const auto& [id, x] : entries_)
      if (!room || x.what.room == *room)
        out.push_back(x.what);
    std::ranges::sort(out, [](const auto& x, const auto& y) {
      return std::tie(y.started_at, y.id) < std::tie(x.started_at, x.id);
    });
    then(std::move(out));
  });
}

void recording_catalogue::get(
    const recording_id& id, std::function<void(std::optional<manifest>)> then) {
  run([this, id, then = std::move(then)](auto& disk) {
    const auto* found = find(disk, id);
    then(found ? std::optional{found->what} : std::nullopt);
  });
}

void recording_catalogue::find_file(
    const recording_id& id, std::string name,
    std::function<void(std::optional<file_place>)> then) {
  run([this, id, name = std::move(name), then = std::move(then)](auto& disk) {
    const auto* found = find(disk, id);
    if (!found)
      return then(std::nullopt);
    const auto& parts = found->what.parts;
    const bool known =
        name == manifest_name
        || std::ranges::find(parts, name, &recorded_part::file) != parts.end();
    then(file_place{found->what.room,
                    known ? path_of(*found) + "/" + name : std::string{}});
  });
}

// -- the folders --------------------------------------------------------------

std::string recording_catalogue::path_of(const entry& x) const {
  return directory_ + "/" + x.room_folder + "/" + x.folder;
}

// Looks at all folders, but only at the manifests that may be new.
void recording_catalogue::refresh(net::disk& disk) {
  last_scan_ = now_();
  std::map<recording_id, entry> fresh;
  const auto list = [&](const auto& where) {
    auto out = where ? where->list(max_entries) : where.error();
    return out ? *std::move(out) : std::vector<net::folder::entry>{};
  };
  const auto root = net::folder::open(directory_);
  for (const auto& room : list(root)) {
    if (room.what != net::folder::kind::folder || !is_slug(room.name))
      continue;
    const auto in = root->enter(room.name);
    for (const auto& x : list(in)) {
      const auto id = id_of_folder(x.name);
      if (id.empty() || fresh.size() == max_entries)
        continue;
      const auto known = entries_.find(id);
      if (known != entries_.end() && !goes_on(known->second.what)
          && known->second.room_folder == room.name
          && known->second.folder == x.name)
        fresh.insert(*known);
      else if (auto found = read(disk, *in, {{}, room.name, x.name}))
        fresh.emplace(id, *std::move(found));
    }
  }
  entries_ = std::move(fresh);
}

std::optional<recording_catalogue::entry>
recording_catalogue::read(net::disk& disk, const net::folder& room,
                          entry where) const {
  const std::string name{manifest_name};
  const auto in = room.enter(where.folder);
  const auto size = in ? in->file_size(name) : in.error();
  if (!size || *size > max_manifest_octets)
    return std::nullopt;
  const auto file = disk.open(path_of(where) + "/" + name);
  const auto octets =
      file ? (*file)->read(0, static_cast<size_t>(*size)) : file.error();
  if (!octets)
    return std::nullopt;
  auto parsed = parse_manifest(
      {reinterpret_cast<const char*>(octets->data()), octets->size()});
  if (!parsed || parsed->id != id_of_folder(where.folder)
      || to_slug(parsed->room.str()) != where.room_folder)
    return std::nullopt;
  where.what = *std::move(parsed);
  return where;
}

// Brings up to date what is known of a recording; false if it is gone.
bool recording_catalogue::reread(net::disk& disk, entry& x) const {
  const auto root = net::folder::open(directory_);
  const auto room = root ? root->enter(x.room_folder) : root.error();
  auto found =
      room ? read(disk, *room, {{}, x.room_folder, x.folder}) : std::nullopt;
  if (!found)
    return false;
  x = *std::move(found);
  return true;
}

recording_catalogue::entry* recording_catalogue::find(net::disk& disk,
                                                      const recording_id& id) {
  auto found = entries_.find(id);
  if (found == entries_.end()) {
    if (last_scan_ && now_() - *last_scan_ < scan_interval)
      return nullptr;
    refresh(disk);
    found = entries_.find(id);
  } else if (goes_on(found->second.what) && !reread(disk, found->second)) {
    entries_.erase(found);
    return nullptr;
  }
  return found == entries_.end() ? nullptr : &found->second;
}

// -- removal ------------------------------------------------------------------

void recording_catalogue::remove(const recording_id& id,
                                 std::function<void(removal)> then) {
  run([this, id, then = std::move(then)](auto& disk) {
    then(remove_now(disk, id));
  });
}

void recording_catalogue::remove_older(
    std::chrono::sys_time<std::chrono::milliseconds> since) {
  run([this, since](auto& disk) {
    refresh(disk);
    std::vector<recording_id> old;
    for (const auto& [id, x] : entries_)
      if (x.what.started_at + std::chrono::milliseconds{x.what.duration}
          < since)
        old.push_back(id);
    for (const auto& id : old)
      remove_now(disk, id);
  });
}

recording_catalogue::removal
recording_catalogue::remove_now(net::disk& disk, const recording_id& id) {
  const auto* found = find(disk, id);
  if (!found)
    return removal::not_found;
  if (goes_on(found->what))
    return removal::goes_on;
  if (const auto why = remove_files(*found)) {
    log::event(log::level::error, "recording-not-removed",
               {{"room", found->what.room.str()},
                {"recording", id.str()},
                {"why", why.message()}});
    return removal::failed;
  }
  log::event_with(log::level::info, "recording-removed", describe(found->what));
  entries_.erase(id);
  return removal::done;
}

// The manifest goes last, so that what is left is still known. A folder in the
// recording's is none of ours: then all stays as it is.
std::error_code recording_catalogue::remove_files(const entry& x) const {
  const auto root = net::folder::open(directory_);
  const auto room = root ? root->enter(x.room_folder) : root.error();
  const auto folder = room ? room->enter(x.folder) : room.error();
  const auto files = folder ? folder->list(max_entries) : folder.error();
  if (!files)
    return files.error();
  if (std::ranges::find(*files, net::folder::kind::folder,
                        &net::folder::entry::what)
      != files->end())
    return std::make_error_code(std::errc::directory_not_empty);
  for (const auto& file : *files)
    if (file.name != manifest_name)
      if (auto why = folder->remove_file(file.name))
        return why;
  if (auto why = folder->remove_file(std::string{manifest_name}))
    return why;
  if (auto why = room->remove_folder(x.folder))
    return why;
  root->remove_folder(x.room_folder); // fails while it has others
  return {};
}

// -- recovery -----------------------------------------------------------------

void recording_catalogue::recover(recovery_listener told) {
  run([this, told = std::move(told)](auto& disk) {
    told_ = told;
    refresh(disk);
    for (const auto& [id, x] : entries_)
      if (goes_on(x.what))
        broken_.push_back(id);
    begin_repair();
  });
}

void recording_catalogue::begin_repair() {
  if (broken_.empty())
    return;
  if (const auto found = entries_.find(broken_.back()); found != entries_.end())
    repair_ = std::make_unique<recording_repair>(found->second.what,
                                                 path_of(found->second));
  run([this](auto& disk) { repair_some(disk); });
}

// Others that wait for the thread have their turn in between.
void recording_catalogue::repair_some(net::disk& disk) {
  if (repair_ && repair_->step(disk))
    return run([this](auto& again) { repair_some(again); });
  if (repair_)
    finish_repair(disk);
  repair_ = nullptr;
  broken_.pop_back();
  begin_repair();
}

void recording_catalogue::finish_repair(net::disk& disk) {
  const auto found = entries_.find(broken_.back());
  if (found == entries_.end())
    return;
  auto& x = found->second;
  std::error_code why;
  if (repair_->failed()) {
    why = std::make_error_code(std::errc::io_error);
  } else {
    auto done = std::move(*repair_).result();
    const auto json = to_json(done);
    why = disk.replace(
        path_of(x) + "/" + std::string{manifest_name},
        {reinterpret_cast<const uint8_t*>(json.data()), json.size()});
    if (!why)
      x.what = std::move(done);
  }
  // The next start repeats what was not finished.
  if (why)
    return log::event_with(log::level::error, "recording-not-recovered",
                           describe(x.what));
  log::event_with(log::level::warn, "recording-recovered", describe(x.what));
  if (told_)
    told_(x.what);
}

} // namespace troupe::actors
