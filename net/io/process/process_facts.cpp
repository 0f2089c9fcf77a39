#include "net/io/process/process_facts.hpp"

#include "net/io/process/process_load.hpp"
#include "net/io/process/read_file.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace troupe::net {

namespace {

/// The boot time of the system in seconds since 1970: "btime" of /proc/stat.
double boot_time() {
  std::ifstream in{"/proc/stat"};
  for (std::string word; in >> word;)
    if (double at = 0; word == "btime" && in >> at)
      return at;
  return 0;
}

uint64_t count_files() {
  std::error_code ec;
  std::filesystem::directory_iterator i{"/proc/self/fd", ec};
  uint64_t count = 0;
  for (; !ec && i != std::filesystem::directory_iterator{}; i.increment(ec))
    ++count;
  // One descriptor is that of the listing itself.
  return count > 0 ? count - 1 : 0;
}

} // namespace

process_facts parse_process_stat(std::string_view text, uint64_t page_size,
                                 uint64_t ticks_per_second) {
  // The second field is a name in parentheses, which may contain any character.
  auto name_end = text.rfind(')');
  if (name_end == text.npos)
    return {};
  std::istringstream in{std::string{text.substr(name_end + 1)}};
  std::string state;
  std::array<int64_t, 21> fields{}; // 4 to 24
  in >> state;
  for (auto& x : fields)
    if (!(in >> x))
      return {};
  auto field = [&](size_t number) {
    return static_cast<uint64_t>(fields[number - 4]);
  };
  process_facts out;
  out.threads = field(20);
  out.start_time =
      static_cast<double>(field(22)) / static_cast<double>(ticks_per_second);
  out.virtual_bytes = field(23);
  out.resident_bytes = field(24) * page_size;
  return out;
}

process_facts read_process_facts() {
  auto out = parse_process_stat(read_file("/proc/self/stat"),
                                static_cast<uint64_t>(sysconf(_SC_PAGESIZE)),
                                static_cast<uint64_t>(sysconf(_SC_CLK_TCK)));
  static const auto booted = boot_time();
  out.start_time += booted;
  out.cpu_time = process_cpu_time();
  out.open_files = count_files();
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY)
    out.max_files = files.rlim_cur;
  return out;
}

} // namespace troupe::net
