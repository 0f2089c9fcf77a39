#include "tests/tools/echo_service.hpp"

#include "net/base/rng.hpp"
#include "protocol/dialects/common/socketio_session.hpp"
#include "protocol/json/json_limits.hpp"

#include <mutex>
#include <vector>

namespace troupe::testing {

namespace {

using std::chrono::steady_clock;

// The interval at which connect timeouts are checked.
constexpr auto tick_interval = std::chrono::milliseconds{20};

// Echoes each message.
class plain_echo final : public net::connection_events {
public:
  explicit plain_echo(std::shared_ptr<net::connection> conn)
      : conn_(std::move(conn)) {}

  void on_message(net::incoming_message x) override {
    if (x.binary)
      conn_->send_binary(
          std::make_shared<const std::string>(std::move(x.data)));
    else
      conn_->send_text(std::move(x.data));
  }

  void on_close(uint16_t) override {}

private:
  std::shared_ptr<net::connection> conn_;
};

// The JSON array of `head`, if not empty, and the elements of `data` after the
// first.
std::string rest_of(const rapidjson::Document& data, std::string_view head) {
  std::string out = "[";
  out += head;
  for (rapidjson::SizeType i = 1; i < data.Size(); ++i) {
    if (out.size() > 1)
      out += ',';
    out += protocol::write_json(data[i]);
  }
  return out += ']';
}

// The Socket.IO session of one connection. Thread-safe, since its timer runs on
// another thread.
class socketio_echo {
public:
  socketio_echo(std::shared_ptr<net::connection> conn,
                std::chrono::milliseconds connect_timeout)
      : conn_(std::move(conn))
      , random_(net::make_secure_rng())
      , session_(make_config(connect_timeout), *random_, steady_clock::now()) {}

  void handle_frame(std::string payload, bool binary) {
    std::lock_guard guard{mutex_};
    session_.handle_frame({std::move(payload), binary}, steady_clock::now());
    drain();
  }

  void handle_tick() {
    std::lock_guard guard{mutex_};
    session_.handle_timeout(steady_clock::now());
    for (auto& [nsp, event] : std::exchange(greetings_, {}))
      session_.emit(nsp, event);
    drain();
  }

private:
  static protocol::socketio_config
  make_config(std::chrono::milliseconds connect_timeout) {
    protocol::socketio_config result;
    result.namespaces = {"/", "/custom"};
    result.connect_timeout = connect_timeout;
    return result;
  }

  void handle(protocol::socketio_connected& x) {
    auto auth = x.auth.IsNull() ? "{}" : protocol::write_json(x.auth);
    greetings_.emplace_back(x.nsp, R"(["auth",)" + auth + "]");
  }

  void handle(protocol::socketio_disconnected&) {}

  // No token is required here.
  void handle(protocol::socketio_connect_request&) {}

  void handle(protocol::socketio_event& x) {
    if (x.name() == "message")
      session_.emit(x.nsp, rest_of(x.data, R"("message-back")"),
                    std::move(x.attachments));
    else if (x.name() == "message-with-ack" && x.id)
      session_.acknowledge(x.nsp, *x.id, rest_of(x.data, {}),
                           std::move(x.attachments));
  }

  void drain() {
    while (auto input = session_.poll_input())
      std::visit([this](auto& x) { handle(x); }, *input);
    while (auto out = session_.poll_frame()) {
      auto payload =
          out->shared
              ? out->shared
              : std::make_shared<const std::string>(std::move(out->payload));
      if (out->binary)
        conn_->send_binary(std::move(payload));
      else
        conn_->send_text(std::move(payload));
    }
    if (auto over = session_.poll_close())
      conn_->close(over->code, std::move(over->reason));
  }

  std::mutex mutex_;
  std::shared_ptr<net::connection> conn_;
  std::unique_ptr<net::rng> random_;
  protocol::socketio_session session_;
  // Events to send at the next tick. A suite that waits for one frame at a time
  // would lose the second of two frames sent together.
  std::vector<std::pair<std::string, std::string>> greetings_;
};

class socketio_events final : public net::connection_events {
public:
  explicit socketio_events(std::shared_ptr<socketio_echo> to)
      : to_(std::move(to)) {}

  void on_message(net::incoming_message x) override {
    to_->handle_frame(std::move(x.data), x.binary);
  }

  void on_close(uint16_t) override {}

private:
  std::shared_ptr<socketio_echo> to_;
};

} // namespace

// Keeps the open Socket.IO connections and advances their timers.
class echo_service::timekeeper {
public:
  void add(std::weak_ptr<socketio_echo> x) {
    std::lock_guard guard{mutex_};
    all_.push_back(std::move(x));
  }

  void tick() {
    std::vector<std::shared_ptr<socketio_echo>> alive;
    {
      std::lock_guard guard{mutex_};
      std::erase_if(all_, [](const auto& x) { return x.expired(); });
      for (auto& weak : all_)
        if (auto x = weak.lock())
          alive.push_back(std::move(x));
    }
    for (auto& x : alive)
      x->handle_tick();
  }

private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<socketio_echo>> all_;
};

echo_service::echo_service(net::io_threads& threads,
                           std::chrono::milliseconds connect_timeout)
    : connect_timeout_(connect_timeout)
    , timekeeper_(std::make_shared<timekeeper>()) {
  threads.run_every(0, tick_interval, [weak = std::weak_ptr{timekeeper_}] {
    auto x = weak.lock();
    if (x)
      x->tick();
    return x != nullptr;
  });
}

echo_service::~echo_service() = default;

std::optional<net::http_response>
echo_service::handle_http(const net::http_request&) {
  return std::nullopt;
}

net::upgrade_decision
echo_service::decide_upgrade(const net::http_request& request) {
  using net::upgrade_decision;
  if (request.path.starts_with("/socket.io"))
    return upgrade_decision::accept("socketio");
  if (request.path.starts_with("/engine.io") || request.path == websocket_path)
    return upgrade_decision::accept("echo");
  return upgrade_decision::reject(net::text_response(404, "Not found\n"));
}

std::unique_ptr<net::connection_events>
echo_service::open_connection(std::shared_ptr<net::connection> conn) {
  if (conn->kind() == "echo")
    return std::make_unique<plain_echo>(std::move(conn));
  auto x = std::make_shared<socketio_echo>(std::move(conn), connect_timeout_);
  timekeeper_->add(x);
  return std::make_unique<socketio_events>(std::move(x));
}

net::http_server_config echo_server_config() {
  net::http_server_config result;
  result.addresses = {"127.0.0.1", "::1"};
  result.engineio.paths = {std::string{echo_service::engineio_path},
                           std::string{echo_service::socketio_path}};
  result.engineio.ping_interval = std::chrono::milliseconds{300};
  result.engineio.ping_timeout = std::chrono::milliseconds{200};
  result.allowed_origins = {"*"};
  result.message_rate = 0;
  return result;
}

} // namespace troupe::testing
