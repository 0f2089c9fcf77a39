#include "net/io/http/http_server.hpp"

#include "net/io/http/engineio_service.hpp"
#include "net/io/http/http_core.hpp"
#include "net/io/http/http_session.hpp"
#include "net/io/http/tls_store.hpp"
#include "net/io/loop/asio_acceptor.hpp"
#include "net/io/loop/io_threads.hpp"
#include "net/io/loop/run_on_loops.hpp"

#include <algorithm>

namespace troupe::net {

namespace asio = boost::asio;

namespace {

using boost::system::error_code;
using std::chrono::steady_clock;

// How long a stopping server waits for orderly closes, and then for the
// remaining sessions to end after their connections were cut.
constexpr auto close_timeout = std::chrono::seconds{1};
constexpr auto abort_timeout = std::chrono::seconds{5};

// Accepts connections for one address, on the first loop.
class listener : public std::enable_shared_from_this<listener> {
public:
  listener(std::shared_ptr<http_core> core, loop_acceptor acceptor)
      : core_(std::move(core))
      , acceptor_(std::move(acceptor))
      , timer_(acceptor_.get_executor())
      , bucket_(core_->config.accept_rate, core_->config.accept_burst) {}

  void accept() {
    if (stopped_)
      return;
    auto index = next_loop_++;
    acceptor_.async_accept(
        core_->threads.context(index),
        [self = shared_from_this(), index](error_code ec, loop_socket socket) {
          if (self->stopped_ || ec == asio::error::operation_aborted)
            return;
          auto now = steady_clock::now();
          if (!ec)
            self->admit(std::move(socket), index, now);
          if (is_exhaustion(ec)) {
            self->core_->count_refusal(reject_reason::accept_failed, now,
                                       {ec.value(), std::generic_category()});
            self->accept_at(now + accept_pause);
          } else {
            self->accept_at(self->bucket_.reserve(now));
          }
        });
  }

  void stop() {
    stopped_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    timer_.cancel();
  }

private:
  // Other errors of accept() concern a single client.
  static bool is_exhaustion(error_code ec) {
    return ec && ec != asio::error::connection_aborted
           && ec != asio::error::connection_reset;
  }

  void accept_at(time_point when) {
    if (when <= steady_clock::now())
      return accept();
    timer_.expires_at(when);
    timer_.async_wait([self = shared_from_this()](error_code ec) {
      if (!ec)
        self->accept();
    });
  }

  void admit(loop_socket socket, size_t index, time_point now) {
    auto remote = peer_address(socket.native_handle());
    auto local = bound_address(socket.native_handle());
    if (!remote || !local)
      return;
    auto outcome = core_->gate.admit(*remote, now);
    if (outcome != admission_outcome::admitted)
      return refuse(socket, outcome, now);
    core_->accepted.fetch_add(1, std::memory_order_relaxed);
    error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    std::shared_ptr<void> admission_slot{nullptr,
                                         [core = core_, at = *remote](void*) {
                                           core->gate.release(at);
                                         }};
    auto shared = std::make_shared<loop_socket>(std::move(socket));
    core_->threads.post(index, [core = core_, shared, at = *remote,
                                here = *local, admission_slot] {
      start_http_session(core, std::move(*shared), at, here, admission_slot);
    });
  }

  // Sends a 503 response if the socket's buffer takes it at once.
  void refuse(loop_socket& socket, admission_outcome why, time_point now) {
    core_->count_refusal(to_reason(why), now);
    if (core_->tls)
      return;
    constexpr std::string_view answer = "HTTP/1.1 503 Service Unavailable\r\n"
                                        "Retry-After: 5\r\n"
                                        "Content-Length: 0\r\n"
                                        "Connection: close\r\n\r\n";
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(answer), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
  }

  std::shared_ptr<http_core> core_;
  loop_acceptor acceptor_;
  loop_timer timer_;
  token_bucket bucket_;
  size_t next_loop_ = 0;
  bool stopped_ = false;
};

// Checks the certificate files regularly, as long as the server lives.
void watch_certificate(const std::shared_ptr<http_core>& core) {
  core->threads.run_every(
      0, core->config.tls_check_interval, [weak = std::weak_ptr{core}] {
        auto x = weak.lock();
        if (!x || x->live->stopping())
          return false;
        if (auto read = x->tls->refresh())
          x->handler.on_certificate_changed(
              read->has_value() ? std::error_code{} : read->error());
        return true;
      });
}

http_headers make_common_headers(const http_server_config& config) {
  http_headers out{{"X-Content-Type-Options", "nosniff"}};
  // Not on loopback: browsers would require TLS of all servers on this host.
  if (config.tls && !config.local_only)
    out.emplace_back("Strict-Transport-Security",
                     "max-age=" + std::to_string(config.hsts_seconds));
  return out;
}

} // namespace

http_core::http_core(io_threads& loops, http_handler& up, http_server_config x)
    : threads(loops)
    , handler(up)
    , config(std::move(x))
    , origins(config.allowed_origins, config.local_only)
    , common_headers(make_common_headers(config))
    , files(config.static_root, make_page_headers(config.frame_ancestors))
    , tls(config.tls ? std::make_unique<tls_store>(*config.tls) : nullptr)
    , gate(config.limits)
    , undelivered(std::make_shared<undelivered_total>(config.undelivered))
    , engineio(std::make_unique<engineio_service>(*this)) {}

http_core::~http_core() = default;

std::optional<http_response>
http_core::check_source(const http_request& request) {
  auto why = origins.check(request);
  if (!why)
    return std::nullopt;
  rejects.add(reject_reason::origin);
  auto response = handler.refuse_source(request, *why);
  if (engineio->serves(request.path))
    return engineio_service::refuse_source(*why);
  return response;
}

void http_core::count_close(uint16_t code) {
  switch (code) {
    case close_code::protocol_error:
    case close_code::bad_payload:
    case close_code::policy_violation:
    case close_code::too_big:
      rejects.add(reject_reason::protocol_violation);
      break;
    default:
      break;
  }
}

void http_core::count_refusal(reject_reason why, time_point now,
                              std::error_code error) {
  rejects.add(why);
  if (auto count = refusals.add(why, now))
    handler.on_clients_refused({why, *count, error});
}

reject_reason to_reason(admission_outcome why) {
  switch (why) {
    case admission_outcome::address_full:
      return reject_reason::address_full;
    case admission_outcome::too_fast:
      return reject_reason::address_rate;
    default:
      return reject_reason::server_full;
  }
}

uint64_t http_core::next_id() {
  static std::atomic<uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

http_response http_handler::refuse_source(const http_request&,
                                          const source_refusal& why) {
  return text_response(403, why.explain() + "\n");
}

void http_handler::on_certificate_changed(const std::error_code&) {}

void http_handler::on_clients_refused(const clients_refused&) {}

bool http_handler::handle_http_later(const http_request&,
                                     const http_responder&) {
  return false;
}

struct http_server::impl {
  std::shared_ptr<http_core> core;
  std::vector<std::shared_ptr<listener>> listeners;
  uint16_t port;
  bool stopped = false;
};

http_server::http_server(io_threads& threads, http_handler& handler,
                         http_server_config config)
    : impl_(std::make_unique<impl>()) {
  impl_->port = config.port;
  impl_->core =
      std::make_shared<http_core>(threads, handler, std::move(config));
}

http_server::~http_server() {
  stop();
}

result<void> http_server::start() {
  auto& core = *impl_->core;
  if (core.tls) {
    if (auto ok = core.tls->load(); !ok)
      return ok;
  }
  std::vector<loop_acceptor> acceptors;
  for (const auto& text : core.config.addresses) {
    auto address = parse_address(text, impl_->port);
    if (!address)
      return std::make_error_code(std::errc::invalid_argument);
    auto acceptor = listen_on(core.threads.context(0), *address);
    if (!acceptor) {
      if (core.config.skip_unavailable
          && (address->is_unspecified() || address->is_loopback())
          && is_unavailable(acceptor.error()))
        continue;
      return acceptor.error();
    }
    impl_->port = bound_address(acceptor->native_handle())->port();
    acceptors.push_back(std::move(*acceptor));
  }
  if (acceptors.empty())
    return std::make_error_code(std::errc::address_not_available);
  for (auto& x : acceptors) {
    auto to = std::make_shared<listener>(impl_->core, std::move(x));
    impl_->listeners.push_back(to);
    core.threads.post(0, [to] { to->accept(); });
  }
  if (core.tls)
    watch_certificate(impl_->core);
  return {};
}

void http_server::stop() {
  if (std::exchange(impl_->stopped, true))
    return;
  auto& core = *impl_->core;
  for (auto& x : impl_->listeners)
    run_on_loop(core.threads, 0, [&] { x->stop(); });
  core.live->shut_down(false);
  if (!core.live->wait_until_empty(close_timeout)) {
    core.live->shut_down(true);
    core.live->wait_until_empty(abort_timeout);
  }
}

uint16_t http_server::port() const {
  return impl_->port;
}

http_server_stats http_server::stats() const {
  const auto& core = *impl_->core;
  http_server_stats result;
  result.connections = core.gate.connections();
  result.accepted = core.accepted;
  result.refused = core.gate.refused();
  result.accept_errors = core.rejects[reject_reason::accept_failed];
  result.requests = core.requests;
  result.websockets = core.websockets;
  result.engineio_sessions = core.engineio_sessions;
  result.undelivered_octets = core.undelivered->octets();
  result.slow_readers_closed = core.rejects[reject_reason::slow_reader];
  result.file_octets = core.files.octets() + *core.piece_octets;
  result.responses_cut = core.responses_cut;
  return result;
}

std::optional<std::chrono::system_clock::time_point>
http_server::certificate_expires() const {
  const auto& core = *impl_->core;
  return core.tls ? std::optional{core.tls->expires()} : std::nullopt;
}

const reject_counters& http_server::rejects() const {
  return impl_->core->rejects;
}

} // namespace troupe::net
