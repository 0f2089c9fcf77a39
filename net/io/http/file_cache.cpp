#include "net/io/http/file_cache.hpp"

#include <algorithm>
#include <fstream>

namespace troupe::net {

namespace {

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// Whether two stat results describe the same file with the same content.
bool is_unchanged(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size
         && same_time(a.st_mtim, b.st_mtim) && same_time(a.st_ctim, b.st_ctim);
}

} // namespace

file_cache::content_ptr file_cache::get(const std::string& path,
                                        const struct stat& facts) {
  if (auto found = find(path, facts))
    return found;
  // Read without the lock, so that other readers do not wait for the disk.
  auto content = read(path, facts);
  if (!content)
    return nullptr;
  if (auto others = find(path, facts))
    return others;
  keep(path, facts, content);
  return content;
}

file_cache::content_ptr file_cache::find(const std::string& path,
                                         const struct stat& facts) {
  std::lock_guard guard{mutex_};
  auto i = entries_.find(path);
  if (i == entries_.end() || !is_unchanged(i->second.facts, facts))
    return nullptr;
  i->second.last_use = ++uses_;
  return i->second.content.lock();
}

file_cache::content_ptr file_cache::read(const std::string& path,
                                         const struct stat& facts) const {
  auto size = static_cast<size_t>(facts.st_size);
  auto text = std::make_unique<std::string>(size, '\0');
  std::ifstream in{path, std::ios::binary};
  in.read(text->data(), facts.st_size);
  struct stat after {};
  if (in.gcount() != facts.st_size || ::stat(path.c_str(), &after) != 0
      || !is_unchanged(facts, after))
    return nullptr;
  octets_->fetch_add(size, std::memory_order_relaxed);
  return {text.release(), [size, octets = octets_](const std::string* x) {
            octets->fetch_sub(size, std::memory_order_relaxed);
            delete x;
          }};
}

void file_cache::keep(const std::string& path, const struct stat& facts,
                      const content_ptr& content) {
  std::lock_guard guard{mutex_};
  std::erase_if(entries_,
                [](const auto& x) { return x.second.content.expired(); });
  auto& x = entries_[path];
  if (x.kept)
    kept_octets_ -= x.kept->size();
  x = {facts, content, nullptr, ++uses_};
  if (content->size() > limit_)
    return;
  evict_for(content->size());
  x.kept = content;
  kept_octets_ += content->size();
}

void file_cache::evict_for(size_t octets) {
  while (kept_octets_ + octets > limit_) {
    auto oldest = entries_.end();
    for (auto i = entries_.begin(); i != entries_.end(); ++i)
      if (i->second.kept
          && (oldest == entries_.end()
              || i->second.last_use < oldest->second.last_use))
        oldest = i;
    kept_octets_ -= oldest->second.kept->size();
    oldest->second.kept = nullptr;
  }
}

} // namespace troupe::net
