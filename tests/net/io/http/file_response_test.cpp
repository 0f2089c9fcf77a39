// Files that are read in pieces while they are sent.
#include "net/io/http/file_response.hpp"

#include "net/io/process/process_load.hpp"
#include "tests/net/io/support/certificate_files.hpp"
#include "tests/net/io/support/http_fixture.hpp"
#include "tests/net/io/support/tls_client.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <limits>
#include <list>
#include <mutex>

using namespace troupe::net;
using namespace troupe::net::testing;
namespace fs = std::filesystem;

namespace {

constexpr size_t piece = 256 << 10;
// More than the kernel buffers for a client with a small receive buffer.
constexpr size_t file_size = 32 << 20;
constexpr int receive_buffer = 4096;

/// The octet of a test's file at that position.
char octet_at(uint64_t position) {
  return static_cast<char>('a' + position * 7 / 5 % 26);
}

std::string octets_at(uint64_t first, size_t size) {
  std::string out(size, ' ');
  for (size_t i = 0; i < size; ++i)
    out[i] = octet_at(first + i);
  return out;
}

/// A disk with one file, whose reads can be held back or fail.
class test_disk final : public disk {
public:
  class file final : public open_file {
  public:
    explicit file(test_disk& where) : where_(where) {}

    std::error_code write(uint64_t, byte_span) override {
      return std::make_error_code(std::errc::read_only_file_system);
    }

    result<std::vector<uint8_t>> read(uint64_t position,
                                      size_t count) override {
      where_.note_read();
      if (position >= where_.fails_at)
        return std::make_error_code(std::errc::io_error);
      count =
          std::min(count, where_.ends_at - std::min(position, where_.ends_at));
      const auto text = octets_at(position, count);
      return std::vector<uint8_t>{text.begin(), text.end()};
    }

    result<file_facts> facts() override {
      return file_facts{where_.size, std::chrono::seconds{17}};
    }

    std::error_code truncate(uint64_t) override {
      return {};
    }

    std::error_code sync() override {
      return {};
    }

  private:
    test_disk& where_;
  };

  result<std::unique_ptr<open_file>> create(const std::string&) override {
    return std::make_error_code(std::errc::read_only_file_system);
  }

  result<std::unique_ptr<open_file>> open(const std::string& path) override {
    if (path != "/there")
      return std::make_error_code(std::errc::no_such_file_or_directory);
    return std::unique_ptr<open_file>{std::make_unique<file>(*this)};
  }

  std::error_code replace(const std::string&, byte_span) override {
    return std::make_error_code(std::errc::read_only_file_system);
  }

  result<uint64_t> free_octets(const std::string&) override {
    return uint64_t{0};
  }

  void note_read() {
    ++reads;
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return !frozen; });
  }

  void freeze(bool on) {
    std::lock_guard guard{mutex};
    frozen = on;
    changed.notify_all();
  }

  uint64_t size = file_size;
  uint64_t fails_at = std::numeric_limits<uint64_t>::max();
  uint64_t ends_at = std::numeric_limits<uint64_t>::max();
  std::atomic<size_t> reads{0};
  std::mutex mutex;
  std::condition_variable changed;
  bool frozen = false;
};

/// Serves that file at /there.webm, and nothing else below /.
class file_handler final : public http_handler {
public:
  explicit file_handler(std::shared_ptr<disk_thread> x) : disk_(std::move(x)) {}

  std::optional<http_response> handle_http(const http_request&) override {
    return std::nullopt;
  }

  bool handle_http_later(const http_request& request,
                         const http_responder& respond) override {
    respond_with_file(disk_, request,
                      {request.path.substr(0, request.path.find('.')),
                       request.path.substr(1),
                       {},
                       request.query == "save"},
                      text_response(404, "Not found\n"), respond);
    return true;
  }

  upgrade_decision decide_upgrade(const http_request&) override {
    return upgrade_decision::reject(text_response(404, "no"));
  }

  std::unique_ptr<connection_events>
  open_connection(std::shared_ptr<connection>) override {
    return nullptr;
  }

private:
  std::shared_ptr<disk_thread> disk_;
};

struct scene {
  explicit scene(http_server_config config = loopback_config())
      : server(threads, handler, std::move(config)) {
    REQUIRE(server.start());
  }

  ~scene() {
    files->freeze(false);
  }

  http_reply get(std::string_view headers = {},
                 std::string_view target = "/there.webm") {
    return http(server.port(), "GET", target, headers);
  }

  /// A client that asks for the whole file and reads its head only.
  tcp_client begin() {
    tcp_client out{server.port(), "127.0.0.1", receive_buffer};
    out.write("GET /there.webm HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(out.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
    return out;
  }

  std::shared_ptr<test_disk> files = std::make_shared<test_disk>();
  std::shared_ptr<disk_thread> disk = std::make_shared<disk_thread>(files);
  file_handler handler{disk};
  io_threads threads{2};
  http_server server;
};

http_request request_with(std::string method, http_headers headers) {
  http_request out;
  out.method = std::move(method);
  out.headers = std::move(headers);
  return out;
}

http_response describe(http_headers headers, std::string method = "GET") {
  return describe_file(request_with(std::move(method), std::move(headers)),
                       {100, "video/webm", "\"t\"", {}});
}

std::string header(const http_response& x, std::string_view name) {
  return std::string{request_with("", x.headers).header(name)};
}

} // namespace

TEST_CASE("a request for a part of a file gets 206 and names the part") {
  const auto out = describe({{"Range", "bytes=10-19"}});
  CHECK(out.status == 206);
  CHECK(out.streamed.first == 10);
  CHECK(out.streamed.size == 10);
  CHECK(header(out, "Content-Range") == "bytes 10-19/100");
  CHECK(header(out, "Content-Type") == "video/webm");
  CHECK(header(out, "Accept-Ranges") == "bytes");
  CHECK(header(out, "ETag") == "\"t\"");
}

TEST_CASE("a request for a part that a file lacks gets 416 and its size") {
  const auto out = describe({{"Range", "bytes=100-"}});
  CHECK(out.status == 416);
  CHECK(out.streamed.size == 0);
  CHECK(header(out, "Content-Range") == "bytes */100");
  CHECK(header(out, "Content-Type").empty());
}

TEST_CASE("If-Range with the file's tag gets the part, anything else all") {
  const auto status = [](std::string tag) {
    return describe({{"Range", "bytes=0-9"}, {"If-Range", std::move(tag)}})
        .status;
  };
  CHECK(status("\"t\"") == 206);
  for (const auto* x : {"\"u\"", "W/\"t\"", "t", "",
                        "Tue, 24 Nov 2026 23:15:00 GMT", "\"t\", \"u\""})
    CHECK_MESSAGE(status(x) == 200, x);
  // Also if the range would be refused.
  CHECK(describe({{"Range", "bytes=100-"}, {"If-Range", "\"u\""}}).status
        == 200);
}

TEST_CASE("a client that has the file gets 304, whatever part it asks for") {
  const auto out =
      describe({{"If-None-Match", "\"t\""}, {"Range", "bytes=0-9"}});
  CHECK(out.status == 304);
  CHECK(out.streamed.size == 0);
  CHECK(header(out, "ETag") == "\"t\"");
  CHECK(describe({{"If-None-Match", "\"u\""}}).status == 200);
}

TEST_CASE("HEAD tells of the whole file, also with a range") {
  const auto out = describe({{"Range", "bytes=0-9"}}, "HEAD");
  CHECK(out.status == 200);
  CHECK(out.streamed.size == 100);
  CHECK(header(out, "Content-Range").empty());
}

TEST_CASE("a file's name for saving cannot break its header") {
  const auto name = [](std::string x) {
    return header(describe_file(request_with("GET", {}),
                                {1, "video/webm", "\"t\"", std::move(x)}),
                  "Content-Disposition");
  };
  CHECK(name("ann-camera-1.webm")
        == "attachment; filename=\"ann-camera-1.webm\"");
  CHECK(name("a\"\r\nb\\c/d") == "attachment; filename=\"a___b_c_d\"");
  CHECK(name("").empty());
}

TEST_CASE("a file is sent whole and in parts over one connection") {
  scene x;
  x.files->size = 3 * piece + 5;
  tcp_client client{x.server.port()};
  auto reply = http(client, "GET", "/there.webm");
  CHECK(reply.status == 200);
  CHECK(reply.header("Content-Type") == "video/webm");
  CHECK(reply.header("Content-Length") == std::to_string(3 * piece + 5));
  CHECK(reply.header("ETag") == "\"17000000000-786437\"");
  CHECK(reply.body == octets_at(0, 3 * piece + 5));
  for (uint64_t first : {uint64_t{0}, uint64_t{piece - 1}, uint64_t{2 * piece}})
    for (size_t n : {size_t{1}, piece, piece + 5}) {
      reply = http(client, "GET", "/there.webm",
                   "Range: bytes=" + std::to_string(first) + "-"
                       + std::to_string(first + n - 1) + "\r\n");
      CHECK(reply.status == 206);
      CHECK(reply.body == octets_at(first, n));
    }
  reply = http(client, "GET", "/there.webm", "Range: bytes=-3\r\n");
  CHECK(reply.header("Content-Range") == "bytes 786434-786436/786437");
  CHECK(reply.body == octets_at(3 * piece + 2, 3));
  reply = http(client, "GET", "/there.webm", "Range: bytes=786437-\r\n");
  CHECK(reply.status == 416);
  CHECK(reply.header("Content-Range") == "bytes */786437");
  CHECK(http(client, "GET", "/absent.webm").status == 404);
  CHECK(http(client, "GET", "/there.mkv").header("Content-Type")
        == "video/x-matroska");
  CHECK(http(client, "GET", "/there.json").header("Content-Type")
        == "application/json");
  CHECK(http(client, "GET", "/there.webm?save").header("Content-Disposition")
        == "attachment; filename=\"there.webm\"");
  CHECK(eventually([&] { return x.server.stats().file_octets == 0; }));
}

TEST_CASE("HEAD reads nothing of a file") {
  scene x;
  tcp_client client{x.server.port()};
  client.write("HEAD /there.webm HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto reply = read_reply(client, false);
  CHECK(reply.status == 200);
  CHECK(reply.header("Content-Length") == std::to_string(file_size));
  CHECK(x.files->reads == 0);
  // The connection goes on.
  CHECK(http(client, "GET", "/there.webm", "Range: bytes=0-1\r\n").status
        == 206);
}

TEST_CASE("an empty file has no octets and no parts") {
  scene x;
  x.files->size = 0;
  const auto reply = x.get();
  CHECK(reply.status == 200);
  CHECK(reply.header("Content-Length") == "0");
  CHECK(reply.body.empty());
  CHECK(x.get("Range: bytes=0-\r\n").status == 416);
  CHECK(x.files->reads == 0);
}

TEST_CASE("a slow reader holds one piece of a file in memory") {
  constexpr size_t readers = 12;
  scene x;
  std::list<tcp_client> slow;
  for (size_t i = 0; i < readers; ++i)
    slow.push_back(x.begin());
  // Each has what the kernel takes, and then one piece that waits.
  size_t before = 0;
  CHECK(eventually([&] {
    const auto now = x.files->reads.load();
    return std::exchange(before, now) == now
           && x.server.stats().file_octets == readers * piece;
  }));
  CHECK(x.files->reads < readers * file_size / piece);
  CHECK(x.server.stats().file_octets == readers * piece);
  // A client that reads later still gets all of it.
  CHECK(slow.front().read(file_size) == octets_at(0, file_size));
  slow.clear();
  CHECK(eventually([&] { return x.server.stats().file_octets == 0; }));
}

TEST_CASE("100 slow readers of a file of 2 GB cost less than 50 MB") {
  constexpr size_t readers = 100;
  char name[] = "/tmp/troupe_film_XXXXXX";
  const int fd = ::mkstemp(name);
  REQUIRE(fd >= 0);
  REQUIRE(::ftruncate(fd, off_t{2} << 30) == 0);
  ::close(fd);
  auto disk = std::make_shared<disk_thread>();
  file_handler handler{disk};
  io_threads threads{2};
  http_server server{threads, handler, loopback_config()};
  REQUIRE(server.start());
  const auto before = resident_memory();
  std::list<tcp_client> slow;
  for (size_t i = 0; i < readers; ++i) {
    slow.emplace_back(server.port(), "127.0.0.1", receive_buffer)
        .write("GET " + std::string{name} + " HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(slow.back().read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  }
  CHECK(eventually(
      [&] { return server.stats().file_octets == readers * piece; }));
  CHECK(server.stats().file_octets <= 50'000'000);
  MESSAGE("resident MB more: ", (static_cast<int64_t>(resident_memory())
                                 - static_cast<int64_t>(before))
                                    / 1e6);
  std::filesystem::remove(name);
}

TEST_CASE("a slow reader over TLS holds one piece of a file, too") {
  certificate_files certificate;
  auto config = loopback_config();
  config.tls = certificate.paths();
  scene x{config};
  tls_client client{x.server.port(), TLS1_3_VERSION, receive_buffer};
  REQUIRE(client.connected());
  client.write("GET /there.webm HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  CHECK(eventually([&] { return x.server.stats().file_octets == piece; }));
}

TEST_CASE("a client that reads nothing of a file for long is closed") {
  auto config = loopback_config();
  config.write_timeout = std::chrono::milliseconds{50};
  config.min_read_rate = 1 << 30;
  scene x{config};
  auto client = x.begin();
  CHECK(eventually([&] { return x.server.stats().slow_readers_closed == 1; }));
  CHECK(eventually([&] { return x.server.stats().connections == 0; }));
  CHECK(x.server.stats().responses_cut == 0);
  CHECK(eventually([&] { return x.server.stats().file_octets == 0; }));
}

TEST_CASE("a failure of the disk in mid-file ends the connection") {
  scene x;
  x.files->size = 4 * piece;
  x.files->fails_at = 2 * piece;
  const auto reply = x.get();
  CHECK(reply.status == 200);
  CHECK(reply.header("Content-Length") == std::to_string(4 * piece));
  CHECK(reply.body == octets_at(0, 2 * piece));
  CHECK(x.server.stats().responses_cut == 1);
  CHECK(eventually([&] { return x.server.stats().connections == 0; }));
}

TEST_CASE("a file that has become shorter ends the connection") {
  scene x;
  x.files->size = 4 * piece;
  x.files->ends_at = 2 * piece + 10;
  CHECK(x.get().body == octets_at(0, 2 * piece));
  CHECK(x.server.stats().responses_cut == 1);
}

TEST_CASE("a disk that does not answer holds up its own readers only") {
  auto config = loopback_config();
  config.response_timeout = std::chrono::milliseconds{50};
  scene x{config};
  x.files->freeze(true);
  auto client = x.begin();
  CHECK(client.reads_end());
  CHECK(x.server.stats().responses_cut == 1);
  // The file cannot be opened either, and so there is a real answer.
  CHECK(x.get().status == 503);
}

TEST_CASE("a client that leaves while the disk reads is forgotten") {
  scene x;
  x.files->freeze(true);
  x.begin().close();
  x.files->freeze(false);
  CHECK(eventually([&] { return x.server.stats().connections == 0; }));
  CHECK(eventually([&] { return x.server.stats().file_octets == 0; }));
}

TEST_CASE("a stopping server does not wait for the disk") {
  scene x;
  x.files->freeze(true);
  auto client = x.begin();
  CHECK(eventually([&] { return x.files->reads == 1; }));
  x.server.stop();
  CHECK(x.server.stats().connections == 0);
}

TEST_CASE("a folder, a pipe and a link are no files to send") {
  auto pattern = (fs::temp_directory_path() / "troupe-XXXXXX").string();
  const fs::path top = ::mkdtemp(pattern.data());
  REQUIRE(::mkfifo((top / "pipe").c_str(), 0600) == 0);
  fs::create_symlink("/etc/hostname", top / "link");
  auto where = host_disk();
  for (const auto* name : {"", "pipe", "link", "absent"}) {
    auto opened = where->open_to_read(top / name);
    CHECK_MESSAGE((!opened || !(*opened)->facts()), name);
  }
  fs::remove_all(top);
}
