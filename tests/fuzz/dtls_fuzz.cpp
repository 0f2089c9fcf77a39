// Runs a handshake between two ends under the network that the input describes.
// Its first octet chooses the ends: both live, or one of them as recorded from
// a complete handshake, which halves the cost of a run. Each step is an octet
// (deliver, drop, change, inject), and the rest of the input is the data to
// inject. Nothing may crash, and the two ends must never agree on different
// keys.

#include "net/base/assert.hpp"
#include "net/dtls/dtls_connection.hpp"
#include "tests/fuzz/support/fast_openssl.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <vector>

using namespace troupe::net;

namespace {

using octets = std::vector<uint8_t>;

const dtls_context& context() {
  static const auto instance = dtls_context::make().value();
  return *instance;
}

size_t index_of(dtls_role role) {
  return role == dtls_role::client ? 1 : 0;
}

/// One end of the connection.
struct end {
  virtual ~end() = default;
  virtual void start() = 0;
  virtual void handle_datagram(byte_span x, time_point now) = 0;
  virtual void handle_timeout(time_point now) = 0;
  virtual std::optional<octets> poll_datagram() = 0;
  virtual bool poll_data() = 0;
  virtual void send_data(byte_span x) = 0;
  virtual void close() = 0;
  virtual const std::optional<srtp_keys>& keys() const = 0;
};

struct live_end final : end {
  explicit live_end(dtls_role x) : role(x) {}

  dtls_connection& use() {
    troupe::fuzz::use_randomness_of(index_of(role));
    return connection;
  }

  void start() override {
    use().start(role, {context().fingerprint()}, time_point{});
  }

  void handle_datagram(byte_span x, time_point now) override {
    use().handle_datagram(x, now);
  }

  void handle_timeout(time_point now) override {
    use().handle_timeout(now);
  }

  std::optional<octets> poll_datagram() override {
    const auto x = connection.poll_datagram();
    return x ? std::optional{octets(x->begin(), x->end())} : std::nullopt;
  }

  bool poll_data() override {
    return connection.poll_data().has_value();
  }

  void send_data(byte_span x) override {
    use().send_data(x);
  }

  void close() override {
    use().close();
  }

  const std::optional<srtp_keys>& keys() const override {
    return connection.keys();
  }

  dtls_role role;
  dtls_connection connection{context()};
};

/// What each end sent in a complete handshake, and its keys.
struct recording {
  std::vector<std::vector<octets>> flights;
  std::optional<srtp_keys> keys;
};

std::array<recording, 2> recordings;

/// Sends the flights of the recording. Each follows once as many datagrams have
/// arrived as the other end's flight had; timeouts repeat the last one.
struct recorded_end final : end {
  explicit recorded_end(dtls_role role)
      : own(recordings[index_of(role)])
      , other(recordings[1 - index_of(role)])
      , is_client(role == dtls_role::client) {}

  void start() override {
    if (is_client)
      send_next();
  }

  void send_next() {
    if (sent == own.flights.size())
      return;
    const auto& x = own.flights[sent++];
    outgoing.insert(outgoing.end(), x.begin(), x.end());
  }

  void handle_datagram(byte_span, time_point) override {
    const auto awaited = is_client ? sent - 1 : sent;
    if (awaited < other.flights.size()
        && ++received >= other.flights[awaited].size()) {
      received = 0;
      send_next();
    }
  }

  void handle_timeout(time_point) override {
    ++repetitions;
    for (size_t i = 0; sent > 0 && i < own.flights[sent - 1].size(); ++i) {
      auto x = own.flights[sent - 1][i];
      // Records of epoch 0 get new numbers, or they were replays.
      for (size_t at = 0; at + 13 <= x.size();
           at += 13 + load_u16(x.data() + at + 11))
        if (load_u16(x.data() + at + 3) == 0)
          x[at + 9] = repetitions;
      outgoing.push_back(std::move(x));
    }
  }

  std::optional<octets> poll_datagram() override {
    if (outgoing.empty())
      return std::nullopt;
    auto x = std::move(outgoing.front());
    outgoing.pop_front();
    return x;
  }

  bool poll_data() override {
    return false;
  }

  void send_data(byte_span) override {}

  void close() override {}

  const std::optional<srtp_keys>& keys() const override {
    return own.keys;
  }

  const recording& own;
  const recording& other;
  bool is_client;
  size_t sent = 0;
  size_t received = 0; // since the last flight
  uint8_t repetitions = 0;
  std::deque<octets> outgoing;
};

std::unique_ptr<end> make_end(dtls_role role, bool live) {
  if (live)
    return std::make_unique<live_end>(role);
  return std::make_unique<recorded_end>(role);
}

struct scenario {
  explicit scenario(byte_span script) : in(script) {}

  byte_reader in;
  time_point now{};
  uint8_t ends = in.u8();
  std::unique_ptr<end> client = make_end(dtls_role::client, ends % 3 != 1);
  std::unique_ptr<end> server = make_end(dtls_role::server, ends % 3 != 2);

  void play();
  void step();
  void deliver(end& from, end& to, uint8_t how);
};

void scenario::deliver(end& from, end& to, uint8_t how) {
  auto x = from.poll_datagram();
  if (!x)
    return;
  if (how == 1)
    return; // lost
  if (how == 2)
    (*x)[in.u16() % x->size()] ^= in.u8();
  if (how == 3)
    x->resize(in.u16() % (x->size() + 1));
  to.handle_datagram(*x, now);
}

void scenario::step() {
  auto instruction = in.u8();
  auto& a = (instruction & 1) != 0 ? *client : *server;
  auto& b = (instruction & 1) != 0 ? *server : *client;
  auto detail = static_cast<uint8_t>(instruction >> 4);
  switch ((instruction >> 1) & 7) {
    case 0:
      b.handle_datagram(in.bytes(std::min<size_t>(in.u8(), in.remaining())),
                        now);
      break;
    case 1:
      now += std::chrono::milliseconds{in.u8() * 10};
      a.handle_timeout(now);
      break;
    case 2:
      a.send_data(in.bytes(std::min<size_t>(detail, in.remaining())));
      break;
    case 3:
      if (detail == 15)
        a.close();
      break;
    default:
      deliver(a, b, detail & 3);
  }
}

void scenario::play() {
  server->start();
  client->start();
  while (in.remaining() > 0 && !in.failed())
    step();
  if (client->keys() && server->keys())
    TROUPE_ASSERT(client->keys()->local.key == server->keys()->remote.key);
  while (client->poll_data() || server->poll_data()) {
  }
}

void record_handshake() {
  live_end client{dtls_role::client};
  live_end server{dtls_role::server};
  recordings = {};
  const auto exchange = [](live_end& from, live_end& to) {
    std::vector<octets> flight;
    while (auto x = from.poll_datagram())
      flight.push_back(*x);
    for (const auto& x : flight)
      to.handle_datagram(x, time_point{});
    if (!flight.empty())
      recordings[index_of(from.role)].flights.push_back(flight);
  };
  server.start();
  client.start();
  for (int i = 0; i < 3; ++i) {
    exchange(client, server);
    exchange(server, client);
  }
  recordings[0].keys = server.keys();
  recordings[1].keys = client.keys();
  TROUPE_ASSERT(client.keys() && server.keys());
}

/// A live end must connect to a recorded one.
void check_recording(uint8_t ends) {
  constexpr uint8_t to_server = 9;
  constexpr uint8_t to_client = 8;
  octets script(41, to_server);
  script[0] = ends;
  std::fill(script.begin() + 11, script.begin() + 21, to_client);
  std::fill(script.begin() + 31, script.end(), to_client);
  scenario s{script};
  s.play();
  TROUPE_ASSERT(s.client->keys() && s.server->keys());
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  troupe::fuzz::use_fast_openssl();
  troupe::fuzz::warm_up(record_handshake);
  for (uint8_t ends : {0, 1, 2})
    troupe::fuzz::run_alone([&] { check_recording(ends); });
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  troupe::fuzz::run_alone([&] { scenario{byte_span{data, size}}.play(); });
  return 0;
}
