#include "tests/protocol/dialects/clients.hpp"

#include "protocol/dialects/camel/camel.hpp"
#include "protocol/dialects/common/entries.hpp"

#include <doctest/doctest.h>

namespace troupe::test {

using namespace troupe::protocol;

namespace {

std::vector<listed_request> listed(const std::vector<named_decoder>& table) {
  std::vector<listed_request> out;
  for (const auto& x : table)
    out.push_back({std::string{x.name}, x.read});
  return out;
}

// The requests of all method tables. Those that only join or leave decode no
// payload.
std::vector<listed_request> camel_requests() {
  std::vector<listed_request> out;
  for (const auto& table : camel_method_tables())
    for (const auto& x : table.methods)
      if (x.read)
        out.push_back({std::string{x.event}, x.read, x.positions});
  return out;
}

} // namespace

const std::vector<dialect_case>& dialect_cases() {
  static const std::vector<dialect_case> all{
      {"ws", carrier::websocket, "", 1, listed(ws_requests()), ""},
      {"events", carrier::socketio,
       R"(["join-mediasoup-room",{"roomId":"daily"}])", 1,
       listed(events_requests()), "request-error"},
      {"flow", carrier::socketio, R"(["create-consumer-transport"])", 2,
       camel_requests(), "requestError"},
      {"rooms", carrier::socketio, R"(["join","daily","alice"])", 3,
       camel_requests(), "requestError"},
  };
  return all;
}

dialect_client::dialect_client(const dialect_case& how) : how_(how) {
  handshake hello;
  hello.carrier = how.carrier;
  hello.path = "/socket.io/";
  if (how.carrier == carrier::websocket) {
    hello.path = "/socket";
    hello.query = {{"auth", "alice"}, {"channelId", "daily"}};
  }
  dialect_ = find_dialect(hello)->make(hello, *random_, {});
  if (how.carrier == carrier::socketio) {
    dialect_->handle_frame({"0", false}, {});
    dialect_->handle_frame({"2" + how.join, false}, {});
  }
  for (size_t i = 0; i < how.join_requests; ++i) {
    const auto pending = dialect_->poll_request();
    REQUIRE(pending);
    dialect_->handle_outcome(pending->token, success{reply::joined{}});
  }
  while (dialect_->poll_frame()) {
  }
}

request_result dialect_client::request(const std::string& name,
                                       const std::string& arguments) {
  if (how_.carrier == carrier::websocket)
    return request_without_reply(name, arguments);
  return send("29[\"" + name + "\"," + arguments + ']');
}

request_result
dialect_client::request_without_reply(const std::string& name,
                                      const std::string& arguments) {
  if (how_.carrier == carrier::websocket)
    return send(R"({"id":9,"type":")" + name + R"(","data":)" + arguments
                + '}');
  return send("2[\"" + name + "\"," + arguments + ']');
}

std::string dialect_client::answer(request_token token, const outcome& result) {
  dialect_->handle_outcome(token, result);
  const auto frame = dialect_->poll_frame();
  REQUIRE(frame);
  REQUIRE_FALSE(dialect_->poll_frame());
  return frame->payload;
}

request_result dialect_client::send(const std::string& text) {
  dialect_->handle_frame({text, false}, {});
  REQUIRE_FALSE(dialect_->poll_close());
  request_result out{dialect_->poll_request(), {}};
  if (const auto frame = dialect_->poll_frame())
    out.frame = frame->payload;
  REQUIRE(out.request.has_value() != out.frame.has_value());
  return out;
}

} // namespace troupe::test
