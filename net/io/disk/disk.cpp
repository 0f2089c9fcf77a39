#include "net/io/disk/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>

namespace troupe::net {

namespace {

namespace fs = std::filesystem;

constexpr mode_t file_mode = 0640;
constexpr auto folder_mode =
    fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec;

std::error_code last_error() {
  return {errno, std::generic_category()};
}

/// Repeats a system call that a signal has interrupted.
template <class F>
auto uninterrupted(F call) {
  decltype(call()) out;
  do
    out = call();
  while (out == -1 && errno == EINTR);
  return out;
}

class host_file final : public open_file {
public:
  explicit host_file(int fd) : fd_(fd) {}

  host_file(const host_file&) = delete;

  ~host_file() override {
    ::close(fd_);
  }

  std::error_code write(uint64_t position, byte_span data) override {
    while (!data.empty()) {
      const auto n = uninterrupted([&] {
        return ::pwrite(fd_, data.data(), data.size(),
                        static_cast<off_t>(position));
      });
      if (n < 0)
        return last_error();
      data = data.subspan(static_cast<size_t>(n));
      position += static_cast<uint64_t>(n);
    }
    return {};
  }

  result<std::vector<uint8_t>> read(uint64_t position, size_t size) override {
    std::vector<uint8_t> out(size);
    size_t filled = 0;
    while (filled < size) {
      const auto n = uninterrupted([&] {
        return ::pread(fd_, out.data() + filled, size - filled,
                       static_cast<off_t>(position + filled));
      });
      if (n < 0)
        return last_error();
      if (n == 0)
        break;
      filled += static_cast<size_t>(n);
    }
    out.resize(filled);
    return out;
  }

  result<file_facts> facts() override {
    struct stat found {};
    if (::fstat(fd_, &found) != 0)
      return last_error();
    if (!S_ISREG(found.st_mode))
      return std::make_error_code(std::errc::invalid_argument);
    return file_facts{static_cast<uint64_t>(found.st_size),
                      std::chrono::seconds{found.st_mtim.tv_sec}
                          + std::chrono::nanoseconds{found.st_mtim.tv_nsec}};
  }

  std::error_code truncate(uint64_t size) override {
    const auto failed = uninterrupted(
        [&] { return ::ftruncate(fd_, static_cast<off_t>(size)); });
    return failed ? last_error() : std::error_code{};
  }

  std::error_code sync() override {
    const auto failed = uninterrupted([&] { return ::fdatasync(fd_); });
    return failed ? last_error() : std::error_code{};
  }

private:
  const int fd_;
};

/// Creates the folders above `path` that do not exist.
std::error_code make_folders(const fs::path& folder) {
  std::error_code why;
  if (folder.empty() || fs::is_directory(folder, why))
    return {};
  if (auto above = make_folders(folder.parent_path()))
    return above;
  why.clear();
  if (fs::create_directory(folder, why))
    fs::permissions(folder, folder_mode, why);
  return why;
}

/// Makes the names in a folder survive a loss of power.
std::error_code sync_folder(const fs::path& folder) {
  const auto name = folder.empty() ? fs::path{"."} : folder;
  const int fd = uninterrupted(
      [&] { return ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (fd < 0)
    return last_error();
  const auto out = ::fsync(fd) ? last_error() : std::error_code{};
  ::close(fd);
  return out;
}

class posix_disk final : public disk {
public:
  result<std::unique_ptr<open_file>> create(const std::string& path) override {
    if (auto why = make_folders(fs::path{path}.parent_path()))
      return why;
    return open_with(path, O_RDWR | O_CREAT | O_EXCL);
  }

  result<std::unique_ptr<open_file>> open(const std::string& path) override {
    return open_with(path, O_RDWR);
  }

  result<std::unique_ptr<open_file>>
  open_to_read(const std::string& path) override {
    // Opening a pipe must not wait for its other end.
    return open_with(path, O_RDONLY | O_NONBLOCK);
  }

  std::error_code replace(const std::string& path, byte_span content) override {
    // Another name for each call, so that a leftover of a crash is in no way.
    static std::atomic<uint64_t> last{0};
    const auto other =
        path + "." + std::to_string(::getpid()) + "-" + std::to_string(++last);
    std::error_code why = write_whole(other, content);
    std::error_code ignored;
    if (!why)
      fs::rename(other, path, why);
    if (why)
      fs::remove(other, ignored);
    return why ? why : sync_folder(fs::path{path}.parent_path());
  }

  result<uint64_t> free_octets(const std::string& path) override {
    auto at = fs::path{path};
    std::error_code ignored;
    while (!at.empty() && at != at.root_path() && !fs::exists(at, ignored))
      at = at.parent_path();
    struct statvfs facts {};
    if (::statvfs(at.empty() ? "." : at.c_str(), &facts) != 0)
      return last_error();
    return uint64_t{facts.f_bavail} * facts.f_frsize;
  }

private:
  static result<std::unique_ptr<open_file>> open_with(const std::string& path,
                                                      int flags) {
    const int fd = uninterrupted([&] {
      return ::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, file_mode);
    });
    if (fd < 0)
      return last_error();
    return std::unique_ptr<open_file>{std::make_unique<host_file>(fd)};
  }

  std::error_code write_whole(const std::string& path, byte_span content) {
    auto file = create(path);
    if (!file)
      return file.error();
    if (auto why = (*file)->write(0, content))
      return why;
    return (*file)->sync();
  }
};

} // namespace

result<file_facts> open_file::facts() {
  return std::make_error_code(std::errc::not_supported);
}

result<std::unique_ptr<open_file>> disk::open_to_read(const std::string& path) {
  return open(path);
}

std::shared_ptr<disk> host_disk() {
  return std::make_shared<posix_disk>();
}

} // namespace troupe::net
