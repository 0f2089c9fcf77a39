#include "net/io/process/file_watch.hpp"

#include <sys/stat.h>

#include <utility>

namespace troupe::net {

void file_watch::mark() {
  known_ = read_stamp();
  settling_.reset();
}

bool file_watch::poll() {
  auto seen = read_stamp();
  if (seen == known_) {
    settling_.reset();
    return false;
  }
  if (settling_ != seen) {
    settling_ = std::move(seen);
    return false;
  }
  settling_.reset();
  known_ = std::move(seen);
  return true;
}

file_watch::stamp file_watch::read_stamp() const {
  stamp out;
  for (const auto& path : paths_) {
    struct stat x {};
    if (::stat(path.c_str(), &x) != 0)
      x = {};
    out.insert(out.end(), {x.st_mtim.tv_sec, x.st_mtim.tv_nsec, x.st_size,
                           static_cast<int64_t>(x.st_ino)});
  }
  return out;
}

} // namespace troupe::net
