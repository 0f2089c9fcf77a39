#include "net/io/http/static_files.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <fstream>

using namespace troupe::net;
namespace fs = std::filesystem;

namespace {

// A root with a few files, and a secret file outside it.
class site {
public:
  site() {
    auto pattern = (fs::temp_directory_path() / "static-XXXXXX").string();
    top_ = mkdtemp(pattern.data());
    put("secret.txt", "secret");
    put("root/index.html", "<html>");
    put("root/app.js", "run()");
    put("root/.env", "hidden");
    put("root/assets/app-1a2b.css", "css");
    put("root/assets/app-1a2b.css.br", "css in br");
    put("root/assets/app-1a2b.css.gz", "css in gzip");
    put("root/plain.css", "plain");
    put("root/plain.css.gz", "plain in gzip");
    put("root/sub/index.html", "sub");
    put("root/embed/troupe-embed.js", "embed");
    put("root/sub/embed/other.js", "other");
    put("root/with space.txt", "space");
    fs::create_symlink(top_ / "secret.txt", top_ / "root/leak.txt");
    fs::create_symlink("app.js", top_ / "root/alias.js");
    fs::create_symlink(top_ / "secret.txt", top_ / "root/app.js.br");
    fs::create_directory(top_ / "root/app.js.gz");
    files_.emplace(top_ / "root", make_page_headers({}));
  }

  ~site() {
    fs::remove_all(top_);
  }

  http_response ask(const std::string& path, const std::string& method = "GET",
                    http_headers headers = {}) {
    http_request request;
    request.method = method;
    request.path = path;
    request.headers = std::move(headers);
    return files_->serve(request);
  }

private:
  void put(const std::string& name, const std::string& text) {
    fs::create_directories((top_ / name).parent_path());
    std::ofstream{top_ / name} << text;
  }

  fs::path top_;
  std::optional<static_files> files_;
};

std::string header(const http_response& x, std::string_view name) {
  http_request as_request;
  as_request.headers = x.headers;
  return std::string{as_request.header(name)};
}

} // namespace

TEST_CASE("files are served with their type") {
  site x;
  auto script = x.ask("/app.js");
  CHECK(script.status == 200);
  CHECK(script.content() == "run()");
  CHECK(header(script, "Content-Type") == "text/javascript; charset=utf-8");
  CHECK(header(script, "Cache-Control") == "no-cache");
  CHECK(x.ask("/").content() == "<html>");
  CHECK(x.ask("/sub").content() == "sub");
  CHECK(x.ask("/sub/").content() == "sub");
  CHECK(x.ask("/with%20space.txt").content() == "space");
  CHECK(x.ask("/alias.js").content() == "run()");
  CHECK(header(x.ask("/assets/app-1a2b.css"), "Cache-Control")
        == "public, max-age=31536000, immutable");
  CHECK(content_type("x.wasm") == "application/wasm");
  CHECK(content_type("x.tflite") == "application/octet-stream");
  CHECK(content_type("x") == "application/octet-stream");
}

TEST_CASE("a client that has the current file gets 304") {
  site x;
  auto tag = header(x.ask("/app.js"), "ETag");
  CHECK(!tag.empty());
  auto again = x.ask("/app.js", "GET", {{"If-None-Match", tag}});
  CHECK(again.status == 304);
  CHECK(again.content().empty());
  CHECK(x.ask("/app.js", "GET", {{"If-None-Match", "\"other\""}}).status
        == 200);
}

TEST_CASE("a compressed copy is sent to a client that accepts it") {
  site x;
  auto ask = [&](const std::string& accepted) {
    return x.ask("/assets/app-1a2b.css", "GET",
                 {{"Accept-Encoding", accepted}});
  };
  auto br = ask("gzip, deflate, br");
  CHECK(br.status == 200);
  CHECK(br.content() == "css in br");
  CHECK(header(br, "Content-Encoding") == "br");
  CHECK(header(br, "Content-Type") == "text/css; charset=utf-8");
  CHECK(header(br, "Vary") == "Accept-Encoding");
  CHECK(header(br, "Cache-Control") == "public, max-age=31536000, immutable");
  auto gzip = ask("gzip");
  CHECK(gzip.content() == "css in gzip");
  CHECK(header(gzip, "Content-Encoding") == "gzip");
  for (const auto* none : {"", "identity", "br;q=0, gzip;q=0.0", "zstd"}) {
    auto plain = ask(none);
    CHECK_MESSAGE(plain.content() == "css", none);
    CHECK(header(plain, "Content-Encoding").empty());
    CHECK(header(plain, "Vary") == "Accept-Encoding");
  }
}

TEST_CASE("a coding without a copy gives way to the next one") {
  site x;
  auto answer =
      x.ask("/plain.css", "GET", {{"Accept-Encoding", "br, gzip;q=0.1"}});
  CHECK(answer.content() == "plain in gzip");
  CHECK(header(answer, "Content-Encoding") == "gzip");
  // A link could lead out of the root, and a folder is no copy.
  answer = x.ask("/app.js", "GET", {{"Accept-Encoding", "br, gzip"}});
  CHECK(answer.status == 200);
  CHECK(answer.content() == "run()");
  CHECK(header(answer, "Content-Encoding").empty());
  CHECK(x.ask("/app.js.br").status == 404);
}

TEST_CASE("each copy has an entity tag of its own") {
  site x;
  auto tag_of = [&](const std::string& accepted) {
    return header(
        x.ask("/assets/app-1a2b.css", "GET", {{"Accept-Encoding", accepted}}),
        "ETag");
  };
  CHECK(tag_of("br") != tag_of("gzip"));
  CHECK(tag_of("br") != tag_of(""));
  auto again = [&](const std::string& accepted, const std::string& tag) {
    return x.ask("/assets/app-1a2b.css", "GET",
                 {{"Accept-Encoding", accepted}, {"If-None-Match", tag}});
  };
  auto same = again("br", tag_of("br"));
  CHECK(same.status == 304);
  CHECK(header(same, "Vary") == "Accept-Encoding");
  CHECK(header(same, "Content-Encoding").empty());
  CHECK(again("gzip", tag_of("br")).status == 200);
  CHECK(again("", tag_of("br")).status == 200);
}

TEST_CASE("pages of every site may load the files below /embed/") {
  site x;
  auto module = x.ask("/embed/troupe-embed.js");
  CHECK(module.status == 200);
  CHECK(header(module, "Access-Control-Allow-Origin") == "*");
  CHECK(header(module, "Cache-Control") == "public, max-age=300");
  auto again = x.ask("/embed/troupe-embed.js", "GET",
                     {{"If-None-Match", header(module, "ETag")}});
  CHECK(again.status == 304);
  CHECK(header(again, "Access-Control-Allow-Origin") == "*");
  for (const auto* path : {"/", "/app.js", "/assets/app-1a2b.css",
                           "/sub/embed/other.js", "/embed/absent.js"})
    CHECK_MESSAGE(header(x.ask(path), "Access-Control-Allow-Origin").empty(),
                  path);
}

TEST_CASE("HEAD and requests for a range get the headers of the whole copy") {
  site x;
  auto whole =
      x.ask("/assets/app-1a2b.css", "GET", {{"Accept-Encoding", "br"}});
  // The connection leaves the body of a response to HEAD out.
  auto head =
      x.ask("/assets/app-1a2b.css", "HEAD", {{"Accept-Encoding", "br"}});
  CHECK(head.headers == whole.headers);
  CHECK(head.content().size() == whole.content().size());
  auto range = x.ask("/assets/app-1a2b.css", "GET",
                     {{"Accept-Encoding", "br"}, {"Range", "bytes=0-1"}});
  CHECK(range.status == 200);
  CHECK(range.content() == "css in br");
  CHECK(header(range, "Content-Range").empty());
}

TEST_CASE("no hidden file and no file outside the root is served") {
  site x;
  for (auto path :
       {"/../secret.txt", "/sub/../../secret.txt", "/%2e%2e/secret.txt",
        "/..%2fsecret.txt", "/%2e%2e%2fsecret.txt", "/sub/..%5c..%5csecret.txt",
        "/leak.txt", "/.env", "/sub/%2e%2e/app.js", "//../secret.txt",
        "/app.js%00.html", "/%zz", "secret.txt", "", "/absent", "/assets",
        "/app.js/x", "/%252e%252e/secret.txt"}) {
    auto response = x.ask(path);
    CHECK_MESSAGE(response.status == 404, path);
    CHECK(response.content().find("secret") == std::string::npos);
  }
}

TEST_CASE("files support only GET and HEAD") {
  site x;
  auto response = x.ask("/app.js", "POST");
  CHECK(response.status == 405);
  CHECK(header(response, "Allow") == "GET, HEAD");
  CHECK(x.ask("/app.js", "HEAD").status == 200);
}

TEST_CASE("a page may be framed by its own origin and by listed ones") {
  auto framing = [](const std::vector<std::string>& by) {
    http_response out;
    out.headers = make_page_headers(by);
    return std::pair{header(out, "Content-Security-Policy"),
                     header(out, "X-Frame-Options")};
  };
  CHECK(framing({})
        == std::pair<std::string, std::string>{"frame-ancestors 'self'",
                                               "SAMEORIGIN"});
  CHECK(framing({"https://a.example", "https://b.example:8443"})
        == std::pair<std::string, std::string>{
            "frame-ancestors 'self' https://a.example https://b.example:8443",
            ""});
}

TEST_CASE("every response of a site has the page headers") {
  site x;
  for (const auto* path : {"/", "/app.js", "/absent"}) {
    auto response = x.ask(path);
    CHECK(header(response, "Content-Security-Policy")
          == "frame-ancestors 'self'");
    CHECK(header(response, "Referrer-Policy") == "same-origin");
    auto policy = header(response, "Permissions-Policy");
    for (const auto* own :
         {"camera=(self)", "microphone=(self)", "display-capture=(self)"})
      CHECK(policy.find(own) != std::string::npos);
  }
}

TEST_CASE("without a root no files are served") {
  http_request request;
  request.method = "GET";
  request.path = "/";
  CHECK(static_files{""}.serve(request).status == 404);
  CHECK(static_files{"/nonexistent"}.serve(request).status == 404);
}

TEST_CASE("query values are decoded, and the first of a name is used") {
  http_request request;
  request.query = "roomId=a%20b+c&peer=&flag&roomId=later&bad=%zz&%70=q";
  CHECK(request.query_value("roomId") == "a b c");
  CHECK(request.query_value("peer") == "");
  CHECK(request.query_value("flag") == "");
  CHECK(!request.query_value("bad"));
  CHECK(request.query_value("p") == "q");
  CHECK(!request.query_value("room"));
}

TEST_CASE("a subprotocol is found in the offered list") {
  http_request request;
  request.headers = {{"sec-websocket-protocol", "a, protoo"}};
  CHECK(request.offers_subprotocol("protoo"));
  CHECK(request.offers_subprotocol("a"));
  CHECK(!request.offers_subprotocol("b"));
  CHECK(!request.offers_subprotocol("a, protoo"));
}
