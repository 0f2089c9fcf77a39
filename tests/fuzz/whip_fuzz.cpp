// Feeds a publisher's requests to WHIP's dialect. A line "===" ends a request;
// the first line of each has its method, its If-Match and, after a tab, its
// content type. The verbs that result are granted, except for one if the method
// ends with a "!": as many verbs are granted before it as characters follow.
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

outcome grant(const request& what) {
  if (std::holds_alternative<verb::join>(what))
    return success{reply::joined{}};
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

class publisher {
public:
  explicit publisher(const dialect_entry& entry) {
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
    // At most: join, create, connect, 16 sections, leave.
    for (size_t turn = 0; auto asked = dialect_->poll_request(); ++turn) {
      TROUPE_ASSERT(turn < 24);
      if (turn == refused)
        dialect_->handle_outcome(asked->token,
                                 make_error(error_code::limit_reached));
      else
        dialect_->handle_outcome(asked->token, grant(asked->request));
    }
    const auto frame_out = dialect_->poll_frame();
    TROUPE_ASSERT(frame_out && !dialect_->poll_frame());
    auto text = std::string_view{frame_out->text()};
    TROUPE_ASSERT(take_number(text) == number_);
    const auto answer = read_answer(text);
    TROUPE_ASSERT(answer && answer->status >= 200 && answer->status < 600);
    closed_ = dialect_->poll_close().has_value();
  }

private:
  std::unique_ptr<net::rng> random_ = net::make_seeded_rng(1);
  std::unique_ptr<dialect> dialect_;
  uint64_t number_ = 0;
  bool closed_ = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  std::unique_ptr<publisher> client;
  while (!rest.empty()) {
    auto one = take_until(rest, "\n===\n");
    auto head = take_until(one, "\n");
    http_call call;
    auto method = take_until(head, " ");
    const auto refused = std::min(method.find('!'), method.size());
    call.method = method.substr(0, refused);
    call.if_match = take_until(head, "\t");
    call.content_type = head;
    call.body = one;
    call.path = {"whip", "r", "cam"};
    if (client)
      call.path.emplace_back("secret");
    const auto reading = read_http_call(call);
    TROUPE_ASSERT(reading);
    if (reading->plan.answer)
      continue;
    if (!client)
      client = std::make_unique<publisher>(*reading->dialect);
    client->send(reading->plan.frame,
                 refused < method.size() ? method.size() - refused - 1 : 99);
  }
  return 0;
}
