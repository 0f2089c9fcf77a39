#include "net/io/disk/folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

namespace troupe::net {

namespace {

std::error_code why_failed() {
  return {errno, std::generic_category()};
}

// Whether a name has one part and stays in its folder.
bool stays_inside(std::string_view name) {
  return !name.empty() && name != "." && name != ".."
         && name.find('/') == std::string_view::npos
         && name.find('\0') == std::string_view::npos;
}

folder::kind kind_of(mode_t mode) {
  if (S_ISREG(mode))
    return folder::kind::file;
  return S_ISDIR(mode) ? folder::kind::folder : folder::kind::other;
}

std::error_code remove_at(int above, const std::string& name, int flags) {
  if (!stays_inside(name))
    return std::make_error_code(std::errc::invalid_argument);
  return ::unlinkat(above, name.c_str(), flags) == 0 ? std::error_code{}
                                                     : why_failed();
}

} // namespace

result<folder> folder::open(const std::string& path) {
  return open_at(AT_FDCWD, path, 0);
}

folder::folder(folder&& x) noexcept
    : descriptor_(std::exchange(x.descriptor_, -1)) {}

folder::~folder() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

result<folder> folder::enter(const std::string& name) const {
  if (!stays_inside(name))
    return std::make_error_code(std::errc::invalid_argument);
  return open_at(descriptor_, name, O_NOFOLLOW);
}

result<folder> folder::open_at(int above, const std::string& name, int flags) {
  const int descriptor =
      ::openat(above, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
  if (descriptor < 0)
    return why_failed();
  return folder{descriptor};
}

result<std::vector<folder::entry>> folder::list(size_t most) const {
  // A descriptor of its own, since reading moves its position.
  const int own =
      ::openat(descriptor_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (own < 0)
    return why_failed();
  const std::unique_ptr<DIR, int (*)(DIR*)> reader{::fdopendir(own),
                                                   ::closedir};
  if (!reader) {
    const auto why = why_failed();
    ::close(own);
    return why;
  }
  std::vector<entry> out;
  errno = 0;
  while (out.size() < most) {
    const auto* next = ::readdir(reader.get());
    if (!next)
      break;
    const std::string name = next->d_name;
    struct stat facts {};
    if (stays_inside(name)
        && ::fstatat(descriptor_, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW)
               == 0)
      out.push_back({name, kind_of(facts.st_mode)});
    errno = 0;
  }
  if (errno != 0)
    return why_failed();
  return out;
}

result<uint64_t> folder::file_size(const std::string& name) const {
  struct stat facts {};
  if (!stays_inside(name))
    return std::make_error_code(std::errc::invalid_argument);
  if (::fstatat(descriptor_, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0)
    return why_failed();
  if (kind_of(facts.st_mode) != kind::file)
    return std::make_error_code(std::errc::invalid_argument);
  return static_cast<uint64_t>(facts.st_size);
}

std::error_code folder::remove_file(const std::string& name) const {
  return remove_at(descriptor_, name, 0);
}

std::error_code folder::remove_folder(const std::string& name) const {
  return remove_at(descriptor_, name, AT_REMOVEDIR);
}

bool folder::lock() {
  return ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
}

} // namespace troupe::net
