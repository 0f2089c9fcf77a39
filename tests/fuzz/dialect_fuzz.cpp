// Feeds frames to every dialect, with outcomes and events drawn from the input.
// The first octet selects the dialect. Then each line is a step, and its first
// octet selects the kind of step.
#include "net/base/assert.hpp"
#include "net/base/rng.hpp"
#include "protocol/dialects/common/dialect.hpp"
#include "protocol/json/json_limits.hpp"

#include <cstdint>
#include <deque>
#include <string_view>

using namespace troupe;
using namespace troupe::protocol;

namespace {

template <class Variant, size_t... Is>
Variant nth(size_t index, std::index_sequence<Is...>) {
  Variant out;
  ((index == Is ? void(out.template emplace<Is>()) : void()), ...);
  return out;
}

// The default value of the variant's alternative `index` modulo their number.
template <class Variant>
Variant any_of(size_t index) {
  constexpr auto n = std::variant_size_v<Variant>;
  return nth<Variant>(index % n, std::make_index_sequence<n>{});
}

// An error message may quote a client's text, which is UTF-8 once parsed. Here
// it is reduced to ASCII.
std::string sentence(std::string_view text) {
  std::string out{text};
  for (auto& x : out)
    x &= 0x7f;
  return out;
}

outcome outcome_of(uint8_t choice, std::string_view text) {
  if (choice % 4 == 0)
    return error{static_cast<error_code>(1 + choice / 4 % 20), sentence(text)};
  auto done = any_of<success>(choice);
  if (const auto made = std::get_if<reply::transport_created>(&done))
    made->id = transport_id{"t"};
  return done;
}

handshake handshake_of(uint8_t choice) {
  handshake out;
  switch (choice % 4) {
    case 0:
      out.path = "/socket";
      out.query = {{"auth", "alice"}, {"channelId", "daily"}};
      break;
    case 1:
      out.path = "/socket.io/";
      out.carrier = carrier::socketio;
      out.query = {{"name", "alice"}};
      break;
    case 3:
      out.query["usePipeTransports"] = "false";
      [[fallthrough]];
    default:
      out.path = "/";
      out.subprotocol = "protoo";
      out.query["roomId"] = "daily";
      out.query["peerId"] = "alice";
  }
  return out;
}

class driver {
public:
  explicit driver(const handshake& hello)
      : socketio_(hello.carrier == carrier::socketio) {
    const auto entry = find_dialect(hello);
    TROUPE_ASSERT(entry && !entry->refuses(hello));
    dialect_ = entry->make(hello, *random_, now_);
    drain();
  }

  void step(uint8_t choice, std::string_view text) {
    switch (choice % 8) {
      default:
        dialect_->handle_frame({std::string{text}, false}, now_);
        break;
      case 4:
        dialect_->handle_frame({std::string{text}, true}, now_);
        break;
      case 5:
        answer(static_cast<uint8_t>(choice / 8), text);
        break;
      case 6:
        dialect_->handle_event(any_of<any_event>(choice / 8));
        break;
      case 7:
        now_ += std::chrono::seconds{choice / 8};
        dialect_->handle_timeout(now_);
        break;
    }
    drain();
  }

private:
  void answer(uint8_t choice, std::string_view text) {
    if (tokens_.empty())
      return dialect_->handle_outcome(choice, outcome_of(choice, text));
    const auto token = tokens_.front();
    tokens_.pop_front();
    dialect_->handle_outcome(token, outcome_of(choice, text));
  }

  void drain() {
    while (auto request = dialect_->poll_request()) {
      TROUPE_ASSERT(request->token > last_token_);
      last_token_ = request->token;
      tokens_.push_back(request->token);
      TROUPE_ASSERT(tokens_.size() <= 256);
    }
    while (auto frame = dialect_->poll_frame()) {
      TROUPE_ASSERT(!closed_);
      TROUPE_ASSERT(socketio_ || parse_json(frame->text()).has_value()
                    || frame->text().size() > 100'000);
    }
    if (dialect_->poll_close()) {
      TROUPE_ASSERT(!closed_);
      closed_ = true;
    }
  }

  const bool socketio_;
  net::time_point now_;
  std::unique_ptr<net::rng> random_ = net::make_seeded_rng(1);
  std::unique_ptr<dialect> dialect_;
  std::deque<request_token> tokens_;
  request_token last_token_ = 0;
  bool closed_ = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0)
    return 0;
  driver one{handshake_of(data[0])};
  std::string_view rest = net::as_text({data + 1, size - 1});
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (!line.empty())
      one.step(static_cast<uint8_t>(line[0]), line.substr(1));
  }
  return 0;
}
