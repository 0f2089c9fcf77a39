#include "http_fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::net::testing {

namespace {

class echo_events : public connection_events {
public:
  echo_events(echo_handler& up, std::shared_ptr<connection> conn)
      : up_(up)
      , conn_(std::move(conn)) {}

  void on_message(incoming_message x) override {
    if (x.binary)
      conn_->send_binary(
          std::make_shared<const std::string>(std::move(x.data)));
    else
      on_text(std::move(x.data));
  }

  void on_close(uint16_t code) override {
    up_.note_closed(code);
  }

private:
  void on_text(std::string text) {
    if (text == "close") {
      conn_->close(4000, "as you wish");
    } else if (text == "flood") {
      for (int i = 0; i < 8; ++i)
        conn_->send_text(std::string(512 << 10, 'x'));
    } else if (text == "who") {
      conn_->send_text(conn_->kind() + " from " + conn_->remote_address().ip()
                       + " at " + conn_->local_address().ip() + " "
                       + conn_->request().query);
    } else {
      conn_->send_text(std::move(text));
    }
  }

  echo_handler& up_;
  std::shared_ptr<connection> conn_;
};

} // namespace

std::optional<http_response>
echo_handler::handle_http(const http_request& request) {
  if (request.path == "/healthz")
    return text_response(200, "fine");
  if (request.path == "/echo")
    return text_response(200, request.method + " " + request.body);
  return std::nullopt;
}

bool echo_handler::handle_http_later(const http_request& request,
                                     const http_responder& respond) {
  if (request.path != "/later")
    return request.path == "/never";
  std::lock_guard guard{mutex_};
  later_.push_back(respond);
  changed_.notify_all();
  return true;
}

upgrade_decision echo_handler::decide_upgrade(const http_request& request) {
  if (request.query_value("token") == "bad")
    return upgrade_decision::reject(text_response(401, "who are you?"));
  if (request.offers_subprotocol("protoo"))
    return upgrade_decision::accept("protoo", "protoo");
  return upgrade_decision::accept("plain");
}

std::unique_ptr<connection_events>
echo_handler::open_connection(std::shared_ptr<connection> conn) {
  if (conn->request().query_value("full"))
    return nullptr;
  std::lock_guard guard{mutex_};
  opened_.push_back(conn);
  changed_.notify_all();
  return std::make_unique<echo_events>(*this, std::move(conn));
}

std::vector<uint16_t> echo_handler::wait_for_closed(size_t n) {
  std::unique_lock guard{mutex_};
  changed_.wait_for(guard, std::chrono::seconds{2},
                    [&] { return closed_.size() >= n; });
  return closed_;
}

std::vector<std::shared_ptr<connection>> echo_handler::wait_for_open(size_t n) {
  std::unique_lock guard{mutex_};
  changed_.wait_for(guard, std::chrono::seconds{2},
                    [&] { return opened_.size() >= n; });
  return opened_;
}

std::vector<http_responder> echo_handler::wait_for_later(size_t n) {
  std::unique_lock guard{mutex_};
  changed_.wait_for(guard, std::chrono::seconds{2},
                    [&] { return later_.size() >= n; });
  return std::move(later_);
}

void echo_handler::note_closed(uint16_t code) {
  std::lock_guard guard{mutex_};
  closed_.push_back(code);
  changed_.notify_all();
}

void echo_handler::on_certificate_changed(const std::error_code& failure) {
  std::lock_guard guard{mutex_};
  certificate_changes_.push_back(failure);
}

void echo_handler::on_clients_refused(const clients_refused& report) {
  std::lock_guard guard{mutex_};
  refusals_.push_back(report);
}

std::vector<clients_refused> echo_handler::refusals() {
  std::lock_guard guard{mutex_};
  return refusals_;
}

std::vector<std::error_code> echo_handler::certificate_changes() {
  std::lock_guard guard{mutex_};
  return certificate_changes_;
}

http_server_config loopback_config() {
  http_server_config result;
  result.addresses = {"127.0.0.1"};
  result.port = 0;
  return result;
}

http_fixture::http_fixture(http_server_config config)
    : server(threads, handler, std::move(config)) {
  REQUIRE(server.start());
}

} // namespace troupe::net::testing
