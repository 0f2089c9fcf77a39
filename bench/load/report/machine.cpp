#include "bench/load/report/machine.hpp"

#include "bench/load/report/proc_file.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <sstream>
#include <thread>

namespace troupe::load {

namespace {

std::string cpu_model() {
  std::istringstream lines{read_proc_file("/proc/cpuinfo")};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("model name"))
      return line.substr(std::min(line.find(": ") + 2, line.size()));
  }
  return "unknown";
}

// `text` quoted as one word of a shell command.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (auto c : text)
    out += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return out + "'";
}

// The output of a command, or nothing if it fails.
std::string output_of(const std::string& command) {
  auto* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr)
    return {};
  std::string out;
  for (int c; (c = std::fgetc(pipe)) != EOF;)
    out += static_cast<char>(c);
  return pclose(pipe) == 0 ? out : std::string{};
}

} // namespace

machine_info this_machine() {
  machine_info out;
  out.cpu = cpu_model();
  out.cores = std::thread::hardware_concurrency();
  utsname system{};
  if (uname(&system) == 0)
    out.kernel = std::string{system.sysname} + " " + system.release;
  if (double load = 0; getloadavg(&load, 1) == 1)
    out.load = load;
  return out;
}

cpu_ticks parse_cpu_ticks(std::string_view text) {
  // user nice system idle iowait irq softirq steal; the fields after these, for
  // guests, are included in user and nice already (proc(5)).
  std::istringstream in{std::string{text.substr(0, text.find('\n'))}};
  std::string word;
  uint64_t user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0,
           softirq = 0, steal = 0;
  if (!(in >> word >> user >> nice >> system >> idle >> wait >> irq >> softirq
        >> steal)
      || word != "cpu")
    return {};
  return {user + nice + system + irq + softirq, idle + wait, steal};
}

cpu_ticks machine_ticks() {
  return parse_cpu_ticks(read_proc_file("/proc/stat"));
}

double stolen_share(const cpu_ticks& first, const cpu_ticks& second) {
  auto stolen = static_cast<double>(second.stolen - first.stolen);
  auto all = stolen + static_cast<double>(second.busy - first.busy)
             + static_cast<double>(second.idle - first.idle);
  return all > 0 ? stolen / all : 0;
}

std::string utc_now() {
  auto now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string commit_at(const std::string& path) {
  std::filesystem::path folder{path};
  if (!std::filesystem::is_directory(folder))
    folder = folder.parent_path();
  auto text = output_of("git -C " + quoted(folder.empty() ? "." : folder)
                        + " describe --always --exclude='*' --dirty=+");
  if (text.ends_with('\n'))
    text.pop_back();
  return text.empty() ? "unknown" : text;
}

} // namespace troupe::load
