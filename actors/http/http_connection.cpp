#include "actors/http/http_connection.hpp"

#include "actors/http/dialect_responses.hpp"

#include <utility>

namespace troupe::actors {

http_connection::http_connection(net::http_request request,
                                 const protocol::dialect_entry& dialect,
                                 uint64_t id, std::function<void()> on_close)
    : net::described_connection(std::move(request), std::string{dialect.name},
                                id)
    , dialect_(dialect)
    , on_close_(std::move(on_close)) {}

std::optional<uint64_t>
http_connection::expect(const net::http_responder& respond) {
  {
    std::lock_guard guard{mutex_};
    if (!closed_) {
      waiting_.emplace(++last_, respond);
      return last_;
    }
  }
  respond(no_client_refusal(dialect_));
  return std::nullopt;
}

void http_connection::send(std::vector<net::outgoing_message> messages) {
  for (const auto& x : messages) {
    auto text = std::string_view{*x.text};
    auto number = protocol::take_number(text);
    auto answer = protocol::read_answer(text);
    if (!number || !answer)
      continue;
    if (auto respond = take(*number))
      respond(dialect_response(*answer));
  }
}

void http_connection::close(uint16_t code, std::string reason) {
  std::map<uint64_t, net::http_responder> left;
  {
    std::lock_guard guard{mutex_};
    if (closed_.exchange(true))
      return;
    left = std::exchange(waiting_, {});
  }
  for (const auto& [number, respond] : left)
    respond(code == net::close_code::normal
                ? no_client_refusal(dialect_)
                : dialect_refusal(dialect_, 503, protocol::error_code::internal,
                                  reason.empty() ? "Closed" : reason));
  on_close_();
}

net::http_responder http_connection::take(uint64_t number) {
  std::lock_guard guard{mutex_};
  auto node = waiting_.extract(number);
  return node ? std::move(node.mapped()) : nullptr;
}

} // namespace troupe::actors
