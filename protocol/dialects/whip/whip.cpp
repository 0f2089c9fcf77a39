#include "protocol/dialects/common/entries.hpp"
#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/dialects/whip/sdp_session.hpp"

/// WHIP (RFC 9725): programs such as OBS and FFmpeg that publish into a room by
/// one request. docs/whip.md has the statuses; see
/// tests/protocol/dialects/whip/whip_test.cpp for the exchanges.
namespace troupe::protocol {

namespace {

constexpr whip::endpoint publishing{"whip", http_plan::authority::publisher};

// One publisher.
class whip_dialect final : public whip::sdp_session {
public:
  whip_dialect(const handshake& hello, net::rng& random)
      : sdp_session(hello, random, publishing) {}

private:
  std::variant<whip::session_offer, error>
  read(std::string_view, std::string_view text) override {
    auto offer = whip::read_offer(text);
    if (auto why = std::get_if<error>(&offer))
      return std::move(*why);
    auto& found = std::get<whip::publication>(offer);
    tracks_ = std::move(found.tracks);
    return std::move(found.offer);
  }

  void complete(verb::join& join) const override {
    join.name = has_made_id() ? "WHIP" : self().str();
    join.named_by_client = !has_made_id();
    join.device.text =
        json_object{}.add("flag", "whip").add("name", "WHIP").text();
  }

  void add_streams() override {
    if (tracks_.empty())
      return accept();
    verb::produce produce;
    produce.transport = transport();
    produce.kind = tracks_.front().kind;
    produce.parameters = std::move(tracks_.front().parameters);
    tracks_.erase(tracks_.begin());
    ask_stream(std::move(produce));
  }

  void handle_stream(const outcome& result) override {
    if (const auto why = std::get_if<error>(&result))
      return fail(*why);
    add_streams();
  }

  std::vector<offered_track> tracks_; // yet to be produced
};

std::optional<http_plan> read_whip_call(const http_call& call) {
  return whip::read_session_call(call, publishing);
}

} // namespace

dialect_entry whip_entry() {
  dialect_entry entry{
      "whip",
      carrier::http,
      [](const handshake& in) { return in.path.starts_with("/whip/"); },
      whip::refuse_session,
      [](const handshake& hello, net::rng& random,
         net::time_point) -> std::unique_ptr<dialect> {
        return std::make_unique<whip_dialect>(hello, random);
      },
  };
  entry.read_call = read_whip_call;
  whip::describe_sessions(entry);
  return entry;
}

} // namespace troupe::protocol
