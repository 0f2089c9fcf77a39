// The server's cost of a data-channel message per receiving client: the
// fan-out, SCTP, DTLS and a system call, and processing the SACKs that come
// back. Counts only the server's part, by the thread's CPU time; the clients
// run in between.

#include "actors/sctp/data_switch.hpp"
#include "net/dtls/dtls_connection.hpp"

#include <benchmark/benchmark.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ctime>
#include <memory>
#include <vector>

namespace {

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

double thread_seconds() {
  timespec x{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &x);
  return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_nsec) / 1e9;
}

const net::dtls_context& context() {
  static const auto instance = net::dtls_context::make().value();
  return *instance;
}

/// A UDP socket that is never read, and one to send to it.
struct sink {
  sink() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    const auto* any = reinterpret_cast<const sockaddr*>(&address);
    if (bind(to, any, size) != 0)
      std::abort();
    getsockname(to, reinterpret_cast<sockaddr*>(&address), &size);
    if (connect(from, any, size) != 0)
      std::abort();
  }

  ~sink() {
    close(from);
    close(to);
  }

  int from = socket(AF_INET, SOCK_DGRAM, 0);
  int to = socket(AF_INET, SOCK_DGRAM, 0);
};

struct receiver {
  receiver(data_switch& node, net::sctp_stack& browsers, uint64_t number,
           net::time_point now)
      : key{number}
      , browser(browsers.open()) {
    node.open(key);
    browsers.connect(browser, now);
    server.start(net::dtls_role::server, {context().fingerprint()}, now);
    client.start(net::dtls_role::client, {context().fingerprint()}, now);
    for (bool moved = true; moved;) {
      moved = false;
      while (auto x = client.poll_datagram()) {
        server.handle_datagram(*x, now);
        moved = true;
      }
      while (auto x = server.poll_datagram()) {
        client.handle_datagram(*x, now);
        moved = true;
      }
    }
  }

  transport_key key;
  net::sctp_association_id browser;
  net::dtls_connection server{context()};
  net::dtls_connection client{context()};
};

class world {
public:
  explicit world(size_t receivers) {
    if (node.add_producer({data_producer_key{1}, {}, 0, false}))
      std::abort();
    for (size_t i = 0; i < receivers; ++i)
      all.push_back(std::make_unique<receiver>(node, browsers, i + 1, now));
    settle();
    for (const auto& x : all)
      (void)node.add_consumer({data_consumer_key{static_cast<uint64_t>(x->key)},
                               data_producer_key{1}, x->key});
  }

  /// Sends one message to all; returns the server's CPU time in seconds.
  double round(const data_message& message) {
    server_seconds = 0;
    serve([&] { node.queue_direct(data_producer_key{1}, message); });
    settle();
    now += 20ms;
    serve([&] {
      if (auto at = node.poll_timeout(); at && *at <= now)
        node.handle_timeout(now);
    });
    browsers.handle_timeout(now);
    settle();
    return server_seconds;
  }

  size_t delivered = 0;

private:
  template <class F>
  void serve(F f) {
    const auto begin = thread_seconds();
    f();
    while (node.do_work(data_switch::quantum, now))
      continue;
    while (auto x = node.poll_records()) {
      auto& to = *all[static_cast<size_t>(x->transport) - 1];
      for (const auto& record : x->records)
        to.server.send_data(record);
      while (auto datagram = to.server.poll_datagram()) {
        (void)!send(out.from, datagram->data(), datagram->size(), 0);
        wire.emplace_back(
            &to, std::vector<uint8_t>(datagram->begin(), datagram->end()));
      }
    }
    while (node.poll_event())
      continue;
    server_seconds += thread_seconds() - begin;
  }

  void settle() {
    for (bool moved = true; moved;) {
      for (auto& [to, datagram] : std::exchange(wire, {})) {
        to->client.handle_datagram(datagram, now);
        while (auto record = to->client.poll_data())
          browsers.handle_record(to->browser, *record, now);
      }
      while (browsers.poll_message())
        ++delivered;
      while (browsers.poll_event())
        continue;
      std::vector<std::pair<receiver*, std::vector<uint8_t>>> back;
      while (auto x = browsers.poll_packet())
        for (auto& to : all)
          if (to->browser == x->association) {
            to->client.send_data(x->octets);
            while (auto datagram = to->client.poll_datagram())
              back.emplace_back(
                  to.get(),
                  std::vector<uint8_t>(datagram->begin(), datagram->end()));
          }
      moved = !back.empty();
      serve([&] {
        for (auto& [from, datagram] : back) {
          from->server.handle_datagram(datagram, now);
          data_records records;
          while (auto record = from->server.poll_data())
            records.push_back(std::move(*record));
          node.handle_records(from->key, std::move(records));
        }
      });
      moved = moved || !wire.empty();
    }
  }

  data_switch node{{}};
  net::sctp_stack browsers;
  net::time_point now{1h};
  sink out;
  std::vector<std::unique_ptr<receiver>> all;
  std::vector<std::pair<receiver*, std::vector<uint8_t>>> wire;
  double server_seconds = 0;
};

void BM_data_fanout(benchmark::State& state) {
  const auto receivers = static_cast<size_t>(state.range(0));
  world w{receivers};
  const data_message message{net::sctp_ppid::binary,
                             std::make_shared<std::vector<uint8_t>>(1024, 'm')};
  const auto before = w.delivered;
  for (auto _ : state)
    state.SetIterationTime(w.round(message));
  const auto delivered = w.delivered - before;
  if (delivered + receivers < state.iterations() * receivers)
    state.SkipWithError("messages were lost");
  state.counters["cpu_per_message"] = benchmark::Counter(
      static_cast<double>(delivered),
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK(BM_data_fanout)->Arg(1)->Arg(10)->Arg(100)->UseManualTime();

} // namespace
