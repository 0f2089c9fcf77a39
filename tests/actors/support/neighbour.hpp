#pragma once

#include "live_client.hpp"

namespace troupe::test {

/// The objects of a member.
struct belongings {
  std::string peer;
  std::string send;
  std::string recv;
  std::string producer;
  std::string consumer;
  std::string data_producer;
  std::string data_consumer;
};

/// Bob, Carl or Eve, who use dialect A.
struct neighbour {
  neighbour(uint16_t port, const std::string& room, const std::string& name)
      : client(port, room, name) {
    has.peer = name;
    has.send = create("send");
    has.recv = create("recv");
    has.producer = client.produce(audio_track(11));
    has.data_producer =
        text_at(client.request("produce-data",
                               R"({"label":"chat","sctpStreamParameters":{)"
                               R"("streamId":1,"ordered":true}})"),
                "/data/id");
  }

  std::string create(const std::string& way) {
    auto x =
        client.request("create-transport", R"({"direction":")" + way + "\"}");
    return text_at(x, "/data/id");
  }

  void consume(const belongings& of) {
    consume_media(of);
    consume_data(of);
  }

  void consume_media(const belongings& of) {
    has.consumer = text_at(
        client.consume(",\"producerId\":" + quoted(of.producer)), "/data/id");
  }

  void consume_data(const belongings& of) {
    has.data_consumer = text_at(
        client.request("consume-data",
                       "{\"dataProducerId\":" + quoted(of.data_producer) + "}"),
        "/data/id");
  }

  /// The lists that the member sees, and the number of events since last time.
  std::string state() {
    auto list = to_text(client.request("get-producers")["data"])
                + to_text(client.request("get-data-producers")["data"]);
    return list + " told " + std::to_string(client.forget_pushes());
  }

  live_client client;
  belongings has;
};

} // namespace troupe::test
