// Data channels between members of two nodes that are linked by TLS.

#include "tests/actors/support/live_data.hpp"
#include "tests/actors/support/running_node.hpp"
#include "tests/net/io/support/cluster_certificates.hpp"

using namespace troupe;
using namespace troupe::test;
using net::sctp_ppid;
using net::testing::cluster_certificates;

namespace {

actors::config data_node(cluster_certificates& authority,
                         const std::string& name,
                         std::vector<std::string> seeds = {}) {
  auto files = authority.issue(name);
  auto out = loopback();
  out.cluster.name = "meet";
  out.cluster.node = name;
  out.cluster.listen = "127.0.0.1:0";
  out.cluster.seeds = std::move(seeds);
  out.cluster.certificate = files.certificate;
  out.cluster.key = files.key;
  out.cluster.ca = files.ca;
  out.cluster.heartbeat = std::chrono::milliseconds{20};
  return out;
}

// Bob is on one node, and Ann on the other one.
struct data_over_tls {
  data_over_tls() {
    open(bob, bob_transport, "send");
    open(ann, ann_transport, "recv");
  }

  static void open(live_client& who, live_transport& x,
                   const std::string& direction) {
    auto created =
        who.request("create-transport",
                    R"({"enableSctp":true,"direction":")" + direction + "\"}");
    who.connect(x, created, client_dtls());
  }

  bool drive_until(const std::function<bool()>& done) {
    return drive({&bob_transport, &ann_transport}, [&] {
      sender.pump();
      receiver.pump();
      return done();
    });
  }

  std::string talk(const std::string& label) {
    auto id =
        text_at(bob.request("produce-data", R"({"label":")" + label
                                                + R"(","sctpStreamParameters":)"
                                                  R"({"streamId":0}})"),
                "/data/id");
    REQUIRE(eventually([&] {
      return to_text(ann.request("get-data-producers")["data"]).find(id)
             != std::string::npos;
    }));
    return id;
  }

  cluster_certificates authority;
  running_node first{data_node(authority, "node-1")};
  running_node second{
      data_node(authority, "node-2",
                {"127.0.0.1:" + std::to_string(first.server.cluster_port())})};
  live_client bob{first.port(), "r", "bob"};
  live_client ann{second.port(), "r", "ann"};
  live_transport bob_transport{client_dtls()};
  live_transport ann_transport{client_dtls()};
  live_data sender{bob_transport};
  live_data receiver{ann_transport};
};

} // namespace

TEST_CASE("messages of every kind pass through two nodes") {
  data_over_tls at;
  at.talk("game");
  auto reply = at.ann.request("consume-data");
  REQUIRE_MESSAGE(text_at(reply, "/type") == "data-consumer-params",
                  to_text(reply));
  REQUIRE(at.drive_until(
      [&] { return at.sender.connected() && at.receiver.connected(); }));
  const std::vector<std::pair<sctp_ppid, std::string>> all{
      {sctp_ppid::string, "hello"},
      {sctp_ppid::binary, std::string{"\0\1\2", 3}},
      {sctp_ppid::string_empty, ""},
      {sctp_ppid::binary_empty, ""},
      {sctp_ppid::binary, std::string(net::sctp_max_message_octets, 'x')}};
  // What is said before the other node has asked is lost, as anything that is
  // said before one listens.
  REQUIRE(at.drive_until([&] {
    at.sender.send(0, sctp_ppid::string, "anybody?");
    return !at.receiver.messages.empty();
  }));
  REQUIRE(at.sender.send(0, sctp_ppid::string, "begin"));
  REQUIRE(at.drive_until(
      [&] { return text_of(at.receiver.messages.back()) == "begin"; }));
  at.receiver.messages.clear();
  // Two megabytes need more than one relay's credit.
  for (int round = 0; round < 8; ++round) {
    for (const auto& [ppid, text] : all)
      REQUIRE(at.sender.send(0, ppid, text));
    REQUIRE(at.drive_until([&] {
      return at.receiver.messages.size()
             >= static_cast<size_t>(round + 1) * all.size();
    }));
  }
  for (size_t i = 0; i < at.receiver.messages.size(); ++i) {
    const auto& wanted = all[i % all.size()];
    CHECK(at.receiver.messages[i].ppid == wanted.first);
    CHECK((text_of(at.receiver.messages[i]) == wanted.second));
  }
}

TEST_CASE("a channel that its client closes is closed on the other node") {
  data_over_tls at;
  at.talk("game");
  at.ann.request("consume-data");
  REQUIRE(at.drive_until(
      [&] { return at.sender.connected() && at.receiver.connected(); }));
  REQUIRE(at.drive_until([&] {
    at.sender.send(0, sctp_ppid::string, "anybody?");
    return !at.receiver.messages.empty();
  }));
  REQUIRE(at.sender.send(0, sctp_ppid::string, "last words"));
  at.sender.close_stream(0);
  REQUIRE(at.drive_until(
      [&] { return text_of(at.receiver.messages.back()) == "last words"; }));
  REQUIRE(at.drive_until([&] {
    return to_text(at.ann.request("get-data-producers")["data"]) == "[]";
  }));
  CHECK(text_at(at.ann.push("data-consumer-closed"), "/type")
        == "data-consumer-closed");
}
