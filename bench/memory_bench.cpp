#include "actors/base/log.hpp"
#include "actors/node/node.hpp"
#include "tests/actors/support/live_client.hpp"

#include "support/doctest_outside.hpp"
#include "support/footprint.hpp"
#include "support/two_processes.hpp"

#include <sys/wait.h>

#include <cstdio>
#include <thread>

/// The memory of a connected peer and of a consumer. The clients run in a
/// process of their own, so all measured growth is the server's.
///
///   memory_bench [peers] [consumers per peer]
namespace {

using namespace troupe;
using bench::footprint;
using channel = bench::word_pipe;

struct sizes {
  uint32_t peers = 200;
  uint32_t consumers = 10; // per peer
};

// -- the clients -------------------------------------------------------------

struct client {
  client(uint16_t port, const std::string& name, const net::dtls_context& dtls)
      : signaling(port, "room", name)
      , up(std::make_unique<test::live_transport>(dtls))
      , down(std::make_unique<test::live_transport>(dtls)) {
    signaling.open(*up, "send", dtls);
    signaling.open(*down, "recv", dtls);
    auto ready = test::drive({up.get(), down.get()}, [&] {
      return up->connected() && down->connected();
    });
    REQUIRE(ready);
  }

  test::live_client signaling;
  std::unique_ptr<test::live_transport> up;
  std::unique_ptr<test::live_transport> down;
};

test::octets audio(uint32_t ssrc, uint16_t number) {
  test::rtp_builder x;
  x.payload_type = 111;
  x.ssrc = ssrc;
  x.sequence_number = number;
  x.timestamp = number * 960u;
  x.payload = test::octets(80, 0x55);
  return x.build();
}

/// Carries out orders one by one, and reports when each is done.
void run_clients(const sizes& n, channel& orders, channel& answers) {
  auto dtls = std::move(*net::dtls_context::make());
  auto port = static_cast<uint16_t>(orders.get());
  std::vector<std::unique_ptr<client>> all;
  auto add = [&] {
    all.push_back(std::make_unique<client>(
        port, "peer" + std::to_string(all.size()), *dtls));
  };
  add(); // makes what is made only once
  answers.put(1);
  orders.get();
  while (all.size() < n.peers + 1)
    add();
  answers.put(1);
  orders.get();
  for (uint32_t i = 0; i < n.consumers; ++i)
    all[i]->signaling.produce(test::audio_track(1000 + i));
  answers.put(1);
  orders.get();
  for (uint32_t i = n.consumers; i < all.size(); ++i)
    for (uint32_t j = 0; j < n.consumers; ++j)
      all[i]->signaling.consume();
  answers.put(1);
  orders.get();
  std::vector<test::live_transport*> receivers;
  for (auto& x : all)
    receivers.push_back(x->down.get());
  for (uint16_t number = 0; number < 100; ++number) {
    for (uint32_t i = 0; i < n.consumers; ++i)
      all[i]->up->send_rtp(audio(1000 + i, number));
    test::drive(receivers, [] { return true; });
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  answers.put(1);
  orders.get();
}

// -- the server --------------------------------------------------------------

footprint measure() {
  // Let pending work finish: CAF's clock keeps the timeout of each request for
  // its five seconds, answered or not.
  std::this_thread::sleep_for(std::chrono::seconds{6});
  return footprint::now();
}

void print(const char* what, const footprint& before, const footprint& after,
           double count) {
  std::printf("%-44s %8.1f KB heap %8.1f KB resident\n", what,
              (after.heap - before.heap) / count / 1024,
              (after.rss - before.rss) / count / 1024);
}

int run_server(const sizes& n, channel& orders, channel& answers) {
  actors::config settings;
  settings.http.listen_addresses = {"127.0.0.1"};
  settings.http.port = 0;
  settings.http.static_root = "";
  settings.rtc.listen_addresses = {"127.0.0.1"};
  settings.rtc.port = 0;
  settings.log.level = "off";
  actors::log::open(settings.log);
  actors::node server{settings};
  if (auto failure = server.start()) {
    std::fprintf(stderr, "%s\n", failure->c_str());
    return 1;
  }
  auto step = [&](uint32_t order) {
    orders.put(order);
    answers.get();
    return measure();
  };
  auto first = step(server.http_port());
  auto peers = step(1);
  auto producers = step(1);
  auto consumers = step(1);
  auto media = step(1);
  auto subscribed = (n.peers + 1 - n.consumers) * n.consumers;
  std::printf("%u peers, %u consumers, %zu actors\n", n.peers, subscribed,
              server.live_actors());
  print("idle peer (WebSocket, 2 transports, DTLS)", first, peers, n.peers);
  print("producer", peers, producers, n.consumers);
  print("consumer", producers, consumers, subscribed);
  print("consumer, after 100 packets", producers, media, subscribed);
  orders.put(1);
  server.stop();
  return 0;
}

uint32_t argument(int argc, char** argv, int i, uint32_t fallback) {
  return argc > i ? static_cast<uint32_t>(std::atoi(argv[i])) : fallback;
}

} // namespace

int main(int argc, char** argv) {
  troupe::bench::doctest_outside checks;
  sizes n;
  n.peers = argument(argc, argv, 1, n.peers);
  n.consumers = std::min(argument(argc, argv, 2, n.consumers), n.peers);
  channel orders;
  channel answers;
  auto child = ::fork(); // before threads start
  if (child == 0) {
    run_clients(n, orders, answers);
    std::_Exit(0);
  }
  auto result = run_server(n, orders, answers);
  ::waitpid(child, nullptr, 0);
  return result;
}
