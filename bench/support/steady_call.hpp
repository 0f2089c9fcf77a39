#pragma once

#include "tests/actors/support/live_client.hpp"

#include <thread>

namespace troupe::bench {

/// A call of two clients by real sockets: one sends 50 audio packets a second,
/// the other counts those that arrive.
class steady_call {
public:
  steady_call(uint16_t port, const net::dtls_context& dtls)
      : speaker_(port, "room", "speaker")
      , listener_(port, "room", "listener")
      , up_(dtls)
      , down_(dtls) {
    speaker_.open(up_, "send", dtls);
    listener_.open(down_, "recv", dtls);
    REQUIRE(test::drive({&up_, &down_},
                        [&] { return up_.connected() && down_.connected(); }));
    speaker_.produce(test::audio_track(1));
    auto id = test::text_at(listener_.consume(), "/data/id");
    listener_.request("resume-consumer",
                      "{\"consumerId\":" + test::quoted(id) + "}");
    // Packets do not count until the path is established.
    auto deadline = test::live_transport::now() + std::chrono::seconds{5};
    while (down_.rtp.empty() && test::live_transport::now() < deadline)
      step();
    pause();
    down_.rtp.clear();
    sent_ = 0;
  }

  /// Sends for 20 ms, like a speaking client.
  void step() {
    up_.send_rtp(test::audio(1, number_++));
    ++sent_;
    auto end = test::live_transport::now() + std::chrono::milliseconds{20};
    while (test::live_transport::now() < end)
      pump_for(5);
  }

  /// Waits for packets in flight.
  void pause() {
    for (int i = 0; i < 50; ++i)
      pump_for(10);
  }

  size_t sent() const {
    return sent_;
  }

  size_t received() const {
    return down_.rtp.size();
  }

private:
  void pump_for(int milliseconds) {
    pollfd sockets[] = {{up_.fd(), POLLIN, 0}, {down_.fd(), POLLIN, 0}};
    ::poll(sockets, 2, milliseconds);
    up_.pump();
    down_.pump();
    speaker_.take_pending();
    listener_.take_pending();
  }

  test::live_client speaker_;
  test::live_client listener_;
  test::live_transport up_;
  test::live_transport down_;
  uint16_t number_ = 0;
  size_t sent_ = 0;
};

} // namespace troupe::bench
