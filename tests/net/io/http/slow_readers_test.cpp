// Clients that request files and do not read them.
#include "tests/net/io/support/certificate_files.hpp"
#include "tests/net/io/support/http_fixture.hpp"
#include "tests/net/io/support/tls_client.hpp"

#include <doctest/doctest.h>

#include <malloc.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <list>

using namespace troupe::net;
using namespace troupe::net::testing;

namespace {

// More than the kernel buffers for a client with a small receive buffer.
constexpr size_t file_size = 8 << 20;
constexpr size_t readers = 12;
constexpr int receive_buffer = 4096;
constexpr std::string_view request = "GET /app.js HTTP/1.1\r\nHost: x\r\n\r\n";

/// A temporary folder with one large file.
class large_page {
public:
  large_page() {
    char name[] = "/tmp/troupe_page_XXXXXX";
    path_ = mkdtemp(name);
    std::ofstream{path_ / "app.js"} << std::string(file_size, 'x');
  }

  ~large_page() {
    std::filesystem::remove_all(path_);
  }

  std::string path() const {
    return path_;
  }

private:
  std::filesystem::path path_;
};

/// Octets allocated in this process; 0 under a sanitizer.
size_t allocated() {
  auto facts = mallinfo2();
  return facts.uordblks + facts.hblkhd;
}

/// Reads and discards that many octets.
void skip(tcp_client& from, size_t n) {
  static char room[65536];
  while (n > 0) {
    auto got = ::recv(from.fd(), room, std::min(n, sizeof room), 0);
    REQUIRE(got > 0);
    n -= static_cast<size_t>(got);
  }
}

} // namespace

TEST_CASE("slow readers of a file share one copy of it") {
  large_page page;
  auto config = loopback_config();
  config.static_root = page.path();
  http_fixture x{config};
  auto before = allocated();
  std::list<tcp_client> slow;
  for (size_t i = 0; i < readers; ++i) {
    slow.emplace_back(x.port(), "127.0.0.1", receive_buffer).write(request);
    CHECK(slow.back().read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  }
  CHECK(x.server.stats().file_octets == file_size);
  CHECK(allocated() < before + 2 * file_size);
  // A client that reads later still gets all of it.
  CHECK(slow.front().read(file_size) == std::string(file_size, 'x'));
}

TEST_CASE("slow readers over TLS share one copy of a file, too") {
  large_page page;
  certificate_files files;
  auto config = loopback_config();
  config.tls = files.paths();
  config.static_root = page.path();
  http_fixture x{config};
  auto before = allocated();
  std::list<tls_client> slow;
  for (size_t i = 0; i < readers; ++i) {
    auto& client = slow.emplace_back(x.port(), TLS1_3_VERSION, receive_buffer);
    REQUIRE(client.connected());
    client.write(request);
    CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  }
  CHECK(x.server.stats().file_octets == file_size);
  CHECK(allocated() < before + 2 * file_size);
}

TEST_CASE("an idle connection keeps none of the data it was sent") {
  http_fixture x;
  const std::string body(1 << 20, 'b');
  const auto ask = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: "
                   + std::to_string(body.size()) + "\r\n\r\n" + body;
  auto before = allocated();
  std::list<tcp_client> idle;
  for (size_t i = 0; i < readers; ++i) {
    idle.emplace_back(x.port()).write(ask);
    skip(idle.back(), body.size());
  }
  CHECK(eventually([&] { return allocated() < before + body.size() * 2; }));
}
