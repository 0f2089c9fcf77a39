#include "net/io/http_client/http_client.hpp"
#include "tests/net/io/support/cluster_certificates.hpp"
#include "tests/net/io/support/http_fixture.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <future>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

using tcp = boost::asio::ip::tcp;

/// A host that writes the same octets to whoever connects, as often as asked,
/// and reads nothing but what has come by then.
class scripted_host {
public:
  explicit scripted_host(std::string head, std::string more = {},
                         size_t times = 0)
      : acceptor_(loop_, {boost::asio::ip::address_v4::loopback(), 0}) {
    thread_ = std::thread{[=, this] {
      serve(head, more, times);
    }};
  }

  scripted_host(const scripted_host&) = delete;

  ~scripted_host() {
    // The thread waits for a connection.
    boost::system::error_code ignored;
    ended_ = true;
    tcp::socket last{loop_};
    last.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }

  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:"
           + std::to_string(acceptor_.local_endpoint().port()) + path;
  }

  size_t connections() const {
    return connections_.load();
  }

  /// The octets that clients took.
  size_t taken() const {
    return taken_.load();
  }

  std::string received() {
    return received_.get_future().get();
  }

private:
  void serve(const std::string& head, const std::string& more, size_t times) {
    for (;;) {
      boost::system::error_code failure;
      tcp::socket socket{loop_};
      acceptor_.accept(socket, failure);
      if (ended_ || failure)
        return;
      std::array<char, 16384> octets;
      const auto size = socket.read_some(boost::asio::buffer(octets), failure);
      if (++connections_ == 1)
        received_.set_value({octets.data(), size});
      taken_ += boost::asio::write(socket, boost::asio::buffer(head), failure);
      for (size_t i = 0; i < times && !failure; ++i)
        taken_ +=
            boost::asio::write(socket, boost::asio::buffer(more), failure);
      if (times == 0) // until the client ends
        socket.read_some(boost::asio::buffer(octets), failure);
    }
  }

  boost::asio::io_context loop_;
  tcp::acceptor acceptor_;
  std::atomic<bool> ended_{false};
  std::atomic<size_t> connections_{0};
  std::atomic<size_t> taken_{0};
  std::promise<std::string> received_;
  std::thread thread_;
};

http_client_settings quick_settings() {
  http_client_settings out;
  out.timeout = 10s; // of the tests that do not wait for it
  return out;
}

http_answer ask(http_client& client, http_post request) {
  std::promise<http_answer> answer;
  client.post(std::move(request),
              [&](http_answer x) { answer.set_value(std::move(x)); });
  return answer.get_future().get();
}

http_answer ask(const std::string& url,
                const http_client_settings& settings = quick_settings()) {
  http_client client{settings};
  return ask(client, {url, {"X-Test: yes"}, "body"});
}

const std::string accepted = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

} // namespace

TEST_CASE("a request arrives with its headers and its body") {
  scripted_host host{accepted};
  CHECK(ask(host.url("/in?x=1")).status == 200);
  const auto text = host.received();
  CHECK(text.starts_with("POST /in?x=1 HTTP/1.1\r\n"));
  CHECK(text.find("X-Test: yes\r\n") != std::string::npos);
  CHECK(text.ends_with("\r\n\r\nbody"));
}

TEST_CASE("a redirect is an answer and is not followed") {
  scripted_host other{accepted};
  scripted_host host{"HTTP/1.1 307 Temporary Redirect\r\nLocation: "
                     + other.url() + "\r\nContent-Length: 0\r\n\r\n"};
  CHECK(ask(host.url()).status == 307);
  CHECK(other.connections() == 0);
}

TEST_CASE("an answer of 1 GB is cut, and its status counts") {
  constexpr size_t whole = size_t{1} << 30;
  const std::string piece(1 << 16, 'x');
  scripted_host host{"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n",
                     piece, whole / piece.size()};
  CHECK(ask(host.url()).status == 200);
  // What the client and the kernels' buffers took.
  CHECK(host.taken() < whole / 20);
}

TEST_CASE("a head without end is cut, and is no answer") {
  const std::string piece = "X-More: " + std::string(1'000, 'x') + "\r\n";
  scripted_host host{"HTTP/1.1 200 OK\r\n", piece, 1'000'000};
  const auto answer = ask(host.url());
  CHECK(answer.status == 0);
  CHECK(answer.failure == http_failure::broken);
}

TEST_CASE("what is not HTTP is no answer") {
  scripted_host host{"SSH-2.0-OpenSSH_9.2\r\n", "noise\r\n", 1};
  CHECK(ask(host.url()).failure == http_failure::broken);
}

TEST_CASE("a host that does not answer costs the timeout") {
  scripted_host host{""};
  auto settings = quick_settings();
  settings.timeout = 50ms;
  CHECK(ask(host.url(), settings).failure == http_failure::timeout);
}

TEST_CASE("a host that sends a body for ever has answered by its status") {
  scripted_host host{"HTTP/1.1 204 No Content\r\nX: y\r\n\r\n"};
  scripted_host slow{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nslow"};
  auto settings = quick_settings();
  settings.timeout = 50ms;
  CHECK(ask(host.url(), settings).status == 204);
  CHECK(ask(slow.url(), settings).status == 200);
}

TEST_CASE("a port that nobody listens on gives no connection") {
  uint16_t port = 0;
  {
    boost::asio::io_context loop;
    tcp::acceptor unused{loop, {boost::asio::ip::address_v4::loopback(), 0}};
    port = unused.local_endpoint().port();
  }
  CHECK(ask("http://127.0.0.1:" + std::to_string(port)).failure
        == http_failure::no_connection);
}

TEST_CASE("only http and https are spoken") {
  for (const auto* url :
       {"file:///etc/passwd", "ftp://127.0.0.1/", "nonsense:"})
    CHECK(ask(url).failure == http_failure::broken);
}

TEST_CASE("a client that stops drops its requests and calls nobody") {
  scripted_host host{""};
  std::atomic<int> calls{0};
  {
    http_client client{quick_settings()};
    for (int i = 0; i < 5; ++i)
      client.post({host.url(), {}, "body"}, [&](http_answer) { ++calls; });
    client.stop();
    client.post({host.url(), {}, "body"}, [&](http_answer) { ++calls; });
  }
  CHECK(calls == 0);
}

TEST_CASE("certificates are verified, and so are their names") {
  cluster_certificates ca;
  cluster_certificates other_ca;
  auto answer_of = [](const cluster_files& files, const std::string& trusted) {
    auto config = loopback_config();
    config.tls = tls_files{files.certificate, files.key};
    http_fixture server{config};
    auto settings = quick_settings();
    settings.ca_file = trusted;
    const auto url =
        "https://localhost:" + std::to_string(server.port()) + "/healthz";
    const auto probe = probe_http_host(url, settings);
    const auto answer = ask(url, settings);
    CHECK(probe.failure == answer.failure);
    return answer;
  };
  const auto good = ca.issue("good", {.names = {"localhost"}});
  CHECK(answer_of(good, good.ca).status != 0);
  const auto bad = http_failure::bad_certificate;
  CHECK(
      answer_of(ca.issue("bad", {.names = {"other.example"}}), good.ca).failure
      == bad);
  CHECK(answer_of(ca.issue("old", {.names = {"localhost"}, .expired = true}),
                  good.ca)
            .failure
        == bad);
  // Another authority of the same name: the signature is wrong.
  const auto forged =
      answer_of(other_ca.issue("forged", {.names = {"localhost"}}), good.ca);
  CHECK(forged.status == 0);
  CHECK(forged.failure != http_failure::none);
  // The host's own authorities know none of them.
  CHECK(answer_of(good, "").failure == bad);
}
