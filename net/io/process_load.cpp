#include "net/io/process_load.hpp"

#include <sched.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

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

std::string read_file(const std::string& path) {
  std::ifstream in{path};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Whether "cpu" is on a list such as "cpu,cpuacct".
bool names_cpu(std::string_view controllers) {
  while (!controllers.empty()) {
    auto name = controllers.substr(0, controllers.find(','));
    if (name == "cpu")
      return true;
    controllers.remove_prefix(std::min(controllers.size(), name.size() + 1));
  }
  return false;
}

/// The quota of the group of that path, 0 and more levels up to the root,
/// each of which may limit those below it.
std::optional<double> quota_of(const cgroup_path& group) {
  std::optional<double> out;
  std::string path{group.path};
  while (true) {
    std::string text;
    if (group.v2)
      text = read_file("/sys/fs/cgroup" + path + "/cpu.max");
    else
      text = read_file("/sys/fs/cgroup/cpu" + path + "/cpu.cfs_quota_us") + " "
             + read_file("/sys/fs/cgroup/cpu" + path + "/cpu.cfs_period_us");
    if (auto x = parse_cpu_max(text))
      out = std::min(out.value_or(*x), *x);
    if (path.empty())
      return out;
    path.erase(path.rfind('/'));
  }
}

double cores_of_affinity() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    return CPU_COUNT(&set);
  // More cores than the set can name.
  return std::thread::hardware_concurrency();
}

} // namespace

duration process_cpu_time() {
  timespec x{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &x);
  return std::chrono::seconds{x.tv_sec} + std::chrono::nanoseconds{x.tv_nsec};
}

double usable_cores() {
  auto out = cores_of_affinity();
  auto text = read_file("/proc/self/cgroup");
  if (auto group = parse_cgroup(text))
    if (auto quota = quota_of(*group))
      out = std::min(out, *quota);
  return std::max(out, least_cores);
}

std::optional<double> parse_cpu_max(std::string_view text) {
  auto quota = positive(first_word(text));
  auto period = positive(first_word(text));
  if (!quota || !period)
    return std::nullopt;
  return *quota / *period;
}

std::optional<cgroup_path> parse_cgroup(std::string_view text) {
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
    } else if (names_cpu(controllers)) {
      out = {path, false};
    }
  }
  return out;
}

} // namespace troupe::net
