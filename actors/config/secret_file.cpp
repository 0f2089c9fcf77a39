#include "actors/config/secret_file.hpp"

#include <array>
#include <cerrno>
#include <fstream>

namespace troupe::actors {

net::result<std::string> read_secret_file(const std::string& path) {
  constexpr std::streamsize max_size = 64 << 10;
  errno = 0;
  std::ifstream in{path, std::ios::binary};
  std::string text(static_cast<size_t>(max_size) + 1, '\0');
  if (in)
    in.read(text.data(), max_size + 1);
  if (!in.is_open() || in.bad())
    return std::error_code{errno != 0 ? errno : EIO, std::generic_category()};
  if (in.gcount() > max_size)
    return std::make_error_code(std::errc::file_too_large);
  text.resize(static_cast<size_t>(in.gcount()));
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  if (text.empty())
    return std::make_error_code(std::errc::invalid_argument);
  return text;
}

std::string describe_secret_failure(const std::string& key,
                                    const std::string& path,
                                    const std::error_code& why) {
  auto text =
      why == std::errc::invalid_argument ? "the file is empty" : why.message();
  return key + " " + path + ": " + text;
}

} // namespace troupe::actors
