#include "bench/load/report/process_meter.hpp"

#include "bench/load/report/proc_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <filesystem>

namespace troupe::load {

namespace {

using std::chrono::nanoseconds;

std::string proc_path(pid_t pid, std::string_view rest) {
  return "/proc/" + std::to_string(pid) + "/" + std::string{rest};
}

nanoseconds from_ticks(uint64_t ticks) {
  static auto const per_second = static_cast<uint64_t>(sysconf(_SC_CLK_TCK));
  return nanoseconds{ticks * (1'000'000'000 / per_second)};
}

// The entries of a folder whose names are numbers: processes or threads.
std::vector<pid_t> ids_in(const std::string& folder) {
  std::vector<pid_t> ids;
  std::error_code error;
  std::filesystem::directory_iterator at{folder, error};
  for (; !error && at != std::filesystem::directory_iterator{};
       at.increment(error)) {
    auto name = at->path().filename().string();
    pid_t id = 0;
    auto end = name.data() + name.size();
    auto [stop, bad] = std::from_chars(name.data(), end, id);
    if (bad == std::errc{} && stop == end)
      ids.push_back(id);
  }
  return ids;
}

// `root` and its living descendants. Processes that start or end meanwhile may
// be missed or found dead later, as always with /proc.
std::vector<pid_t> family_of(pid_t root) {
  std::multimap<pid_t, pid_t> children;
  for (auto pid : ids_in("/proc")) {
    if (auto stat = parse_stat(read_proc_file(proc_path(pid, "stat"))))
      children.emplace(stat->parent, pid);
  }
  std::vector<pid_t> family{root};
  for (size_t i = 0; i < family.size(); ++i) {
    auto [first, last] = children.equal_range(family[i]);
    for (; first != last; ++first)
      family.push_back(first->second);
  }
  return family;
}

// The CPU time of all threads of a process, ended ones included: the clock of
// clock_getcpuclockid(3), in nanoseconds where stat has ticks.
std::optional<nanoseconds> process_clock(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
    return std::nullopt;
  return std::chrono::seconds{used.tv_sec} + nanoseconds{used.tv_nsec};
}

thread_sample sample_thread(const std::string& folder) {
  thread_sample out;
  out.name = read_proc_file(folder + "comm");
  if (out.name.ends_with('\n'))
    out.name.pop_back();
  if (auto cpu = parse_schedstat(read_proc_file(folder + "schedstat"))) {
    out.cpu = *cpu;
  } else if (auto stat = parse_stat(read_proc_file(folder + "stat"))) {
    out.cpu = from_ticks(stat->user_ticks + stat->system_ticks);
  }
  auto status = read_proc_file(folder + "status");
  out.voluntary_switches =
      parse_field(status, "voluntary_ctxt_switches").value_or(0);
  out.involuntary_switches =
      parse_field(status, "nonvoluntary_ctxt_switches").value_or(0);
  return out;
}

void add_memory(pid_t pid, process_sample& out) {
  auto text = read_proc_file(proc_path(pid, "smaps_rollup"));
  out.resident += parse_field(text, "Rss").value_or(0) * 1024;
  out.proportional += parse_field(text, "Pss").value_or(0) * 1024;
}

// Adds one process; returns false if it has ended.
bool add_process(pid_t pid, with_memory memory, process_sample& out) {
  auto stat = parse_stat(read_proc_file(proc_path(pid, "stat")));
  if (!stat)
    return false;
  auto user = from_ticks(stat->user_ticks);
  auto system = from_ticks(stat->system_ticks);
  auto ended_user = from_ticks(stat->children_user_ticks);
  auto ended_system = from_ticks(stat->children_system_ticks);
  out.user += user + ended_user;
  out.system += system + ended_system;
  out.cpu += process_clock(pid).value_or(user + system);
  out.cpu += ended_user + ended_system;
  auto threads = proc_path(pid, "task/");
  for (auto id : ids_in(threads))
    out.threads.emplace(id, sample_thread(threads + std::to_string(id) + "/"));
  if (memory == with_memory::yes)
    add_memory(pid, out);
  return true;
}

template <class T>
T risen(T from, T to) {
  return to > from ? to - from : T{};
}

} // namespace

std::optional<process_sample> sample_process(pid_t pid, with_memory memory) {
  auto family = family_of(pid);
  process_sample out;
  out.at = std::chrono::steady_clock::now();
  if (!add_process(family.front(), memory, out))
    return std::nullopt;
  for (auto child : std::vector(family.begin() + 1, family.end()))
    add_process(child, memory, out);
  return out;
}

process_usage usage_between(const process_sample& first,
                            const process_sample& second) {
  process_usage out;
  out.elapsed = second.at - first.at;
  out.cpu = risen(first.cpu, second.cpu);
  out.user = risen(first.user, second.user);
  out.system = risen(first.system, second.system);
  std::map<std::string, thread_usage> by_name;
  for (auto& [id, now] : second.threads) {
    thread_sample before;
    if (auto i = first.threads.find(id); i != first.threads.end())
      before = i->second;
    auto& sum = by_name[now.name];
    sum.name = now.name;
    ++sum.threads;
    sum.cpu += risen(before.cpu, now.cpu);
    auto voluntary = risen(before.voluntary_switches, now.voluntary_switches);
    auto involuntary =
        risen(before.involuntary_switches, now.involuntary_switches);
    sum.voluntary_switches += voluntary;
    sum.involuntary_switches += involuntary;
    out.voluntary_switches += voluntary;
    out.involuntary_switches += involuntary;
  }
  for (auto& [name, sum] : by_name)
    out.by_name.push_back(std::move(sum));
  std::ranges::stable_sort(out.by_name, std::ranges::greater{},
                           &thread_usage::cpu);
  return out;
}

std::optional<stat_line> parse_stat(std::string_view text) {
  auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos)
    return std::nullopt;
  // Counted from field 3 (state): ppid is 1, utime 11, stime 12 (proc(5)).
  constexpr size_t parent = 1, user = 11, wanted = 15;
  std::array<std::string_view, wanted> fields;
  auto rest = text.substr(name_end + 1);
  for (auto& field : fields) {
    auto start = rest.find_first_not_of(' ');
    if (start == std::string_view::npos)
      return std::nullopt;
    auto end = std::min(rest.find_first_of(" \n", start), rest.size());
    field = rest.substr(start, end - start);
    rest = rest.substr(end);
  }
  auto number = [&](size_t i, auto& out) {
    auto end = fields[i].data() + fields[i].size();
    auto [stop, error] = std::from_chars(fields[i].data(), end, out);
    return error == std::errc{} && stop == end;
  };
  stat_line out;
  if (number(parent, out.parent) && number(user, out.user_ticks)
      && number(user + 1, out.system_ticks)
      && number(user + 2, out.children_user_ticks)
      && number(user + 3, out.children_system_ticks))
    return out;
  return std::nullopt;
}

std::optional<nanoseconds> parse_schedstat(std::string_view text) {
  int64_t out = 0;
  auto [stop, error] =
      std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || out < 0)
    return std::nullopt;
  return nanoseconds{out};
}

std::optional<uint64_t> parse_field(std::string_view text,
                                    std::string_view key) {
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.starts_with(key) || !line.substr(key.size()).starts_with(':'))
      continue;
    line.remove_prefix(key.size() + 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    uint64_t out = 0;
    auto [stop, error] =
        std::from_chars(line.data(), line.data() + line.size(), out);
    if (error == std::errc{})
      return out;
    return std::nullopt;
  }
  return std::nullopt;
}

} // namespace troupe::load
