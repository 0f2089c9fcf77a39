#include "bench/load/signaling/crowd.hpp"

#include "bench/load/signaling/device.hpp"
#include "bench/load/signaling/websocket_frames.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::load {

namespace {

using clock = std::chrono::steady_clock;

// Servers limit the connections per address.
constexpr size_t members_of_address = 500;

constexpr size_t read_size = 256 << 10;

// The number of requests that a flooder sends in one system call.
constexpr size_t flood_run = 64;

enum class stage : uint8_t {
  connecting,
  upgrading,
  greeting, // B: until the namespace is connected
  joining,
  inside,
  ended
};

struct member {
  int fd = -1;
  load::stage stage = stage::connecting;
  bool reading = true;
  std::unique_ptr<dialect_wire> wire;
  frame_reader reader;
  std::string head; // of the upgrade response
  clock::time_point begun;
  uint64_t last_id = 0;
  uint64_t awaited = 0; // the request whose response comes next
  std::string producer;
  bool paused = false;
  uint16_t code = 0;
  std::string unsent; // the rest of a flood
};

// The notification of a toggle in a text, found at the position of the event's
// name in both dialects.
enum class mark : uint8_t { none, paused, resumed };

mark mark_of(std::string_view text) {
  auto begin = text.substr(0, 48);
  auto at = begin.find("\"producer-");
  if (at == begin.npos)
    return mark::none;
  auto rest = begin.substr(at + 10);
  return rest.starts_with("paused")    ? mark::paused
         : rest.starts_with("resumed") ? mark::resumed
                                       : mark::none;
}

track track_of(size_t who) {
  track out;
  out.mid = "0";
  out.cname = "m" + std::to_string(who);
  out.first_ssrc = static_cast<uint32_t>(1'000 + 10 * who);
  return out;
}

} // namespace

class crowd::impl {
public:
  explicit impl(crowd_config cfg)
      : config(std::move(cfg))
      , poll(::epoll_create1(EPOLL_CLOEXEC))
      , buffer(read_size, '\0') {}

  ~impl() {
    for (auto& x : members)
      if (x->fd >= 0)
        ::close(x->fd);
    ::close(poll);
  }

  void open_some() {
    while (opening < at_once && waiting > 0) {
      --waiting;
      ++opening;
      open(members.size());
    }
  }

  void open(size_t who) {
    auto x = std::make_unique<member>();
    x->begun = clock::now();
    x->wire =
        make_wire(config.dialect, {config.room, "u" + std::to_string(who)});
    x->fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    ::setsockopt(x->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    ::setsockopt(x->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    ::inet_pton(AF_INET, config.server.host.c_str(), &to.sin_addr);
    if (config.server.host.starts_with("127.")) {
      auto from = to;
      from.sin_addr.s_addr =
          htonl(0x7F000002 + static_cast<uint32_t>(who / members_of_address));
      ::bind(x->fd, reinterpret_cast<sockaddr*>(&from), sizeof(from));
    }
    to.sin_port = htons(config.server.port);
    members.push_back(std::move(x));
    auto& added = *members.back();
    watch(who, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
    if (::connect(added.fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0
        && errno != EINPROGRESS)
      end(who, 0, std::string{"cannot connect: "} + std::strerror(errno));
  }

  void watch(size_t who, uint32_t events, int operation) {
    epoll_event x{};
    x.events = events;
    x.data.u64 = who;
    ::epoll_ctl(poll, operation, members[who]->fd, &x);
  }

  void send(size_t who, std::string_view octets) {
    auto& x = *members[who];
    if (x.fd < 0)
      return;
    auto sent = ::send(x.fd, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(octets.size()) && problem.empty())
      problem = "a request did not fit into the socket";
  }

  void send_text(size_t who, std::string_view text) {
    send(who, client_frame(frame_kind::text, text));
  }

  std::string encode(size_t who, method what, std::string_view payload) {
    auto& x = *members[who];
    return x.wire->encode(++x.last_id, what, payload);
  }

  void ask(size_t who, method what, std::string_view payload) {
    auto text = encode(who, what, payload);
    members[who]->awaited = members[who]->last_id;
    send_text(who, text);
  }

  void end(size_t who, uint16_t code, const std::string& why) {
    auto& x = *members[who];
    if (x.stage == stage::ended)
      return;
    if (x.stage < stage::inside)
      --opening;
    else
      --inside;
    if (!x.producer.empty())
      --speaking;
    x.producer.clear();
    x.stage = stage::ended;
    x.code = code;
    ::close(x.fd);
    x.fd = -1;
    if (problem.empty() && !why.empty())
      problem = why;
  }

  void handle(const epoll_event& event) {
    auto who = static_cast<size_t>(event.data.u64);
    auto& x = *members[who];
    if (x.fd < 0)
      return;
    if (x.stage == stage::connecting && (event.events & EPOLLOUT)) {
      x.stage = stage::upgrading;
      watch(who, EPOLLIN, EPOLL_CTL_MOD);
      send(who, "GET " + x.wire->target()
                    + " HTTP/1.1\r\nHost: " + config.server.host
                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
    }
    if (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR))
      read(who);
  }

  void read(size_t who) {
    auto& x = *members[who];
    auto got = ::recv(x.fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (got <= 0)
      return end(who, 1006, "a connection was cut");
    now = clock::now();
    counts.octets += static_cast<uint64_t>(got);
    std::string_view octets{buffer.data(), static_cast<size_t>(got)};
    if (x.stage == stage::upgrading) {
      x.head.append(octets);
      auto last = x.head.find("\r\n\r\n");
      if (last == x.head.npos)
        return;
      if (x.head.find(" 101 ") > 16)
        return end(who, 0, "no upgrade: " + x.head.substr(0, 60));
      x.stage = stage::greeting;
      if (x.wire->ready_when_open())
        join(who);
      octets = std::string_view{x.head}.substr(last + 4);
    }
    x.reader.feed(octets);
    while (x.fd >= 0) {
      auto frame = x.reader.next();
      if (!frame)
        break;
      ++counts.frames;
      take(who, *frame);
    }
  }

  // A answers the request for the list of producers once the member has joined.
  void join(size_t who) {
    auto& x = *members[who];
    x.stage = stage::joining;
    if (x.wire->ready_when_open())
      ask(who, method::list_producers, "{}");
    else
      ask(who, method::join, "{}");
  }

  void take(size_t who, const server_frame& frame) {
    auto& x = *members[who];
    switch (frame.kind) {
      case frame_kind::text:
        return take_text(who, frame.payload);
      case frame_kind::ping:
        return send(who, client_frame(frame_kind::pong, frame.payload));
      case frame_kind::close: {
        uint16_t code = 1005;
        if (frame.payload.size() >= 2)
          code =
              static_cast<uint16_t>(static_cast<uint8_t>(frame.payload[0]) << 8
                                    | static_cast<uint8_t>(frame.payload[1]));
        return end(who, code,
                   x.stage < stage::inside
                       ? "closed with code " + std::to_string(code)
                             + " before joining"
                       : "");
      }
      default:
        return;
    }
  }

  void take_text(size_t who, std::string_view text) {
    auto& x = *members[who];
    if (x.stage == stage::inside) {
      // For a speaker, the response to its own toggle may look the same.
      if (auto what = mark_of(text); what != mark::none && x.producer.empty())
        return note(what);
      // Engine.IO's ping.
      if (text == "2")
        return send_text(who, "3");
      if (x.awaited == 0)
        return;
    }
    auto decoded = x.wire->decode(text);
    if (auto* ping = std::get_if<received_ping>(&decoded))
      return send_text(who, ping->reply);
    if (std::holds_alternative<received_ready>(decoded))
      return join(who);
    if (auto* over = std::get_if<received_end>(&decoded))
      return end(who, 0, over->reason);
    auto* answer = std::get_if<received_answer>(&decoded);
    if (!answer || answer->id != x.awaited)
      return;
    if (!answer->error.empty())
      return end(who, 0, answer->error);
    x.awaited = 0;
    proceed(who, answer->data);
  }

  void proceed(size_t who, const rapidjson::Value& answer) {
    auto& x = *members[who];
    if (x.stage == stage::joining) {
      x.stage = stage::inside;
      ++inside;
      --opening;
      joins.add(now - x.begun);
    } else if (answer.HasMember("iceParameters")) {
      ask(who, method::produce,
          encode_produce(decode_transport(answer).id,
                         protocol::media_kind::audio,
                         sending_parameters(track_of(who))));
    } else {
      x.producer = decode_produced(answer);
      ++speaking;
    }
  }

  void note(mark what) {
    auto since = toggled[what == mark::paused];
    if (since != clock::time_point{})
      notification_latency.add(now - since);
  }

  crowd_config config;
  int poll;
  std::string buffer;
  std::deque<std::unique_ptr<member>> members;
  size_t waiting = 0;
  size_t opening = 0;
  size_t at_once = 1;
  size_t inside = 0;
  size_t speaking = 0;
  clock::time_point now{};
  // The times of the last resume and the last pause.
  std::array<clock::time_point, 2> toggled{};
  latency_histogram joins;
  latency_histogram notification_latency;
  crowd_counts counts;
  std::string problem;
};

crowd::crowd(crowd_config cfg)
    : impl_(std::make_unique<impl>(std::move(cfg))) {}

crowd::~crowd() = default;

void crowd::enter(size_t count, size_t at_once) {
  impl_->waiting += count;
  impl_->at_once = at_once;
  impl_->open_some();
}

void crowd::leave(size_t who) {
  impl_->send(who, client_frame(frame_kind::close, "\x03\xE8"));
  impl_->end(who, 1000, {});
}

void crowd::speak(size_t who) {
  impl_->ask(who, method::create_transport, encode_create_transport(true));
}

void crowd::toggle(size_t who) {
  auto& x = *impl_->members[who];
  x.paused = !x.paused;
  auto text = impl_->encode(
      who, x.paused ? method::pause_producer : method::resume_producer,
      encode_producer(x.producer));
  impl_->toggled[x.paused] = clock::now();
  impl_->send_text(who, text);
}

void crowd::set_reading(size_t who, bool on) {
  auto& x = *impl_->members[who];
  x.reading = on;
  if (x.fd >= 0)
    impl_->watch(who, on ? EPOLLIN : 0u, EPOLL_CTL_MOD);
}

size_t crowd::flood(size_t who, size_t count) {
  auto& x = *impl_->members[who];
  size_t begun = 0;
  for (;;) {
    if (!x.unsent.empty()) {
      auto sent = ::send(x.fd, x.unsent.data(), x.unsent.size(), MSG_NOSIGNAL);
      x.unsent.erase(0, sent > 0 ? static_cast<size_t>(sent) : 0);
    }
    if (begun == count || !x.unsent.empty())
      return begun;
    for (size_t i = 0; i < flood_run && begun < count; ++i, ++begun)
      x.unsent.append(client_frame(
          frame_kind::text, impl_->encode(who, method::list_producers, "{}")));
  }
}

bool crowd::run(net::duration limit, const std::function<bool()>& done,
                const std::function<void()>& each) {
  std::vector<epoll_event> events(4'096);
  auto deadline = clock::now() + limit;
  for (;;) {
    if (done && done())
      return true;
    if (clock::now() >= deadline)
      return false;
    // Frames must not wake this thread one by one, which would cost the server
    // CPU unlike across a network: poll twice a millisecond.
    ::usleep(500);
    auto count = ::epoll_wait(impl_->poll, events.data(),
                              static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i)
      impl_->handle(events[static_cast<size_t>(i)]);
    impl_->open_some();
    if (each)
      each();
  }
}

size_t crowd::size() const {
  return impl_->members.size();
}

size_t crowd::inside() const {
  return impl_->inside;
}

bool crowd::inside(size_t who) const {
  return impl_->members[who]->stage == stage::inside;
}

size_t crowd::speaking() const {
  return impl_->speaking;
}

size_t crowd::ended_with(uint16_t code) const {
  size_t out = 0;
  for (const auto& x : impl_->members)
    out += x->stage == stage::ended && x->code == code;
  return out;
}

size_t crowd::ended() const {
  size_t out = 0;
  for (const auto& x : impl_->members)
    out += x->stage == stage::ended;
  return out;
}

bool crowd::ended(size_t who) const {
  return impl_->members[who]->stage == stage::ended;
}

const latency_histogram& crowd::joins() const {
  return impl_->joins;
}

latency_histogram& crowd::notification_latency() {
  return impl_->notification_latency;
}

crowd_counts crowd::counts() const {
  return impl_->counts;
}

const std::string& crowd::problem() const {
  return impl_->problem;
}

} // namespace troupe::load
