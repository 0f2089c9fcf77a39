#include "actors/http/metrics.hpp"
#include "tests/support/source_tree.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

using namespace troupe;
using namespace troupe::actors;

namespace {

/// The description of a metric.
struct description {
  std::string type;
  std::string labels; // "kind,phase"
  std::string help;

  bool operator==(const description&) const = default;
};

using descriptions = std::map<std::string, description>;

metrics_snapshot everything() {
  metrics_snapshot out;
  out.version = "1.2.3";
  out.certificate_expires = 4e9;
  out.cluster.emplace();
  out.webhooks.emplace_back();
  out.recordings.emplace();
  return out;
}

/// "kind,phase" of `{kind="udp",phase="connected"}`.
std::string label_names(const std::string& line) {
  std::string out;
  auto at = line.find('{');
  while (at != std::string::npos) {
    auto equals = line.find("=\"", at);
    if (equals == std::string::npos)
      break;
    if (auto name = line.substr(at + 1, equals - at - 1); name != "le")
      out += (out.empty() ? "" : ",") + name;
    at = line.find(',', line.find('"', equals + 2));
  }
  return out;
}

descriptions described_by(const std::string& page) {
  descriptions out;
  std::istringstream lines{page};
  std::string current;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string mark;
    std::string kind;
    words >> mark >> kind;
    if (mark != "#") {
      out.at(current).labels = label_names(line);
      continue;
    }
    words >> current >> std::ws;
    std::string rest;
    std::getline(words, rest);
    (kind == "HELP" ? out[current].help : out.at(current).type) = rest;
  }
  return out;
}

std::vector<std::string> cells(const std::string& row) {
  std::vector<std::string> out;
  std::istringstream in{row};
  for (std::string cell; std::getline(in, cell, '|');) {
    std::erase(cell, '`');
    auto begin = std::min(cell.find_first_not_of(' '), cell.size());
    auto end = cell.find_last_not_of(' ') + 1;
    out.push_back(cell.substr(begin, std::max(end, begin) - begin));
  }
  return out;
}

descriptions described_by_document() {
  descriptions out;
  std::ifstream in{troupe::test::in_source_tree("docs/metrics.md")};
  REQUIRE(in.good());
  for (std::string line; std::getline(in, line);) {
    auto row = cells(line);
    if (row.size() != 5
        || !(row[1].starts_with("troupe_") || row[1].starts_with("process_")))
      continue;
    std::erase(row[3], ' ');
    CHECK_MESSAGE(!out.contains(row[1]), row[1] << " is listed twice");
    out[row[1]] = {row[2], row[3], row[4]};
  }
  return out;
}

} // namespace

TEST_CASE("docs/metrics.md describes exactly the metrics that exist") {
  auto page = described_by(render_metrics(everything()));
  auto document = described_by_document();
  CHECK(page.size() > 60);
  for (const auto& [name, said] : page) {
    CAPTURE(name);
    REQUIRE(document.contains(name));
    CHECK(document[name].type == said.type);
    CHECK(document[name].labels == said.labels);
    CHECK(document[name].help == said.help);
  }
  for (const auto& [name, said] : document) {
    CAPTURE(name);
    CHECK(page.contains(name));
  }
}

TEST_CASE("the name of a counter ends in _total, that of a gauge does not") {
  for (const auto& [name, said] : described_by(render_metrics(everything()))) {
    CAPTURE(name);
    CHECK((said.type == "counter") == name.ends_with("_total"));
    CHECK(said.help.ends_with("."));
  }
}

TEST_CASE("no series occurs twice") {
  std::istringstream lines{render_metrics(everything())};
  std::set<std::string> seen;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with('#'))
      CHECK_MESSAGE(seen.insert(line.substr(0, line.rfind(' '))).second, line);
}

TEST_CASE("without TLS there is no certificate expiry") {
  auto page = render_metrics({});
  CHECK(page.find("certificate_expiry") == std::string::npos);
}

TEST_CASE("a snapshot has the values of the board") {
  overload_state_board board;
  transport_totals published;
  transport_totals totals;
  totals.drops[static_cast<size_t>(net::drop_reason::srtp_replayed)] = 5;
  board.counters().transports.publish(1, totals, published);
  board.counters().note_request(
      protocol::make_error(protocol::error_code::forbidden));
  board.counters().note_request(protocol::success{});
  board.counters().note_http_refusal(415);
  board.counters().note_http_refusal(418); // counts as 500
  board.counters().note_mailbox(mailbox_owner::room, 12);
  board.counters().transports_in(transport_kind::udp,
                                 transport_phase::connected) = 3;
  board.publish({overload_level::last_n_only, 32});
  board.admit(newcomer::consumer);
  board.counters().line.waiting = 7;
  board.counters().line.ended[static_cast<size_t>(wait_end::refused)] = 2;
  board.counters().line.time.observe(std::chrono::seconds{2});
  metrics_snapshot x;
  x.read(board, net::time_point{std::chrono::hours{1}});
  auto page = render_metrics(x);
  for (std::string line :
       {"troupe_packets_dropped_total{stage=\"transport\",reason=\"srtp_"
        "replayed\"} 5",
        "troupe_http_dialect_refusals_total{status=\"415\"} 1",
        "troupe_http_dialect_refusals_total{status=\"500\"} 1",
        "troupe_requests_refused_total{code=\"forbidden\"} 1",
        "troupe_requests_total 1", "troupe_mailbox_peak{actor=\"room\"} 12",
        "troupe_transports{kind=\"udp\",phase=\"connected\"} 3",
        "troupe_overload_level 4", "troupe_overload_share 0.5",
        "troupe_newcomers_refused_total{wanted=\"consumer\"} 1",
        "troupe_newcomers_waiting 7",
        "troupe_newcomer_waits_total{outcome=\"refused\"} 2",
        "troupe_newcomer_wait_seconds_count 1", "troupe_draining 0"}) {
    CAPTURE(line);
    CHECK(page.find("\n" + line + "\n") != std::string::npos);
  }
}
