#pragma once

#include "net/io/http/http_server.hpp"
#include "tests/support/source_tree.hpp"

#include <filesystem>
#include <fstream>

namespace troupe::net::testing {

/// A certificate and key in a temporary folder. There are two pairs: "" is for
/// localhost, "second_" for second.example.
class certificate_files {
public:
  explicit certificate_files(const std::string& which = "") {
    char name[] = "/tmp/troupe_tls_XXXXXX";
    folder_ = mkdtemp(name);
    install(which);
  }

  certificate_files(const certificate_files&) = delete;

  certificate_files& operator=(const certificate_files&) = delete;

  ~certificate_files() {
    std::filesystem::remove_all(folder_);
  }

  tls_files paths() const {
    return {folder_ / "certificate.pem", folder_ / "key.pem"};
  }

  /// Replaces the pair with the given one.
  void install(const std::string& which) {
    put(which + "certificate.pem", "certificate.pem");
    put(which + "key.pem", "key.pem");
  }

  /// Replaces a file as certbot does: with another complete file.
  void put(const std::string& from, const std::string& to) {
    auto source =
        std::filesystem::path{troupe::test::in_source_tree("tests/data/tls")}
        / from;
    std::filesystem::copy_file(source, folder_ / "new");
    std::filesystem::rename(folder_ / "new", folder_ / to);
  }

  void spoil(const std::string& name) {
    std::ofstream{folder_ / name} << "no PEM at all\n";
  }

private:
  std::filesystem::path folder_;
};

} // namespace troupe::net::testing
