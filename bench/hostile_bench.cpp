#include "actors/base/log.hpp"
#include "actors/node/node.hpp"

#include "support/doctest_outside.hpp"
#include "support/footprint.hpp"
#include "support/hostile_client.hpp"
#include "support/steady_call.hpp"
#include "support/two_processes.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

/// The cost of hostile clients: each uses everything that the server grants, at
/// every limit at once, during a call of two clients. The clients and the call
/// run in processes of their own, so all measured memory is the server's.
///
///   hostile_bench [clients] [largest growth, in MB]
///
/// Exits with 1 if the server's memory grew by more than that, if it is not
/// released after the clients have left, or if the call lost a packet.
namespace {

using namespace troupe;
using bench::footprint;
using bench::word_pipe;

constexpr double mega = 1024 * 1024;

/// The memory that may remain after all clients have left: the pool of 4,096
/// datagram buffers (8 MB), which fills once, and small caches.
constexpr double remainder = 10 * mega;

struct pipes {
  word_pipe orders;
  word_pipe answers;
};

// -- the clients -------------------------------------------------------------

void run_hostile(uint32_t count, pipes& with) {
  // Attackers have machines of their own. Here they share one with the server
  // and the call, so they must not take the CPU time of either.
  if (::nice(19) == -1)
    std::perror("nice");
  auto dtls = std::move(*net::dtls_context::make());
  auto port = static_cast<uint16_t>(with.orders.get());
  std::vector<std::thread> threads;
  std::mutex lock;
  bench::granted_objects granted;
  std::vector<std::unique_ptr<bench::hostile_client>> clients;
  for (uint32_t i = 0; i < count; ++i)
    clients.push_back(std::make_unique<bench::hostile_client>(
        port, "hostile" + std::to_string(i), *dtls));
  for (auto& x : clients)
    threads.emplace_back([&granted, &lock, &x = *x] {
      x.take_objects();
      x.fill_replay();
      x.fill_data(96u << 20);
      x.flood_signaling(64u << 20);
      std::scoped_lock guard{lock};
      granted += x.granted;
    });
  for (auto& x : threads)
    x.join();
  std::printf("granted: %zu transports, %zu producers, %zu data producers, "
              "%zu consumers, %zu data consumers, %.1f MB of requests read\n",
              granted.transports, granted.producers, granted.data_producers,
              granted.consumers, granted.data_consumers,
              static_cast<double>(granted.signaling_octets) / mega);
  std::fflush(stdout);
  with.answers.put(1);
  with.orders.get();
  for (auto& x : clients)
    x->leave();
  with.answers.put(1);
  with.orders.get();
}

void run_call(pipes& with) {
  auto dtls = std::move(*net::dtls_context::make());
  bench::steady_call call{static_cast<uint16_t>(with.orders.get()), *dtls};
  with.answers.put(1);
  auto stop_requested = [&] {
    pollfd orders{with.orders.fd(), POLLIN, 0};
    return ::poll(&orders, 1, 0) > 0;
  };
  while (!stop_requested())
    call.step();
  call.pause();
  with.answers.put(static_cast<uint32_t>(call.sent()));
  with.answers.put(static_cast<uint32_t>(call.received()));
}

// -- the server --------------------------------------------------------------

/// Samples this process's memory every 10 ms, and keeps the peak.
class memory_watch {
public:
  memory_watch() : thread_([this] { run(); }) {}

  ~memory_watch() {
    done_ = true;
    thread_.join();
  }

  footprint peak() {
    std::scoped_lock guard{lock_};
    return peak_;
  }

private:
  void run() {
    while (!done_) {
      auto now = footprint::now();
      {
        std::scoped_lock guard{lock_};
        peak_ = peak_.max(now);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }

  std::mutex lock_;
  footprint peak_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

actors::config make_config() {
  actors::config out;
  out.http.listen_addresses = {"127.0.0.1"};
  out.http.port = 0;
  out.http.static_root = "";
  out.rtc.listen_addresses = {"127.0.0.1"};
  out.rtc.port = 0;
  out.room.reconnect_grace = std::chrono::seconds{1};
  // The clients share one machine with the server: the bench measures memory,
  // not admission when the CPU is short.
  out.overload.cpu = 0;
  out.overload.delay = std::chrono::milliseconds{0};
  out.log.level = "off";
  return out;
}

void print(const char* what, const footprint& x) {
  std::printf("%-36s %8.1f MB heap %8.1f MB resident\n", what, x.heap / mega,
              x.rss / mega);
}

/// Waits until no more memory is released, at most half a minute.
footprint settle(double wanted) {
  footprint out;
  for (int i = 0; i < 60; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{500});
    out = footprint::now();
    if (out.heap <= wanted)
      break;
  }
  malloc_trim(0);
  return footprint::now();
}

int run_server(uint32_t count, double most, pipes& hostile, pipes& call) {
  auto settings = make_config();
  actors::log::open(settings.log);
  actors::node server{settings};
  if (auto failure = server.start()) {
    std::fprintf(stderr, "%s\n", failure->c_str());
    return 1;
  }
  call.orders.put(server.http_port());
  call.answers.get();
  std::this_thread::sleep_for(std::chrono::seconds{1});
  auto before = footprint::now();
  footprint peak;
  {
    memory_watch watch;
    hostile.orders.put(server.http_port());
    hostile.answers.get();
    peak = watch.peak();
  }
  hostile.orders.put(1);
  hostile.answers.get();
  auto after = settle(before.heap + remainder);
  call.orders.put(1);
  auto sent = call.answers.get();
  auto received = call.answers.get();
  std::printf("%u hostile client%s\n", count, count == 1 ? "" : "s");
  print("growth at the peak", peak - before);
  print("growth after they left", after - before);
  std::printf("call of the other clients: %u packets sent, %u lost\n", sent,
              sent - received);
  hostile.orders.put(1);
  server.stop();
  return peak.rss - before.rss <= most * mega
                 && after.heap - before.heap <= remainder && sent == received
             ? 0
             : 1;
}

/// Runs `work` in a process of its own. Call it before starting threads.
template <class Work>
pid_t run_apart(Work work) {
  auto child = ::fork();
  if (child == 0) {
    work();
    std::_Exit(0);
  }
  return child;
}

} // namespace

int main(int argc, char** argv) {
  bench::doctest_outside checks;
  auto count = argc > 1 ? static_cast<uint32_t>(std::atoi(argv[1])) : 1u;
  auto most = argc > 2 ? std::atof(argv[2]) : 64.0;
  pipes hostile;
  pipes call;
  auto attackers = run_apart([&] { run_hostile(count, hostile); });
  auto talkers = run_apart([&] { run_call(call); });
  auto result = run_server(count, most, hostile, call);
  ::waitpid(attackers, nullptr, 0);
  ::waitpid(talkers, nullptr, 0);
  return result;
}
