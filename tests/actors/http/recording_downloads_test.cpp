#include "actors/http/recording_downloads.hpp"

#include "tests/actors/support/quiet_log.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::sys_seconds now{1'795'550'400s};

/// One recording, "abc" of the room "stand-up", with two files, of which one is
/// missing on the disk.
class one_recording final : public recording_files {
public:
  explicit one_recording(fs::path top) : top_(std::move(top)) {
    std::ofstream{top_ / "ann-camera-1.webm"} << "0123456789";
  }

  void find(const recording_id& id, std::string_view name,
            receiver then) override {
    ++asked;
    if (id != recording_id{"abc"})
      return then(std::nullopt);
    const auto known = name == "ann-camera-1.webm" || name == "lost.webm";
    then(recording_file{room_id{"stand-up"},
                        known ? (top_ / name).string() : std::string{}});
  }

  std::atomic<int> asked{0};

private:
  const fs::path top_;
};

struct scene {
  scene() {
    test::quiet_log();
  }

  ~scene() {
    fs::remove_all(top);
  }

  static fs::path make_folder() {
    auto pattern = (fs::temp_directory_path() / "troupe-XXXXXX").string();
    return ::mkdtemp(pattern.data());
  }

  static net::http_request request(const std::string& path,
                                   const std::string& query,
                                   net::http_headers headers = {}) {
    net::http_request out;
    out.method = "GET";
    out.path = path;
    out.query = query;
    out.headers = std::move(headers);
    return out;
  }

  /// What `begin` answers; it must.
  template <class F>
  static net::http_response await(F begin) {
    auto told = std::make_shared<std::promise<net::http_response>>();
    auto out = told->get_future();
    begin([told](net::http_response x) { told->set_value(std::move(x)); });
    REQUIRE(out.wait_for(10s) == std::future_status::ready);
    return out.get();
  }

  net::http_response ask(const net::http_request& x) {
    return await([&](const net::http_responder& respond) {
      REQUIRE(downloads.handle(x, respond));
    });
  }

  net::http_response get(const std::string& query,
                         const std::string& file = "ann-camera-1.webm",
                         const std::string& id = "abc") {
    return ask(request("/recordings/" + id + "/" + file, query));
  }

  net::recording_link_signer signer{std::string(32, 's')};
  fs::path top = make_folder();
  std::shared_ptr<one_recording> files = std::make_shared<one_recording>(top);
  std::shared_ptr<net::disk_thread> disk = std::make_shared<net::disk_thread>();
  std::chrono::sys_seconds time = now;
  recording_downloads downloads{files, disk, signer, [this] {
                                  return time;
                                }};
  const std::string good = signer.make_query("abc", "stand-up", now);
};

std::string header(const net::http_response& x, std::string_view name) {
  net::http_request as_request;
  as_request.headers = x.headers;
  return std::string{as_request.header(name)};
}

bool names(const net::http_response& x, const std::string& code) {
  return x.body.find("\"code\":\"" + code + "\"") != std::string::npos;
}

} // namespace

TEST_CASE("a signed link gets a file of its recording") {
  scene x;
  const auto out = x.get(x.good);
  CHECK(out.status == 200);
  CHECK(out.streamed.size == 10);
  CHECK(header(out, "Content-Type") == "video/webm");
  CHECK(header(out, "Content-Disposition").empty());
  CHECK(header(x.get(x.good + "&save"), "Content-Disposition")
        == "attachment; filename=\"ann-camera-1.webm\"");
  const auto part = x.ask(x.request("/recordings/abc/ann-camera-1.webm", x.good,
                                    {{"Range", "bytes=2-4"}}));
  CHECK(part.status == 206);
  CHECK(header(part, "Content-Range") == "bytes 2-4/10");
  CHECK(x.downloads.counters().admitted == 3);
}

TEST_CASE("the content of a download is read from the disk") {
  scene x;
  const auto out = x.get(x.good);
  std::promise<net::result<std::vector<uint8_t>>> told;
  out.streamed.source->read(
      3, 4, [&](auto octets) { told.set_value(std::move(octets)); });
  const auto octets = told.get_future().get().value();
  CHECK(std::string(octets.begin(), octets.end()) == "3456");
}

TEST_CASE("an expired link to a recording is refused and counted") {
  scene x;
  x.time = now + 1h;
  const auto out = x.get(x.good);
  CHECK(out.status == 403);
  CHECK(names(out, "expired"));
  CHECK(x.downloads.counters().expired == 1);
  CHECK(x.downloads.counters().admitted == 0);
}

TEST_CASE("a link that is not signed for a recording is refused") {
  scene x;
  const auto other_room = x.signer.make_query("abc", "stand-in", now);
  const auto other_id = x.signer.make_query("abd", "stand-up", now);
  auto altered = x.good;
  altered.back() = altered.back() == 'A' ? 'B' : 'A';
  const auto key = x.good.substr(x.good.find('&'));
  const std::vector<std::string> bad{"",
                                     "until=1795554000",
                                     key.substr(1),
                                     other_room,
                                     other_id,
                                     altered,
                                     "until=1795554001" + key,
                                     "until=1795554000x" + key,
                                     "until=-1" + key,
                                     "until=99999999999999999999" + key,
                                     "until=" + key,
                                     "until=%zz" + key};
  for (const auto& query : bad) {
    const auto out = x.get(query);
    CHECK_MESSAGE(out.status == 403, query);
    CHECK_MESSAGE(names(out, "forbidden"), query);
  }
  // Whether the recording has the file is not told either.
  CHECK(x.get("", "absent.webm").status == 403);
  CHECK(x.downloads.counters().forged == bad.size() + 1);
}

TEST_CASE("a link that is valid for too long is refused") {
  scene x;
  const auto until = now + 24h;
  const auto out =
      x.get("until=" + std::to_string(until.time_since_epoch().count())
            + "&key=" + x.signer.sign("abc", "stand-up", until));
  CHECK(out.status == 403);
  CHECK(x.downloads.counters().too_long == 1);
}

TEST_CASE("a recording, a name and a file that do not exist get 404") {
  scene x;
  CHECK(
      names(x.get(x.good, "ann-camera-1.webm", "abd"), "recording-not-found"));
  CHECK(names(x.get(x.good, "absent.webm"), "file-not-found"));
  CHECK(x.downloads.counters().not_found == 2);
  const auto lost = x.get(x.good, "lost.webm");
  CHECK(lost.status == 404);
  CHECK(names(lost, "file-not-found"));
}

TEST_CASE("only slugs are looked up") {
  scene x;
  for (const auto* path :
       {"/recordings/", "/recordings/abc", "/recordings/abc/",
        "/recordings/abc/..", "/recordings/abc/.env", "/recordings/../abc",
        "/recordings/abc/a/b", "/recordings/abc/a%2fb", "/recordings//a",
        "/recordings/abc/%2e%2e", "/recordings/abc/a\\b"})
    CHECK_MESSAGE(x.ask(x.request(path, x.good)).status == 404, path);
  CHECK(x.get(x.good, std::string(65, 'a')).status == 404);
  CHECK(x.files->asked == 0);
  CHECK(x.downloads.counters().malformed == 12);
}

TEST_CASE("other paths are no downloads") {
  scene x;
  for (const auto* path : {"/", "/recording", "/recordings", "/recordings.html",
                           "/api/v1/recordings/abc/files/a.webm"})
    CHECK_FALSE(x.downloads.handle(x.request(path, x.good),
                                   [](net::http_response) { FAIL("no"); }));
}

TEST_CASE("recordings are only read") {
  scene x;
  auto request = x.request("/recordings/abc/ann-camera-1.webm", x.good);
  request.method = "DELETE";
  const auto out = x.ask(request);
  CHECK(out.status == 405);
  CHECK(header(out, "Allow") == "GET, HEAD");
  request.method = "HEAD";
  CHECK(x.ask(request).status == 200);
}

TEST_CASE("pages of allowed origins may read recordings in parts") {
  scene x;
  const net::http_headers origin{{"Origin", "https://app.example"}};
  auto request = x.request("/recordings/abc/ann-camera-1.webm", x.good, origin);
  const auto out = x.ask(request);
  CHECK(header(out, "Access-Control-Allow-Origin") == "https://app.example");
  CHECK(header(out, "Access-Control-Expose-Headers").find("Content-Range")
        != std::string::npos);
  request.query.clear();
  CHECK(header(x.ask(request), "Access-Control-Allow-Origin")
        == "https://app.example");
  request.method = "OPTIONS";
  const auto preflight = x.ask(request);
  CHECK(preflight.status == 204);
  CHECK(header(preflight, "Access-Control-Allow-Headers").starts_with("Range"));
}

TEST_CASE("an operator gets files of recordings without a link") {
  scene x;
  const auto serve = [&](const std::string& id, const std::string& name) {
    return x.await([&](const net::http_responder& respond) {
      x.downloads.serve(x.request("/api/v1/x", ""), recording_id{id}, name,
                        respond);
    });
  };
  CHECK(serve("abc", "ann-camera-1.webm").status == 200);
  CHECK(names(serve("abc", "../x"), "file-not-found"));
  CHECK(names(serve("abc", "absent.webm"), "file-not-found"));
  CHECK(names(serve("abd", "ann-camera-1.webm"), "recording-not-found"));
}
