// Feeds a client's requests to the dialects of WHIP and WHEP. A line "===" ends
// a request; the first line of each has its method, its If-Match and, after a
// tab, its content type. The verbs that result are granted, except for one if
// the method ends with a "!": as many verbs are granted before it as characters
// follow. The request "WHEP" makes the client a viewer; then each octet of the
// body of a request "TELL" is an event of its room.
#include "net/base/assert.hpp"
#include "net/base/rng.hpp"
#include "protocol/dialects/common/dialect.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

using namespace troupe;
using namespace troupe::protocol;

namespace {

std::string_view take_until(std::string_view& rest, std::string_view end) {
  const auto out = rest.substr(0, rest.find(end));
  rest.remove_prefix(std::min(rest.size(), out.size() + end.size()));
  return out;
}

constexpr std::string_view people = "abc";

producer_info make_producer(char letter) {
  const auto number = static_cast<uint8_t>(letter);
  producer_info out;
  out.id = producer_id{std::string(1, static_cast<char>('a' + number % 12))};
  out.peer = peer_id{std::string(1, people[number % people.size()])};
  out.kind = number & 1 ? media_kind::video : media_kind::audio;
  out.app_data.text = number & 2 ? R"({"source":"screen"})" : "{}";
  return out;
}

any_event make_event(char letter) {
  const auto x = make_producer(letter);
  switch (static_cast<uint8_t>(letter) / 12 % 8) {
    case 0:
      return event::producer_added{x};
    case 1:
      return event::producer_closed{x.id, x.peer};
    case 2:
      return event::producer_paused{x.id, x.peer};
    case 3:
      return event::producer_resumed{x.id, x.peer};
    case 4:
      return event::active_speaker{x.peer, -20};
    case 5:
      return event::peer_joined{
          {x.peer, "", true, true, {R"({"flag":"whip"})"}}};
    case 6:
      return event::consumer_closed{consumer_id{x.id.str()}, x.id};
    default:
      return event::peer_left{x.peer};
  }
}

reply::joined make_room() {
  reply::joined out;
  for (const auto letter : std::string_view{"abcd"})
    out.producers.push_back(make_producer(letter));
  return out;
}

// A consumer of each producer but those of the last member, whose codec does
// not fit.
outcome consume(const verb::consume& what) {
  TROUPE_ASSERT(what.producer && what.stream
                && !what.stream->encodings.empty());
  if (*what.producer == producer_id{"c"})
    return make_error(error_code::cannot_consume);
  reply::consumed out;
  out.id = consumer_id{what.producer->str()};
  out.producer = *what.producer;
  out.peer = peer_id{"a"};
  return success{out};
}

outcome grant(const request& what) {
  if (std::holds_alternative<verb::join>(what))
    return success{make_room()};
  if (const auto* x = std::get_if<verb::consume>(&what))
    return consume(*x);
  if (std::holds_alternative<verb::close_consumer>(what))
    return success{reply::ok{}};
  if (std::holds_alternative<verb::connect_transport>(what))
    return success{reply::transport_connected{}};
  if (std::holds_alternative<verb::produce>(what))
    return success{reply::produced{}};
  if (std::holds_alternative<verb::restart_ice>(what))
    return success{reply::ice_restarted{{"anew", "password", true}}};
  if (std::holds_alternative<verb::leave>(what))
    return success{reply::ok{}};
  TROUPE_ASSERT(std::holds_alternative<verb::create_transport>(what));
  reply::transport_created out;
  out.id = transport_id{"t"};
  out.ice = {"ours", "password", true};
  out.dtls.fingerprints = {{"sha-256", "AA:BB"}};
  return success{out};
}

class client {
public:
  explicit client(const dialect_entry& entry) {
    handshake hello;
    hello.carrier = carrier::http;
    hello.query = {{"roomId", "r"}, {"peerId", "cam"}};
    hello.session_secret = "secret";
    dialect_ = entry.make(hello, *random_, {});
  }

  void send(const std::string& frame, size_t refused) {
    if (closed_)
      return;
    dialect_->handle_frame({number_frame(++number_, frame), false}, {});
    serve(refused);
    const auto frame_out = dialect_->poll_frame();
    TROUPE_ASSERT(frame_out && !dialect_->poll_frame());
    auto text = std::string_view{frame_out->text()};
    TROUPE_ASSERT(take_number(text) == number_);
    const auto answer = read_answer(text);
    TROUPE_ASSERT(answer && answer->status >= 200 && answer->status < 600);
    closed_ = dialect_->poll_close().has_value();
  }

  void tell(std::string_view events) {
    for (const auto letter : events) {
      if (closed_)
        return;
      dialect_->handle_event(make_event(letter));
      serve(99);
      TROUPE_ASSERT(!dialect_->poll_frame());
    }
  }

private:
  void serve(size_t refused) {
    // At most: join, create, connect, 16 sections, leave.
    for (size_t turn = 0; auto asked = dialect_->poll_request(); ++turn) {
      TROUPE_ASSERT(turn < 24);
      if (turn == refused)
        dialect_->handle_outcome(asked->token,
                                 make_error(error_code::limit_reached));
      else
        dialect_->handle_outcome(asked->token, grant(asked->request));
    }
  }

  std::unique_ptr<net::rng> random_ = net::make_seeded_rng(1);
  std::unique_ptr<dialect> dialect_;
  uint64_t number_ = 0;
  bool closed_ = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  std::unique_ptr<client> one_client;
  std::string endpoint = "whip";
  while (!rest.empty()) {
    auto one = take_until(rest, "\n===\n");
    auto head = take_until(one, "\n");
    if (head == "WHEP" && !one_client) {
      endpoint = "whep";
      continue;
    }
    if (head == "TELL" && one_client) {
      one_client->tell(one);
      continue;
    }
    http_call call;
    auto method = take_until(head, " ");
    const auto refused = std::min(method.find('!'), method.size());
    call.method = method.substr(0, refused);
    call.if_match = take_until(head, "\t");
    call.content_type = head;
    call.body = one;
    call.path = {endpoint, "r"};
    if (endpoint == "whip" || one_client)
      call.path.emplace_back("cam");
    if (one_client)
      call.path.emplace_back("secret");
    const auto reading = read_http_call(call);
    TROUPE_ASSERT(reading);
    if (reading->plan.answer)
      continue;
    if (!one_client)
      one_client = std::make_unique<client>(*reading->dialect);
    one_client->send(reading->plan.frame, refused < method.size()
                                              ? method.size() - refused - 1
                                              : 99);
  }
  return 0;
}
