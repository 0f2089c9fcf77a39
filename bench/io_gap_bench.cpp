#include "actors/base/log.hpp"
#include "actors/io/io_worker.hpp"
#include "actors/io/media_sockets.hpp"
#include "actors/io/socket_actor.hpp"
#include "actors/sctp/sctp_actor.hpp"
#include "net/io/loop/run_on_loops.hpp"
#include "net/io/udp/udp_socket.hpp"
#include "net/sctp/sctp_stack.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <thread>

/// How long an I/O thread does not poll its sockets while data messages are
/// broadcast: one data producer, N data consumers on N associations. The
/// receivers' ends of SCTP run in a process of their own. A datagram on the
/// media port wakes a media actor, which sends the sctp actor the message, as a
/// transport does.
///
///   io_gap_bench [receivers] [messages]
namespace {

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

double thread_milliseconds() {
  timespec x{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &x);
  return static_cast<double>(x.tv_sec) * 1e3
         + static_cast<double>(x.tv_nsec) / 1e6;
}

/// Transfers records between the processes: a key, and octets.
class pipe_end {
public:
  explicit pipe_end(int fd) : fd_(fd) {}

  void send(uint64_t key, net::byte_span octets) const {
    uint8_t buffer[4096];
    std::memcpy(buffer, &key, sizeof key);
    std::copy(octets.begin(), octets.end(), buffer + sizeof key);
    (void)!::send(fd_, buffer, sizeof key + octets.size(), 0);
  }

  /// Calls `f(key, octets)` with the next record; returns false at the end, or
  /// if none arrives in time.
  template <class F>
  bool receive(int flags, F f) const {
    uint8_t buffer[4096];
    auto n = ::recv(fd_, buffer, sizeof buffer, flags);
    uint64_t key = 0;
    if (n < static_cast<ssize_t>(sizeof key))
      return false;
    std::memcpy(&key, buffer, sizeof key);
    f(key,
      net::byte_span{buffer + sizeof key, static_cast<size_t>(n) - sizeof key});
    return true;
  }

private:
  int fd_;
};

/// The receivers: they start their associations, and acknowledge messages.
void run_receivers(const pipe_end& pipe, uint64_t count) {
  net::sctp_stack stack;
  std::vector<net::sctp_association_id> ids(count);
  auto now = [] {
    return std::chrono::steady_clock::now();
  };
  auto flush = [&] {
    while (auto x = stack.poll_packet()) {
      auto i = std::find(ids.begin(), ids.end(), x->association);
      pipe.send(static_cast<uint64_t>(i - ids.begin()) + 1, x->octets);
    }
    while (stack.poll_message() || stack.poll_event())
      continue;
  };
  pipe.receive(0, [](auto, auto) {}); // the server is ready
  for (auto& id : ids) {
    id = stack.open();
    stack.connect(id, now());
    flush();
  }
  for (;;) {
    if (!pipe.receive(MSG_DONTWAIT, [&](uint64_t key, net::byte_span x) {
          if (key == 0)
            std::_Exit(0);
          stack.handle_record(ids[key - 1], x, now());
        }))
      std::this_thread::sleep_for(1ms);
    stack.handle_timeout(now());
    flush();
  }
}

struct sharing : caf::actor_system_config {
  sharing() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", size_t{2});
    set("scheduler.max-throughput", io_worker::max_throughput);
  }
};

/// Receives the octets that an association sends to its client.
data_transport_actor spawn_data_transport(caf::actor_system& system,
                                          const pipe_end& pipe, uint64_t key) {
  return system.spawn([&pipe, key](data_transport_actor::pointer self)
                          -> data_transport_actor::behavior_type {
    allow_on_io_threads(self);
    return {[&pipe, key](const application_data_to_send& x) {
      for (const auto& record : *x.records)
        pipe.send(key, record);
    }};
  });
}

/// A transport whose client sends a message with each burst.
burst_receiver_actor spawn_speaker(caf::actor_system& system,
                                   const sctp_actor& sctp,
                                   std::shared_ptr<in_flight_gauge> gauge) {
  auto message = data_message{net::sctp_ppid::binary,
                              std::make_shared<std::vector<uint8_t>>(1000)};
  return system.spawn([=](burst_receiver_actor::pointer self)
                          -> burst_receiver_actor::behavior_type {
    allow_on_io_threads(self);
    return {
        [=](const burst& x) {
          gauge->leave(x->size());
          self->send(sctp, send_direct_data{data_producer_key{1}, {message}});
        },
        [](const tuple_closed&) {
        }};
  });
}

/// Runs on the I/O thread repeatedly, and measures how long other work ran in
/// between: by the clock, and in CPU time of the thread.
class turn_meter {
public:
  explicit turn_meter(net::io_threads& threads) : threads_(threads) {}

  void begin() {
    threads_.post(0, [this] { turn(); });
  }

  void reset() {
    wall = 0;
    cpu = 0;
  }

  std::atomic<double> wall{0};
  std::atomic<double> cpu{0};
  std::atomic<bool> stopped{false};

private:
  void turn() {
    auto at = std::chrono::steady_clock::now();
    auto spent = thread_milliseconds();
    if (began_ != net::time_point{}) {
      std::chrono::duration<double, std::milli> gap = at - began_;
      wall = std::max(wall.load(), gap.count());
      cpu = std::max(cpu.load(), spent - spent_);
    }
    began_ = at;
    spent_ = spent;
    if (!stopped)
      threads_.post(0, [this] { turn(); });
  }

  net::io_threads& threads_;
  net::time_point began_{};
  double spent_ = 0;
};

/// The server's side of the broadcast.
class broadcast {
public:
  broadcast(const pipe_end& pipe, uint64_t receivers)
      : pipe_(pipe)
      , sockets_(threads_, port_config())
      , system_(settings_) {
    if (!sockets_.port().start())
      std::abort();
    socket_ = spawn_socket(system_, sockets_);
    sctp_ = spawn_sctp(system_, {{}, &sockets_.ticks()});
    caf::scoped_actor self{system_};
    for (uint64_t key = 1; key <= receivers; ++key)
      self->send(sctp_,
                 open_association{transport_key{key},
                                  transport_id{"t"},
                                  spawn_data_transport(system_, pipe_, key),
                                  {}});
    // Its answer comes after all associations are open.
    ask<done>(self, add_data_producer{data_producer_key{1}, {}});
    pipe_.send(0, {});
    reader_ = std::thread{[this] {
      read();
    }};
    for (uint64_t key = 1; key <= receivers; ++key) {
      while (ask<sctp_transport_stats>(self, get_sctp_stats{transport_key{key}})
                 .state
             != net::sctp_state::connected)
        std::this_thread::sleep_for(5ms);
      ask<data_consumer_added>(self, add_data_consumer{data_consumer_key{key},
                                                       data_producer_key{1},
                                                       transport_key{key}});
    }
    route(self);
  }

  void run(int messages) {
    turn_meter meter{threads_};
    meter.begin();
    std::this_thread::sleep_for(500ms);
    meter.reset();
    for (int i = 0; i < messages; ++i) {
      speak();
      std::this_thread::sleep_for(300ms);
    }
    std::printf("longest turn of the I/O thread: %.2f ms CPU, %.2f ms wall "
                "clock; longest run of actors on it: %.2f ms\n",
                meter.cpu.load(), meter.wall.load(),
                static_cast<double>(sockets_.longest_run().read(
                    std::chrono::steady_clock::now()))
                    / 1e3);
    caf::scoped_actor self{system_};
    std::printf("messages sent: %zu\n",
                static_cast<size_t>(
                    ask<data_consumer_stats>(
                        self, get_data_consumer_stats{data_consumer_key{1}})
                        .messages_sent));
    std::fflush(stdout);
    meter.stopped = true;
    net::run_on_loop(threads_, 0, [] {}); // wait for the end of its last turn
    net::run_on_loop(threads_, 0, [] {});
  }

private:
  static net::media_port_config port_config() {
    net::media_port_config out;
    out.addresses = {"127.0.0.1"};
    out.port = 0;
    out.tcp = false;
    return out;
  }

  template <class Answer, class Question>
  Answer ask(caf::scoped_actor& self, Question question) {
    Answer out;
    self->request(sctp_, caf::infinite, std::move(question))
        .receive([&](const Answer& x) { out = x; },
                 [](const caf::error&) { std::abort(); });
    return out;
  }

  // Passes on the receivers' octets, as their transports would.
  void read() {
    auto gauge = std::make_shared<in_flight_gauge>(max_waiting_data);
    while (pipe_.receive(0, [&](uint64_t key, net::byte_span x) {
      auto records = std::make_shared<data_records>();
      records->emplace_back(x.begin(), x.end());
      if (gauge->admit(waiting_octets(records->front())))
        caf::anon_send(sctp_,
                       application_data_received{transport_key{key},
                                                 std::move(records), gauge});
    }))
      continue;
  }

  // Routes the datagrams of the speaker's socket to its transport.
  void route(caf::scoped_actor& self) {
    auto at = sockets_.port().addresses().front();
    net::udp_socket_options plain;
    plain.gso = plain.gro = false;
    speaker_ = std::move(
        *net::udp_socket::open(*net::parse_address("127.0.0.1", 0), plain));
    auto intake = std::make_shared<transport_intake>(max_waiting_datagrams);
    self->send(socket_, route_tuple{{net::transport_protocol::udp, 0, at,
                                     speaker_->local()},
                                    spawn_speaker(system_, sctp_, intake),
                                    intake});
    std::this_thread::sleep_for(100ms);
  }

  void speak() {
    const uint8_t packet[20] = {0x80};
    net::outgoing_datagram x{packet,
                             {net::transport_protocol::udp, 0,
                              speaker_->local(),
                              sockets_.port().addresses().front()}};
    speaker_->send({&x, 1});
  }

  const pipe_end& pipe_;
  net::io_threads threads_{1};
  media_sockets sockets_;
  sharing settings_;
  caf::actor_system system_;
  socket_actor socket_;
  sctp_actor sctp_;
  std::unique_ptr<net::udp_socket> speaker_;
  std::thread reader_;
};

} // namespace

int main(int argc, char** argv) {
  auto receivers = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000;
  auto messages = argc > 2 ? std::atoi(argv[2]) : 10;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
    return 1;
  auto child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    run_receivers(pipe_end{ends[1]}, receivers);
  }
  ::close(ends[1]);
  log::open({.level = "off", .format = "line"});
  pipe_end pipe{ends[0]};
  auto server = std::make_unique<broadcast>(pipe, receivers);
  server->run(messages);
  pipe.send(0, {});
  ::waitpid(child, nullptr, 0);
  std::_Exit(0); // skip the destruction of a thousand actors
}
