#include "bench/load/signaling/whep_session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <vector>

namespace troupe::test {

using namespace load;

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr auto answer_text =
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:server\r\n"
    "a=ice-pwd:password\r\na=setup:passive\r\na=ssrc:11 cname:name\r\n";

// A server of HTTP that answers a given number of requests, and a viewer.
struct whep_world {
  using request = http::request<http::string_body>;

  unsigned status = 201;
  std::vector<request> seen;
  // Called with each request before it is answered.
  std::function<void()> before_answer = [] {
  };
  asio::io_context loop{1};
  asio::ip::tcp::acceptor acceptor{loop,
                                   {asio::ip::make_address("127.0.0.1"), 0}};
  std::optional<whep_session> viewer;
  std::optional<view_answer> answer;
  std::optional<signaling_error> refusal;

  whep_world() {
    signaling_config cfg;
    cfg.server.port = acceptor.local_endpoint().port();
    cfg.target.room = "r";
    cfg.from = "127.0.0.2";
    viewer.emplace(loop, cfg);
  }

  asio::awaitable<void> serve(int requests) {
    while (requests-- > 0) {
      auto socket = co_await acceptor.async_accept(asio::use_awaitable);
      boost::beast::tcp_stream stream{std::move(socket)};
      boost::beast::flat_buffer buffer;
      request in;
      co_await http::async_read(stream, buffer, in, asio::use_awaitable);
      const auto posted = in.method() == http::verb::post;
      seen.push_back(std::move(in));
      before_answer();
      http::response<http::string_body> out{
          posted ? http::int_to_status(status) : http::status::ok, 11};
      if (posted && status == 201) {
        out.set(http::field::location, "/whep/r/made/secret");
        out.body() = answer_text;
      }
      out.prepare_payload();
      co_await http::async_write(stream, out, asio::use_awaitable);
    }
  }

  asio::awaitable<void> begin() {
    try {
      answer = co_await viewer->begin("the offer");
    } catch (const signaling_error& e) {
      refusal = e;
    }
  }

  // Lets the viewer begin while the server answers that many requests.
  void begin_with(int requests) {
    asio::co_spawn(loop, serve(requests), asio::detached);
    asio::co_spawn(loop, begin(), asio::detached);
    run();
  }

  // Until all is done; what is still missing then never comes.
  void run() {
    loop.run_for(std::chrono::seconds{5});
    loop.restart();
  }
};

} // namespace

TEST_CASE("a viewer begins by POST and ends by DELETE of its session") {
  whep_world at;
  at.begin_with(1);
  REQUIRE(at.answer);
  CHECK_EQ(at.answer->transport.ice.username_fragment, "server");
  REQUIRE_EQ(at.seen.size(), 1);
  CHECK_EQ(at.seen[0].target(), "/whep/r");
  CHECK_EQ(at.seen[0][http::field::content_type], "application/sdp");
  CHECK_EQ(at.seen[0].body(), "the offer");
  CHECK_GT(at.viewer->waited().count(), 0);
  asio::co_spawn(at.loop, at.serve(1), asio::detached);
  at.viewer->end();
  at.viewer->end();
  CHECK_FALSE(at.viewer->ended());
  at.run();
  CHECK(at.viewer->ended());
  REQUIRE_EQ(at.seen.size(), 2);
  CHECK_EQ(at.seen[1].method(), http::verb::delete_);
  CHECK_EQ(at.seen[1].target(), "/whep/r/made/secret");
}

TEST_CASE("the end of a session is sent even if the viewer is gone") {
  whep_world at;
  at.begin_with(1);
  asio::co_spawn(at.loop, at.serve(1), asio::detached);
  at.viewer->end();
  at.viewer.reset();
  at.run();
  REQUIRE_EQ(at.seen.size(), 2);
  CHECK_EQ(at.seen[1].method(), http::verb::delete_);
}

TEST_CASE("a viewer that leaves while it begins ends the session, too") {
  whep_world at;
  at.before_answer = [&] {
    at.viewer->end();
  };
  at.begin_with(2);
  REQUIRE_EQ(at.seen.size(), 2);
  CHECK_EQ(at.seen[1].target(), "/whep/r/made/secret");
  CHECK(at.viewer->ended());
}

TEST_CASE("a viewer that is refused has no session, and may retry after 503") {
  for (unsigned status : {409u, 503u}) {
    CAPTURE(status);
    whep_world at;
    at.status = status;
    at.begin_with(1);
    CHECK_FALSE(at.answer);
    REQUIRE(at.refusal);
    CHECK_EQ(at.refusal->is_busy(), status == 503);
    at.viewer->end();
    at.run();
    CHECK_EQ(at.seen.size(), 1);
    CHECK_FALSE(at.viewer->ended());
  }
}

TEST_CASE("a server that is not there is an error of the viewer") {
  whep_world at;
  at.acceptor.close();
  at.begin_with(0);
  CHECK(at.refusal);
}

} // namespace troupe::test
