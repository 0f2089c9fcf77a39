#pragma once

#include "live_data.hpp"
#include "running_node.hpp"

namespace troupe::test {

// Bob sends messages to Ann over data channels through a whole server.
struct data_call {
  explicit data_call(actors::config settings = loopback())
      : node(std::move(settings)) {
    open(bob, bob_transport, "send");
    open(ann, ann_transport, "recv");
  }

  void open(live_client& who, live_transport& x, const std::string& direction) {
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

  std::string talk(int stream, const std::string& more = {}) {
    auto reply =
        bob.request("produce-data", R"({"label":"chat","sctpStreamParameters":)"
                                    R"({"streamId":)"
                                        + std::to_string(stream) + more + "}}");
    REQUIRE_MESSAGE(text_at(reply, "/type") == "data-producer-id",
                    to_text(reply));
    auto id = text_at(reply, "/data/id");
    // The room learns of a producer after its owner has the response.
    REQUIRE(eventually([&] {
      return to_text(ann.request("get-data-producers")["data"]).find(id)
             != std::string::npos;
    }));
    return id;
  }

  net::sctp_stream_id listen() {
    auto reply = ann.request("consume-data");
    REQUIRE_MESSAGE(text_at(reply, "/type") == "data-consumer-params",
                    to_text(reply));
    return static_cast<net::sctp_stream_id>(
        number_at(reply, "/data/sctpStreamParameters/streamId"));
  }

  void connect() {
    REQUIRE(drive_until(
        [&] { return sender.connected() && receiver.connected(); }));
  }

  bool hears(size_t count) {
    return drive_until([&] { return receiver.messages.size() >= count; });
  }

  running_node node;
  live_client ann{node.port(), "r", "ann"};
  live_client bob{node.port(), "r", "bob"};
  live_transport ann_transport{client_dtls()};
  live_transport bob_transport{client_dtls()};
  live_data receiver{ann_transport};
  live_data sender{bob_transport};
};

} // namespace troupe::test
