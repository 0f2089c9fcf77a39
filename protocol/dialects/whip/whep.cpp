#include "protocol/dialects/common/connections.hpp"
#include "protocol/dialects/common/entries.hpp"
#include "protocol/dialects/whip/sdp_session.hpp"
#include "protocol/dialects/whip/whep_program.hpp"
#include "protocol/ortc/ortc_ssrc.hpp"

#include <algorithm>

/// WHEP (draft-ietf-wish-whep): players that watch a room, or one member of it,
/// by one request. docs/whep.md has the statuses; see
/// tests/protocol/dialects/whip/whep_test.cpp for the exchanges.
namespace troupe::protocol {

namespace {

constexpr whip::endpoint viewing{"whep", http_plan::authority::subscriber,
                                 true};

// The streams of a viewer, which stay the same whoever is their source.
std::vector<viewer_stream> make_streams(net::rng& random) {
  const auto ssrc = random_ssrc_block(3, random);
  const auto name = "whep-" + std::to_string(random.u32());
  return {{media_kind::audio, ssrc, 0, name + " audio", name},
          {media_kind::video, ssrc + 1, ssrc + 2, name + " video", name}};
}

// One viewer. It has at most one consumer for each of its streams; if another
// producer is to be watched, another consumer continues the stream.
class whep_dialect final : public whip::sdp_session {
public:
  whep_dialect(const handshake& hello, net::rng& random)
      : sdp_session(hello, random, viewing)
      , streams_(make_streams(random)) {}

  void handle_event(const any_event& what) override {
    const auto* closed = std::get_if<event::consumer_closed>(&what);
    if (closed)
      forget(closed->consumer);
    std::visit([this](const auto& x) { program_.handle(x); }, what);
    if (!accepted() || (!program_.poll_changed() && !closed))
      return;
    stalled_ = false;
    update();
  }

private:
  struct slot {
    media_kind kind = media_kind::audio;
    rtp_parameters stream;
    std::optional<consumer_id> consumer = {};
    std::optional<producer_id> producer = {}; // its consumer's
  };

  std::variant<whip::session_offer, error>
  read(std::string_view source, std::string_view text) override {
    if (!source.empty())
      program_.pin(peer_id{std::string{source}});
    auto offer = whip::read_view(text, streams_);
    if (const auto* found = std::get_if<whip::session_offer>(&offer))
      for (size_t i = 0; i < found->answers.size(); ++i)
        if (found->answers[i])
          slots_.push_back(
              {*found->sdp.sections[i].kind, found->answers[i]->parameters});
    return offer;
  }

  void complete(verb::join& join) const override {
    join.name = "WHEP";
    join.viewer = true;
    join.must_exist = true;
  }

  std::optional<error> enter(const reply::joined& x) override {
    program_.begin(x);
    return find_refusal();
  }

  void add_streams() override {
    update();
  }

  // The refusal if there is nothing to watch.
  std::optional<error> find_refusal() const {
    if (std::ranges::any_of(slots_, [&](const auto& x) {
          return program_.choose(x.kind).has_value();
        }))
      return std::nullopt;
    if (program_.has_skipped())
      return error{error_code::unsupported,
                   "What is published has none of the offered codecs"};
    return error{error_code::no_producer, "Nobody publishes here yet"};
  }

  // Takes the next step to what the viewer should be sent.
  void update() {
    if (asking() || stalled_)
      return;
    for (auto& x : slots_) {
      const auto wanted = program_.choose(x.kind);
      if (wanted == x.producer)
        continue;
      changing_ = &x;
      if (x.consumer)
        return ask_stream(verb::close_consumer{*x.consumer});
      if (!wanted) {
        x.producer.reset();
        continue;
      }
      return consume(x, *wanted);
    }
    if (accepted())
      return;
    if (const auto why = find_refusal())
      return fail(*why);
    accept();
  }

  void consume(const slot& x, const producer_id& which) {
    asked_ = which;
    verb::consume consume;
    consume.transport = transport();
    consume.producer = which;
    consume.paused = false;
    consume.stream = x.stream;
    ask_stream(std::move(consume));
  }

  void handle_stream(const outcome& result) override {
    auto& x = *changing_;
    if (const auto* done = find_reply<reply::consumed>(result)) {
      x.consumer = done->id;
      x.producer = done->producer;
      program_.note_sent(x.kind, done->peer);
    } else if (x.consumer) { // which is closed, or was already
      x.consumer.reset();
      x.producer.reset();
    } else if (const auto* why = std::get_if<error>(&result)) {
      if (why->code == error_code::cannot_consume)
        program_.skip(asked_);
      else if (why->code == error_code::producer_not_found)
        program_.remove(asked_);
      else if (!accepted())
        return fail(*why);
      else
        stalled_ = true; // until something changes in the room
    }
    update();
  }

  // A consumer has ended with its producer.
  void forget(const consumer_id& which) {
    for (auto& x : slots_)
      if (x.consumer == which) {
        x.consumer.reset();
        x.producer.reset();
      }
  }

  const std::vector<viewer_stream> streams_;
  whep::program program_;
  std::vector<slot> slots_; // of the sections that are accepted
  slot* changing_ = nullptr;
  producer_id asked_;
  bool stalled_ = false; // a producer was refused for lack of capacity
};

std::optional<http_plan> read_whep_call(const http_call& call) {
  return whip::read_session_call(call, viewing);
}

} // namespace

dialect_entry whep_entry() {
  dialect_entry entry{
      "whep",
      carrier::http,
      [](const handshake& in) { return in.path.starts_with("/whep/"); },
      whip::refuse_session,
      [](const handshake& hello, net::rng& random,
         net::time_point) -> std::unique_ptr<dialect> {
        return std::make_unique<whep_dialect>(hello, random);
      },
  };
  entry.read_call = read_whep_call;
  whip::describe_sessions(entry);
  return entry;
}

} // namespace troupe::protocol
