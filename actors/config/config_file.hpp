#pragma once

#include <CLI/CLI.hpp>

#include <map>
#include <string>

namespace troupe::actors {

/// Reads configuration files for CLI11, whose own reader takes the first of
/// duplicate keys, accepts sections, and reports no line numbers. Rejects
/// unknown keys, duplicate keys and sections with `CLI::ConfigError`, which
/// names file and line.
class config_file_reader : public CLI::ConfigTOML {
public:
  /// Reads keys of `app`, which must outlive this.
  explicit config_file_reader(const CLI::App& app);

  std::vector<CLI::ConfigItem> from_config(std::istream& in) const override;

  /// "troupe.conf:7" for a key that the file sets, or empty.
  std::string location_of(const std::string& key) const;

private:
  void check(std::istream& in) const;

  void take(const std::string& key, size_t line) const;

  std::string at(size_t line) const;

  const CLI::App& app_;
  // CLI11 calls from_config() on a const object.
  mutable std::map<std::string, size_t> lines_;
};

} // namespace troupe::actors
