#include "bench/load/report/proc_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace troupe::load {

std::string read_proc_file(const std::string& path) {
  auto file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return {};
  std::string text;
  std::array<char, 4096> part;
  for (ssize_t n; (n = ::read(file, part.data(), part.size())) > 0;)
    text.append(part.data(), static_cast<size_t>(n));
  ::close(file);
  return text;
}

} // namespace troupe::load
