#include "actors/config/config_file.hpp"

#include <sstream>

namespace troupe::actors {

namespace {

/// The byte order mark that some editors put before UTF-8.
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

[[noreturn]] void refuse(const std::string& why) {
  throw CLI::ConfigError(why, CLI::ExitCodes::ConfigError);
}

} // namespace

config_file_reader::config_file_reader(const CLI::App& app) : app_(app) {
  // Keys have dots in their names.
  parentSeparator('\0');
}

std::vector<CLI::ConfigItem>
config_file_reader::from_config(std::istream& in) const {
  std::stringstream text;
  text << in.rdbuf();
  if (text.view().starts_with(byte_order_mark))
    text.str(text.str().substr(byte_order_mark.size()));
  check(text);
  text.clear();
  text.seekg(0);
  return CLI::ConfigTOML::from_config(text);
}

std::string config_file_reader::location_of(const std::string& key) const {
  auto found = lines_.find(key);
  return found == lines_.end() ? std::string{} : at(found->second);
}

void config_file_reader::check(std::istream& in) const {
  size_t number = 0;
  bool in_list = false; // a list that spans several lines
  for (std::string line; std::getline(in, line);) {
    ++number;
    CLI::detail::trim(line);
    if (line.empty() || line.front() == '#' || line.front() == ';')
      continue;
    if (in_list) {
      in_list = line.back() != ']';
      continue;
    }
    if (line.front() == '[')
      refuse(
          at(number) + ": sections such as " + line
          + " are not supported: write keys in full, as in http.port = 3000");
    auto equals = line.find('=');
    if (equals == std::string::npos)
      refuse(at(number) + ": expected key = value: " + line);
    auto value = CLI::detail::trim_copy(line.substr(equals + 1));
    in_list = value.starts_with('[') && !value.ends_with(']');
    take(CLI::detail::trim_copy(line.substr(0, equals)), number);
  }
}

void config_file_reader::take(const std::string& key, size_t line) const {
  const auto* option = app_.get_option_no_throw("--" + key);
  if (!option || !option->get_configurable())
    refuse(at(line) + ": unknown key " + key);
  if (auto [known, fresh] = lines_.try_emplace(key, line); !fresh)
    refuse(at(line) + ": " + key + " is set twice, first in line "
           + std::to_string(known->second));
}

std::string config_file_reader::at(size_t line) const {
  const auto& files = app_.get_config_ptr()->results();
  return (files.empty() ? "the configuration file" : files.back()) + ":"
         + std::to_string(line);
}

} // namespace troupe::actors
