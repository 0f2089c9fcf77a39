#include "bench/load/signaling/signaling_client.hpp"

#include "bench/load/signaling/device.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <charconv>

namespace troupe::load {

namespace asio = boost::asio;

server_address parse_server(std::string_view url) {
  auto rest = url;
  for (std::string_view scheme : {"http://", "ws://"})
    if (rest.starts_with(scheme))
      rest.remove_prefix(scheme.size());
  if (rest.ends_with('/'))
    rest.remove_suffix(1);
  auto colon = rest.rfind(':');
  server_address out;
  boost::system::error_code error;
  auto port = rest.substr(colon == rest.npos ? rest.size() : colon + 1);
  auto [end, parsed] =
      std::from_chars(port.data(), port.data() + port.size(), out.port);
  out.host = rest.substr(0, colon);
  asio::ip::make_address(out.host, error);
  if (error || parsed != std::errc{} || end != port.data() + port.size())
    throw signaling_error{"not http://ADDRESS:PORT: " + std::string{url}};
  return out;
}

signaling_client::signaling_client(asio::io_context& loop, signaling_config cfg)
    : loop_(loop)
    , config_(std::move(cfg))
    , wire_(make_wire(config_.dialect, config_.target))
    , socket_(loop) {}

signaling_client::~signaling_client() = default;

asio::awaitable<welcome> signaling_client::join() {
  co_await open();
  welcome out;
  auto capabilities = co_await ask(method::get_capabilities, "{}");
  out.router = decode_capabilities(capabilities);
  capabilities_ = to_json(device_capabilities(out.router));
  auto in_room = config_.dialect == dialect::ws;
  auto entry = in_room ? method::list_producers : method::join;
  // Not inside the co_await: g++ 12 destroys the temporaries of a conditional
  // expression there twice.
  auto payload = in_room ? std::string{"{}"} : encode_join(capabilities_);
  auto producers = co_await ask(entry, std::move(payload));
  out.producers = decode_producers(producers);
  out.peer = in_room ? config_.target.user : peer_;
  co_return out;
}

signaling_client::task signaling_client::open() {
  text_socket::address to{config_.server.host, config_.server.port,
                          wire_->target(), config_.from};
  pending ready{loop_};
  ready.done.expires_after(config_.timeout);
  opening_ = &ready;
  struct forget {
    pending*& what;
    ~forget() {
      what = nullptr;
    }
  } at_end{opening_};
  co_await socket_.open(
      std::move(to), config_.timeout,
      [this](std::string_view text) { handle_text(text); },
      [this](std::string reason) { handle_end(reason, {}); });
  if (!wire_->ready_when_open()) {
    boost::system::error_code error;
    co_await ready.done.async_wait(
        asio::redirect_error(asio::use_awaitable, error));
    if (!ready.answer)
      throw signaling_error{failure_.empty() ? "no greeting in time"
                                             : failure_};
  }
}

asio::awaitable<rapidjson::Document>
signaling_client::ask(method what, std::string payload) {
  if (!failure_.empty())
    throw signaling_error{failure_, failure_code_};
  auto id = ++last_id_;
  pending request{loop_};
  request.done.expires_after(config_.timeout);
  pending_[id] = &request;
  auto begin = std::chrono::steady_clock::now();
  socket_.send(wire_->encode(id, what, payload));
  boost::system::error_code error;
  co_await request.done.async_wait(
      asio::redirect_error(asio::use_awaitable, error));
  pending_.erase(id);
  if (!request.answer)
    throw signaling_error{failure_.empty() ? "no answer in time" : failure_,
                          failure_code_};
  waited_ += std::chrono::steady_clock::now() - begin;
  ++answers_;
  if (!request.answer->error.empty())
    throw signaling_error{request.answer->error, request.answer->code};
  co_return std::move(request.answer->data);
}

asio::awaitable<transport_offer> signaling_client::create_transport(bool send) {
  auto x =
      co_await ask(method::create_transport, encode_create_transport(send));
  co_return decode_transport(x);
}

signaling_client::task
signaling_client::connect_transport(std::string transport,
                                    protocol::dtls_parameters dtls) {
  co_await ask(method::connect_transport, encode_connect(transport, dtls));
}

asio::awaitable<std::string>
signaling_client::produce(std::string transport, protocol::media_kind kind,
                          protocol::rtp_parameters parameters) {
  auto x = co_await ask(method::produce,
                        encode_produce(transport, kind, parameters));
  co_return decode_produced(x);
}

asio::awaitable<consumer_offer> signaling_client::consume(std::string transport,
                                                          std::string producer,
                                                          bool paused) {
  auto x = co_await ask(method::consume, encode_consume(transport, producer,
                                                        capabilities_, paused));
  co_return decode_consumer(x);
}

void signaling_client::close() {
  on_push = nullptr;
  on_end = nullptr;
  socket_.close();
  fail("closed");
}

void signaling_client::handle_text(std::string_view text) {
  auto x = wire_->decode(text);
  if (std::holds_alternative<received_push>(x)
      || std::holds_alternative<received_nothing>(x))
    ++pushes_;
  if (auto* ping = std::get_if<received_ping>(&x)) {
    socket_.send(std::move(ping->reply));
  } else if (auto* ready = std::get_if<received_ready>(&x)) {
    peer_ = std::move(ready->peer);
    if (opening_) {
      opening_->answer.emplace();
      opening_->done.cancel();
    }
  } else if (auto* answer = std::get_if<received_answer>(&x)) {
    auto found = pending_.find(answer->id);
    if (found == pending_.end())
      return;
    found->second->answer = std::move(*answer);
    found->second->done.cancel();
  } else if (auto* push = std::get_if<received_push>(&x)) {
    if (on_push)
      on_push(*push);
  } else if (auto* end = std::get_if<received_end>(&x)) {
    handle_end(end->reason, end->code);
  }
}

void signaling_client::handle_end(const std::string& reason,
                                  const std::string& code) {
  auto callback = std::move(on_end);
  socket_.close();
  failure_code_ = code;
  fail(reason);
  if (callback)
    callback(signaling_error{reason, code});
}

void signaling_client::fail(const std::string& reason) {
  if (failure_.empty())
    failure_ = reason;
  if (opening_)
    opening_->done.cancel();
  for (auto& [id, x] : pending_)
    x->done.cancel();
}

} // namespace troupe::load
