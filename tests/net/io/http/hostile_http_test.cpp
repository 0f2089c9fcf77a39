// Forbidden origins, slow clients, oversized requests and floods.
#include "net/base/rng.hpp"

#include "poller.hpp"
#include "tests/net/io/support/http_fixture.hpp"

#include "tests/support/capture.hpp"
#include "tests/support/source_tree.hpp"

#include <doctest/doctest.h>

#include <malloc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

constexpr size_t mebibyte = 1 << 20;

// Octets allocated in this process; 0 under a sanitizer.
size_t allocated() {
  return mallinfo2().uordblks;
}

std::chrono::duration<double> cpu_time() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  auto seconds = [](timeval x) {
    return std::chrono::duration<double>{
        static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_usec) / 1e6};
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// Limits how many more descriptors this process may open.
class descriptor_limit {
public:
  explicit descriptor_limit(rlim_t more) {
    getrlimit(RLIMIT_NOFILE, &before_);
    auto next = ::dup(0);
    ::close(next);
    auto changed = before_;
    changed.rlim_cur = static_cast<rlim_t>(next) + more;
    setrlimit(RLIMIT_NOFILE, &changed);
  }

  ~descriptor_limit() {
    setrlimit(RLIMIT_NOFILE, &before_);
  }

private:
  rlimit before_{};
};

} // namespace

TEST_CASE("an origin that is not listed is refused on every endpoint") {
  auto config = loopback_config();
  config.allowed_origins = {"https://meet.example", "http://localhost:5173"};
  http_fixture x{config};
  poller session{x.port()};
  const std::string poll = "/socket.io/?EIO=4&transport=polling";
  const std::string socket = "/socket.io/?EIO=4&transport=websocket";
  struct row {
    std::string origin;
    bool allowed;
  };
  uint64_t refused = 0;
  for (const auto& [origin, allowed] :
       {row{"https://meet.example", true}, row{"http://localhost:5173", true},
        row{"http://localhost:5174", false}, row{"https://localhost:1", false},
        // The server's own origin, by the Host that these clients send.
        row{"http://localhost", true}, row{"https://evil.example", false},
        row{"http://meet.example", false},
        row{"https://meet.example.evil.example", false},
        row{"https://evilmeet.example", false},
        row{"https://meet.example:8443", false},
        row{"https://meet.example/", false}, row{"meet.example", false},
        row{"null", false}, row{"*", false}}) {
    CAPTURE_BOUND(origin);
    auto headers = "Origin: " + origin + "\r\n";
    auto check = [&, &origin = origin,
                  &allowed = allowed](const http_reply& reply, int status) {
      CHECK(reply.status == (allowed ? status : 403));
      CHECK(reply.header("Access-Control-Allow-Origin")
            == (allowed && status != 101 ? origin : ""));
      refused += !allowed;
    };
    check(http(x.port(), "GET", poll, headers), 200);
    check(http(x.port(), "POST", session.target(), headers, "4a"), 200);
    check(http(x.port(), "GET", session.target(), headers), 200);
    check(http(x.port(), "OPTIONS", poll, headers), 204);
    check(ws_client{x.port(), socket, headers}.reply(), 101);
    check(ws_client{x.port(), session.target("websocket"), headers}.reply(),
          101);
    if (!allowed)
      CHECK(ws_client{x.port(), "/ws", headers}.reply().status == 403);
    else
      CHECK(ws_client{x.port(), "/ws", headers}.reply().status == 101);
    refused += !allowed;
  }
  CHECK(x.server.rejects()[reject_reason::origin] == refused);
  // A client without Origin is not a page and passes.
  CHECK(http(x.port(), "GET", poll).status == 200);
}

TEST_CASE("a client that sends its request too slowly is cut") {
  auto config = loopback_config();
  config.header_timeout = 200ms;
  config.body_timeout = 200ms;
  http_fixture x{config};
  struct row {
    const char* begun;
    char more;
  };
  for (auto [begun, more] :
       {row{"", 'G'}, row{"GET / HTTP/1.1\r\nHost: x\r\nX: ", 'a'},
        row{"GET /ws HTTP/1.1\r\nHost: x\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ",
            'a'},
        row{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
            'b'},
        row{"POST /echo HTTP/1.1\r\nHost: x\r\n"
            "Transfer-Encoding: chunked\r\n\r\n3e8\r\n",
            'b'}}) {
    CAPTURE_BOUND(begun);
    tcp_client client{x.port()};
    client.write(begun);
    auto begin = std::chrono::steady_clock::now();
    // Each octet arrives in time, but not all of them.
    while (client.write({&more, 1})
           && std::chrono::steady_clock::now() - begin < 1500ms)
      std::this_thread::sleep_for(10ms);
    CHECK(std::chrono::steady_clock::now() - begin < 1s);
  }
  CHECK(x.server.rejects()[reject_reason::request_slow] == 5);
}

TEST_CASE("requests that are not HTTP are refused and do not affect others") {
  http_fixture x;
  tcp_client other{x.port()};
  for (std::string octets :
       {"\x16\x03\x01\x02\x01\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX : a\r\n\r\n", "\r\n\r\n\r\n\r\nGET",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\n"
        "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\n"
        "Content-Length: 99999999999999999999\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\n"
        "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
        "ffffffffffffffffff\r\n"}) {
    CAPTURE(octets);
    tcp_client client{x.port()};
    client.write(octets);
    auto reply = read_reply(client);
    CHECK((reply.status == 400 || reply.status == 413));
    CHECK(client.reads_end());
  }
  CHECK(http(other, "GET", "/healthz").status == 200);
  auto& rejects = x.server.rejects();
  CHECK(rejects[reject_reason::request_malformed]
            + rejects[reject_reason::request_large]
        == 11);
}

TEST_CASE("text in a query that is not UTF-8 is ignored") {
  http_fixture x;
  // A client's name is sent to others, whose browsers would disconnect.
  ws_client client{x.port(), "/ws?token=bad%ff"};
  CHECK(client.reply().status == 101);
  CHECK(percent_decode("%e2%82%ac", true) == "\xe2\x82\xac");
  for (auto text : {"%ff", "%c0%af", "%ed%a0%80", "\xff", "%e2%82"})
    CHECK(!percent_decode(text, true));
}

TEST_CASE("a body without an end uses no memory") {
  http_fixture x;
  // Neither a chunk's extension nor a trailer has a limit of its own.
  for (std::string begun : {"5;a=", "5;", "0\r\nX: ", "0\r\n"}) {
    CAPTURE(begun);
    tcp_client client{x.port()};
    client.write(
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        + begun);
    std::string more = begun == "0\r\n" ? "" : std::string(64 << 10, 'a');
    while (more.size() < 64 << 10)
      more += "X: a\r\n";
    auto before = allocated();
    size_t sent = 0;
    while (sent < 32 * mebibyte && client.write(more)) {
      sent += more.size();
      if (allocated() > before + mebibyte)
        FAIL("took " << allocated() - before << " octets");
    }
    CHECK(sent < 16 * mebibyte);
  }
  CHECK(x.server.rejects()[reject_reason::request_large] == 4);
}

TEST_CASE("a refused connection gets a 503") {
  auto config = loopback_config();
  config.limits.max_connections = 2;
  http_fixture x{config};
  tcp_client a{x.port()};
  tcp_client b{x.port()};
  CHECK(http(a, "GET", "/healthz").status == 200);
  CHECK(http(b, "GET", "/healthz").status == 200);
  tcp_client c{x.port()};
  auto reply = read_reply(c);
  CHECK(reply.status == 503);
  CHECK(reply.header("Retry-After") == "5");
  CHECK(c.reads_end());
  CHECK(x.server.rejects()[reject_reason::server_full] == 1);
}

TEST_CASE("an address that connects too fast is refused, others are not") {
  auto config = loopback_config();
  config.limits.address_rate = 1;
  config.limits.address_burst = 5;
  http_fixture x{config};
  std::vector<tcp_client> clients;
  clients.reserve(10);
  for (int i = 0; i < 10; ++i)
    clients.emplace_back(x.port());
  CHECK(eventually(
      [&] { return x.server.rejects()[reject_reason::address_rate] == 5; }));
  tcp_client other{x.port(), "127.0.0.1", 0, "127.0.0.2"};
  CHECK(http(other, "GET", "/healthz").status == 200);
}

TEST_CASE("requests beyond the rate are answered at the rate") {
  auto config = loopback_config();
  config.message_rate = 100;
  config.message_burst = 3;
  http_fixture x{config};
  tcp_client client{x.port()};
  auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i)
    CHECK(http(client, "GET", "/healthz").status == 200);
  CHECK(std::chrono::steady_clock::now() - begin >= 150ms);
  CHECK(x.server.rejects()[reject_reason::message_paced] > 0);
  CHECK(http(x.port(), "GET", "/healthz").status == 200);
}

TEST_CASE("clients that reset before they are accepted do not block others") {
  http_fixture x;
  for (int i = 0; i < 200; ++i) {
    tcp_client client{x.port()};
    linger reset{1, 0};
    setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  auto begin = std::chrono::steady_clock::now();
  CHECK(http(x.port(), "GET", "/healthz").status == 200);
  CHECK(std::chrono::steady_clock::now() - begin < 1s);
  CHECK(eventually([&] { return x.server.stats().connections == 0; }));
}

TEST_CASE("without descriptors open connections work, and nothing spins") {
  http_fixture x;
  ws_client calling{x.port(), "/ws"};
  REQUIRE(calling.reply().status == 101);
  poller polling{x.port()};
  tcp_client kept{x.port()};
  CHECK(http(kept, "GET", "/healthz").status == 200);
  {
    descriptor_limit limit{1};
    tcp_client starved{x.port()};
    CHECK(eventually([&] { return x.server.stats().accept_errors > 0; }));
    auto errors = x.server.stats().accept_errors;
    auto before = cpu_time();
    for (int i = 0; i < 10; ++i) {
      calling.send_text("still here");
      CHECK(calling.text() == "still here");
      CHECK(http(kept, "GET", "/healthz").status == 200);
      std::this_thread::sleep_for(30ms);
    }
    CHECK(cpu_time() - before < 150ms);
    CHECK(x.server.stats().accept_errors - errors < 10);
  }
  CHECK(http(x.port(), "GET", "/healthz").status == 200);
  CHECK(polling.post("4a").status == 200);
}

TEST_CASE("a million session ids are distinct") {
  auto random = troupe::net::make_secure_rng();
  // 64 bits of each id suffice to distinguish a million.
  std::vector<size_t> ids;
  ids.reserve(1000000);
  // All 62 characters occur about equally often: 22 of them have 131 bits.
  std::array<size_t, 256> seen{};
  for (int i = 0; i < 1000000; ++i) {
    auto id = random->alphanumeric(22);
    ids.push_back(std::hash<std::string>{}(id));
    for (auto c : id)
      ++seen[static_cast<uint8_t>(c)];
  }
  std::sort(ids.begin(), ids.end());
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
  size_t kinds = 0;
  for (auto n : seen)
    if (n > 0) {
      ++kinds;
      CHECK(n > 340000);
      CHECK(n < 370000);
    }
  CHECK(kinds == 62);
}

TEST_CASE("a stalled or invalid TLS handshake is cut") {
  auto config = loopback_config();
  std::string folder = troupe::test::in_source_tree("tests/data/tls/");
  config.tls = tls_files{folder + "certificate.pem", folder + "key.pem"};
  config.header_timeout = 100ms;
  http_fixture x{config};
  tcp_client silent{x.port()};
  tcp_client half{x.port()};
  half.write(std::string_view{"\x16\x03\x01\x02\x00\x01\x00", 7});
  tcp_client plain{x.port()};
  plain.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  for (auto client : {&silent, &half, &plain})
    CHECK(client->reads_end());
  CHECK(eventually(
      [&] { return x.server.rejects()[reject_reason::tls_failed] == 3; }));
}
