#include "net/io/process/sibling_process.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::net {

namespace {

namespace fs = std::filesystem;

// The suffix that the kernel adds to a program's path if its file was replaced.
constexpr std::string_view replaced = " (deleted)";

// The program that a process runs; empty if this user may not see it.
std::string program_of(const fs::path& process) {
  std::error_code failure;
  auto path = fs::read_symlink(process / "exe", failure).string();
  if (path.ends_with(replaced))
    path.resize(path.size() - replaced.size());
  return path;
}

// Whether a thread blocks SIGUSR1 (proc(5), SigBlk).
bool blocks_signal(const fs::path& thread) {
  std::ifstream status{thread / "status"};
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("SigBlk:")) {
      auto blocked = std::strtoull(line.c_str() + 7, nullptr, 16);
      return (blocked >> (SIGUSR1 - 1) & 1) != 0;
    }
  return false;
}

// Whether a process waits for SIGUSR1, which would end any other process. All
// threads of a server block the signal, except one while it waits for it.
bool waits_for_signal(const fs::path& process) {
  std::error_code failure;
  for (fs::directory_iterator i{process / "task", failure}, end;
       !failure && i != end; i.increment(failure))
    if (blocks_signal(i->path()))
      return true;
  return false;
}

std::optional<int> to_pid(const std::string& name) {
  int pid = 0;
  auto end = name.data() + name.size();
  auto [stopped, failure] = std::from_chars(name.data(), end, pid);
  if (failure != std::errc{} || stopped != end)
    return std::nullopt;
  return pid;
}

} // namespace

std::vector<int> find_siblings() {
  std::vector<int> out;
  auto ours = program_of("/proc/self");
  std::error_code failure;
  for (fs::directory_iterator i{"/proc", failure}, end; !failure && i != end;
       i.increment(failure)) {
    auto pid = to_pid(i->path().filename().string());
    if (pid && *pid != ::getpid() && !ours.empty()
        && program_of(i->path()) == ours && waits_for_signal(i->path()))
      out.push_back(*pid);
  }
  std::ranges::sort(out);
  return out;
}

std::error_code signal_sibling(int pid) {
  auto all = find_siblings();
  if (std::ranges::find(all, pid) == all.end())
    return std::make_error_code(std::errc::no_such_process);
  if (::kill(pid, SIGUSR1) != 0)
    return {errno, std::generic_category()};
  return {};
}

bool await_end(int pid) {
  auto handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (handle < 0)
    return errno == ESRCH; // the process has ended already
  pollfd ended{handle, POLLIN, 0};
  int changed = 0;
  do
    changed = ::poll(&ended, 1, -1);
  while (changed < 0 && errno == EINTR);
  ::close(handle);
  return changed == 1;
}

} // namespace troupe::net
