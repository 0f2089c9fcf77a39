#pragma once

#include <CLI/CLI.hpp>

#include <map>
#include <string>

namespace troupe::actors {

/// Reads configuration files for CLI11, which by itself takes a key's first
/// line and forgets the others, knows sections, and names no line. Refuses
/// (`CLI::ConfigError`) keys that nobody declared, keys that are there twice
/// and sections, with file and line.
class config_file_reader : public CLI::ConfigTOML {
public:
  /// Reads keys of `app`, which must outlive this.
  explicit config_file_reader(const CLI::App& app);

  std::vector<CLI::ConfigItem> from_config(std::istream& in) const override;

  /// "troupe.conf:7" of a key that the file sets, or empty.
  std::string place_of(const std::string& key) const;

private:
  void check(std::istream& in) const;

  void take(const std::string& key, size_t line) const;

  std::string at(size_t line) const;

  const CLI::App& app_;
  // CLI11 reads by a const member.
  mutable std::map<std::string, size_t> lines_;
};

} // namespace troupe::actors
