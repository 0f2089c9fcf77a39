#pragma once

#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/running_node.hpp"

#include <memory>
#include <string>

namespace troupe::test {

/// A member of a room that sends, receives, returns, moves and closes. It uses
/// dialect `ws` and names no directions, so the server has to move its streams
/// to the right transports.
class stress_member {
public:
  stress_member(uint16_t port, std::string room, std::string user,
                uint32_t ssrc)
      : port_(port)
      , room_(std::move(room))
      , user_(std::move(user))
      , ssrc_(ssrc) {
    connect();
  }

  /// Creates two transports, and a producer on one of them.
  void begin() {
    transports_[0] = open();
    transports_[1] = open();
    REQUIRE(drive(sockets(), [&] {
      return transports_[0]->connected() && transports_[1]->connected();
    }));
    producer_ = signaling_->produce(audio_track(ssrc_, std::to_string(ssrc_)));
  }

  void consume(const std::string& producer) {
    auto reply = signaling_->consume(",\"producerId\":" + quote(producer));
    consumer_ = text_at(reply, "/data/id");
    signaling_->request("resume-consumer",
                        "{\"consumerId\":" + quote(consumer_) + "}");
  }

  void close_consumer() {
    auto reply = signaling_->request(
        "close-consumer", "{\"consumerId\":" + quote(consumer_) + "}");
    REQUIRE_MESSAGE(text_at(reply, "/type") == "consumer-closed",
                    to_text(reply));
  }

  void close_producer() {
    signaling_->request("close-producer",
                        "{\"producerId\":" + quote(producer_) + "}");
    ++ssrc_;
    producer_ = signaling_->produce(audio_track(ssrc_, std::to_string(ssrc_)));
  }

  /// Whether the room lists that producer.
  bool knows(const std::string& producer) {
    return to_text(signaling_->request("get-producers")).find(producer)
           != std::string::npos;
  }

  /// Fails unless the server still responds: a member that is removed without a
  /// reason is a finding.
  void must_be_member() {
    auto reply = signaling_->request("get-producers");
    REQUIRE_MESSAGE(text_at(reply, "/type") == "producers", to_text(reply));
  }

  /// Connects again as the same user, after breaking the connection if
  /// `breaks`; otherwise the first connection is still open.
  void reconnect(bool breaks) {
    if (breaks)
      signaling_->drop();
    auto before = std::move(signaling_);
    connect();
    must_be_member();
  }

  void leave() {
    signaling_->leave();
  }

  /// Sends one packet on the transport that its client would use.
  void speak() {
    transports_[0]->send_rtp(audio(ssrc_, number_++));
  }

  /// Whether packet `number` or a later one has arrived on any transport.
  bool has_received(uint16_t number) {
    for (auto& x : transports_)
      for (const auto& packet : std::exchange(x->rtp, {}))
        if (static_cast<int16_t>(payload_number(packet) - number) >= 0)
          return true;
    return false;
  }

  void pump() {
    for (auto& x : transports_)
      x->pump();
    signaling_->take_pending();
  }

  std::vector<live_transport*> sockets() {
    return {transports_[0].get(), transports_[1].get()};
  }

  const std::string& producer() const {
    return producer_;
  }

  uint16_t next_number() const {
    return number_;
  }

private:
  static std::string quote(const std::string& x) {
    return test::quoted(x);
  }

  void connect() {
    signaling_ = std::make_unique<live_client>(port_, room_, user_);
  }

  std::unique_ptr<live_transport> open() {
    auto x = std::make_unique<live_transport>(client_dtls());
    signaling_->connect(*x, signaling_->request("create-transport"),
                        client_dtls());
    return x;
  }

  uint16_t port_;
  std::string room_;
  std::string user_;
  uint32_t ssrc_;
  uint16_t number_ = 0;
  std::unique_ptr<live_client> signaling_;
  std::unique_ptr<live_transport> transports_[2];
  std::string producer_;
  std::string consumer_;
};

} // namespace troupe::test
