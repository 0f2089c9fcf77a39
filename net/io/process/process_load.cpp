#include "net/io/process/process_load.hpp"

#include "net/io/process/read_file.hpp"

#include <malloc.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>

// From mimalloc; null if the program is not linked with it.
extern "C" void mi_collect(bool force) noexcept __attribute__((weak));

namespace troupe::net {

namespace {

constexpr double least_cores = 0.01;

std::string_view first_word(std::string_view& text) {
  auto begin = text.find_first_not_of(" \n");
  text.remove_prefix(std::min(begin, text.size()));
  auto word = text.substr(0, text.find_first_of(" \n"));
  text.remove_prefix(word.size());
  return word;
}

std::optional<double> positive(std::string_view word) {
  int64_t value = 0;
  auto end = word.data() + word.size();
  auto [at, error] = std::from_chars(word.data(), end, value);
  if (error != std::errc{} || at != end || value <= 0)
    return std::nullopt;
  return static_cast<double>(value);
}

/// Whether a list such as "cpu,cpuacct" contains a name.
bool names(std::string_view controllers, std::string_view which) {
  while (!controllers.empty()) {
    auto name = controllers.substr(0, controllers.find(','));
    if (name == which)
      return true;
    controllers.remove_prefix(std::min(controllers.size(), name.size() + 1));
  }
  return false;
}

/// The lowest limit that `read` finds in the control group of that path or in
/// its ancestors, since an ancestor also limits its descendants.
template <class F>
auto least_limit(std::string_view path, F read) -> decltype(read("")) {
  decltype(read("")) out;
  std::string at{path};
  while (true) {
    if (auto x = read(at))
      out = std::min(out.value_or(*x), *x);
    if (at.empty())
      return out;
    at.erase(at.rfind('/'));
  }
}

} // namespace

duration process_cpu_time() {
  timespec x{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &x);
  return std::chrono::seconds{x.tv_sec} + std::chrono::nanoseconds{x.tv_nsec};
}

double usable_cores() {
  auto out = cores_of_affinity();
  return std::max(std::min(out, cpu_quota().value_or(out)), least_cores);
}

double cores_of_affinity() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    return CPU_COUNT(&set);
  // The machine has more cores than the set can hold.
  return std::thread::hardware_concurrency();
}

std::optional<double> cpu_quota() {
  auto text = read_file("/proc/self/cgroup");
  auto group = parse_cgroup(text);
  if (!group)
    return std::nullopt;
  return least_limit(group->path, [&](const std::string& at) {
    if (group->v2)
      return parse_cpu_max(read_file("/sys/fs/cgroup" + at + "/cpu.max"));
    auto base = "/sys/fs/cgroup/cpu" + at + "/cpu.cfs_";
    return parse_cpu_max(read_file(base + "quota_us") + " "
                         + read_file(base + "period_us"));
  });
}

std::optional<uint64_t> memory_limit() {
  auto text = read_file("/proc/self/cgroup");
  auto group = parse_cgroup(text, "memory");
  if (!group)
    return std::nullopt;
  return least_limit(group->path, [&](const std::string& at) {
    return parse_memory_max(read_file(
        group->v2 ? "/sys/fs/cgroup" + at + "/memory.max"
                  : "/sys/fs/cgroup/memory" + at + "/memory.limit_in_bytes"));
  });
}

uint64_t usable_memory() {
  auto pages = static_cast<uint64_t>(std::max(0L, sysconf(_SC_PHYS_PAGES)));
  auto host = pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return std::min(host, memory_limit().value_or(host));
}

uint64_t resident_memory() {
  std::ifstream in{"/proc/self/statm"};
  uint64_t size = 0;
  uint64_t resident = 0;
  in >> size >> resident;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

void release_free_memory() {
  if (mi_collect)
    mi_collect(true);
  malloc_trim(0);
}

std::optional<uint64_t> parse_memory_max(std::string_view text) {
  constexpr auto beyond_any = uint64_t{1} << 60;
  auto word = first_word(text);
  uint64_t value = 0;
  auto end = word.data() + word.size();
  auto [at, error] = std::from_chars(word.data(), end, value);
  if (error != std::errc{} || at != end || value >= beyond_any)
    return std::nullopt;
  return value;
}

std::optional<double> parse_cpu_max(std::string_view text) {
  auto quota = positive(first_word(text));
  auto period = positive(first_word(text));
  if (!quota || !period)
    return std::nullopt;
  return *quota / *period;
}

std::optional<cgroup_path> parse_cgroup(std::string_view text,
                                        std::string_view controller) {
  std::optional<cgroup_path> out;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    // hierarchy:controllers:path
    auto first = line.find(':');
    auto second = line.find(':', std::min(first, line.size() - 1) + 1);
    if (line.empty() || second == line.npos)
      continue;
    auto controllers = line.substr(first + 1, second - first - 1);
    auto path = line.substr(second + 1);
    if (!path.starts_with('/'))
      continue;
    if (path == "/")
      path = {};
    if (line.substr(0, first) == "0" && controllers.empty()) {
      if (!out)
        out = {path, true};
    } else if (names(controllers, controller)) {
      out = {path, false};
    }
  }
  return out;
}

} // namespace troupe::net
