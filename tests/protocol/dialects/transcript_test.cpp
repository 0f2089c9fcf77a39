#include "net/base/rng.hpp"
#include "protocol/dialects/common/dialect.hpp"
#include "protocol/json/json_limits.hpp"
#include "tests/protocol/dialects/canonical.hpp"
#include "tests/support/source_tree.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

/// Replays tests/data/transcripts/*.txt, whose README.md defines the format.
namespace troupe::test {

namespace {

using namespace troupe::protocol;

std::string replace_all(std::string text, const std::string& from,
                        const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// "TARGET" or "TARGET SUBPROTOCOL".
handshake parse_handshake(const std::string& line) {
  handshake out;
  const auto space = line.find(' ');
  const auto target = line.substr(0, space);
  if (space != std::string::npos)
    out.subprotocol = line.substr(space + 1);
  const auto question = target.find('?');
  out.path = target.substr(0, question);
  out.carrier = out.path.starts_with("/socket.io") ? carrier::socketio
                                                   : carrier::websocket;
  std::istringstream query{
      question == std::string::npos ? "" : target.substr(question + 1)};
  for (std::string pair; std::getline(query, pair, '&');) {
    const auto equals = pair.find('=');
    out.query[pair.substr(0, equals)] =
        equals == std::string::npos ? "" : pair.substr(equals + 1);
  }
  return out;
}

// Splits a frame into the text before its JSON, and its JSON.
std::pair<std::string, std::string> split_frame(const std::string& text) {
  const auto json = text.find_first_of("[{");
  if (json == std::string::npos)
    return {text, ""};
  return {text.substr(0, json), text.substr(json)};
}

class conversation {
public:
  explicit conversation(std::string title) : title_(std::move(title)) {}

  void handle_line(const std::string& line) {
    CAPTURE(title_);
    CAPTURE(line);
    const auto space = line.find(' ');
    const auto what = line.substr(0, space);
    auto rest = space == std::string::npos ? "" : line.substr(space + 1);
    for (const auto& [name, text] : dictionaries())
      rest = replace_all(rest, name, text);
    if (!sid_.empty())
      rest = replace_all(rest, "<sid>", sid_);
    if (what == "V:")
      return expect_request(rest);
    if (what == "S:")
      return expect_frame(rest);
    if (what == "X:")
      return expect_close(rest);
    expect_silence();
    if (what == "open")
      open(rest);
    else if (what == "refused")
      expect_refusal(rest);
    else if (what == "C:")
      handle_client_frame(rest);
    else if (what == "B:")
      connection().handle_frame({rest, true}, now_);
    else if (what == "R:")
      answer(rest);
    else if (what == "E:")
      deliver(parse_event(rest));
    else if (what == "L:")
      deliver(parse_participants(rest));
    else if (what == "wait")
      wait(std::stoi(rest));
    else
      FAIL("unknown line");
    tick();
  }

  void expect_silence() {
    if (!dialect_)
      return;
    CAPTURE(title_);
    if (auto x = dialect_->poll_request())
      FAIL("unexpected request: " << describe(x->request));
    if (auto x = dialect_->poll_frame())
      FAIL("unexpected frame: " << x->text());
    if (auto x = dialect_->poll_close())
      FAIL("unexpected close: " << x->code << ' ' << x->reason);
  }

private:
  dialect& connection() {
    REQUIRE(dialect_);
    return *dialect_;
  }

  void open(const std::string& target) {
    hello_ = parse_handshake(target);
    const auto entry = find_dialect(hello_);
    REQUIRE(entry);
    if (!entry->refuses(hello_))
      dialect_ = entry->make(hello_, *random_, now_);
  }

  void expect_refusal(const std::string& status) {
    const auto refusal = find_dialect(hello_)->refuses(hello_);
    REQUIRE(refusal);
    CHECK_EQ(refusal->http_status, std::stoi(status));
  }

  void wait(int seconds) {
    connection();
    now_ += std::chrono::seconds{seconds};
  }

  // Handles due timeouts. A deadline that is due at once may set another.
  void tick() {
    for (int i = 0; dialect_ && i < 2; ++i)
      if (auto at = dialect_->poll_timeout(); at && *at <= now_)
        dialect_->handle_timeout(now_);
  }

  // Uses the shared event, as in a room that sends it to all members.
  void deliver(any_event what) {
    connection().handle_shared_event(
        *std::make_shared<const shared_event_encoding>(std::move(what)));
  }

  void deliver(std::vector<participant> all) {
    connection().handle_participants(
        *std::make_shared<const shared_participants_encoding>(std::move(all)));
  }

  void expect_request(const std::string& line) {
    auto next = connection().poll_request();
    REQUIRE(next);
    CHECK_EQ(describe(next->request), line);
    outstanding_.push_back(next->token);
  }

  // Transcripts show the Engine.IO message on the wire, whose first character
  // is the packet type; the dialect gets the rest.
  std::string wire_prefix() const {
    return hello_.carrier == carrier::socketio ? "4" : "";
  }

  void handle_client_frame(const std::string& text) {
    const auto prefix = wire_prefix();
    REQUIRE(text.starts_with(prefix));
    connection().handle_frame({text.substr(prefix.size()), false}, now_);
  }

  void answer(const std::string& line) {
    REQUIRE_FALSE(outstanding_.empty());
    const auto token = outstanding_.front();
    outstanding_.erase(outstanding_.begin());
    connection().handle_outcome(token, parse_outcome(line));
  }

  void expect_frame(std::string line) {
    const auto next = connection().poll_frame();
    REQUIRE(next);
    const auto [prefix, json] = split_frame(wire_prefix() + next->text());
    if (sid_.empty() && line.find("<sid>") != std::string::npos) {
      sid_ = (*parse_json(json))["sid"].GetString();
      line = replace_all(line, "<sid>", sid_);
    }
    const auto [wanted_prefix, wanted_json] = split_frame(line);
    CHECK_EQ(prefix, wanted_prefix);
    if (wanted_json.empty()) {
      CHECK_EQ(json, wanted_json);
      return;
    }
    const std::string got{json};
    const std::string wanted{wanted_json};
    CHECK_MESSAGE(*parse_json(got) == *parse_json(wanted),
                  got << " is not " << wanted);
  }

  void expect_close(const std::string& code) {
    const auto next = connection().poll_close();
    REQUIRE(next);
    CHECK_EQ(next->code, std::stoi(code));
  }

  std::string title_;
  handshake hello_;
  net::time_point now_;
  std::unique_ptr<net::rng> random_ = net::make_seeded_rng(1);
  std::unique_ptr<dialect> dialect_;
  std::vector<request_token> outstanding_;
  std::string sid_;
};

size_t replay(const std::filesystem::path& path) {
  std::ifstream in{path};
  REQUIRE(in);
  std::optional<conversation> current;
  size_t count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with('#'))
      continue;
    if (line.starts_with("== ")) {
      if (current)
        current->expect_silence();
      current.emplace(path.filename().string() + ": " + line.substr(3));
      ++count;
      continue;
    }
    REQUIRE(current);
    current->handle_line(line);
  }
  if (current)
    current->expect_silence();
  return count;
}

} // namespace

TEST_CASE("every dialect answers as its transcript shows") {
  const std::filesystem::path folder{in_source_tree("tests/data/transcripts")};
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    if (entry.path().extension() != ".txt")
      continue;
    CHECK_GT(replay(entry.path()), 0);
    found.insert(entry.path().stem().string());
  }
  CHECK(found
        == std::set<std::string>{"events", "flow", "protoo_current",
                                 "protoo_legacy", "rooms", "ws"});
}

} // namespace troupe::test
