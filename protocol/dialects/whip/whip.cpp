#include "protocol/dialects/common/close_codes.hpp"
#include "protocol/dialects/common/connections.hpp"
#include "protocol/dialects/common/dialect_outbox.hpp"
#include "protocol/dialects/common/entries.hpp"
#include "protocol/dialects/common/reply_encoder.hpp"
#include "protocol/dialects/whip/whip_answers.hpp"
#include "protocol/dialects/whip/whip_offer.hpp"
#include "protocol/sdp/ice_fragment.hpp"

#include <algorithm>
#include <utility>

/// WHIP (RFC 9725): programs such as OBS and FFmpeg that publish into a room by
/// one request. docs/whip.md has the statuses; see
/// tests/protocol/dialects/whip/whip_test.cpp for the exchanges.
namespace troupe::protocol {

namespace {

// -- from HTTP to frames -----------------------------------------------------

// The frame of a request: its method and If-Match in a line, then its body.
std::string to_frame(const http_call& call) {
  return call.method + " " + call.if_match + "\n" + call.body;
}

http_plan refused(http_plan plan, unsigned status, std::string_view why) {
  plan.answer = whip::problem(
      status, {error_code::bad_request, std::string{why}, error_reason::none});
  return plan;
}

http_plan not_allowed(http_plan plan, std::string_view methods) {
  plan.needs = http_plan::authority::none;
  plan =
      refused(std::move(plan), 405, std::string{"Allowed: "}.append(methods));
  plan.answer->headers.emplace_back("Allow", methods);
  return plan;
}

// Checks the body before anything else, so that other bodies cost nothing.
http_plan with_body(http_plan plan, const http_call& call,
                    std::string_view type) {
  if (!whip::has_type(call.content_type, type)) {
    plan = refused(std::move(plan), 415,
                   std::string{"The body must be "}.append(type));
    plan.answer->headers.emplace_back(
        type == whip::sdp_type ? "Accept-Post" : "Accept-Patch", type);
    return plan;
  }
  if (call.body.size() > sdp_limits::size)
    return refused(std::move(plan), 413, "The body must have at most 64 KB");
  plan.frame = to_frame(call);
  return plan;
}

http_plan endpoint_plan(const http_call& call, http_plan plan) {
  if (call.method == "POST") {
    plan.creates_client = plan.opens_session = true;
    plan.needs = http_plan::authority::publisher;
    return with_body(std::move(plan), call, whip::sdp_type);
  }
  if (call.method != "GET" && call.method != "HEAD")
    return not_allowed(std::move(plan), "POST, GET, HEAD, OPTIONS");
  plan.needs = http_plan::authority::none;
  plan.answer = http_answer{204};
  return plan;
}

http_plan session_plan(const http_call& call, http_plan plan) {
  plan.needs = http_plan::authority::none;
  if (call.method == "PATCH")
    return with_body(std::move(plan), call, whip::fragment_type);
  if (call.method != "DELETE" && call.method != "GET" && call.method != "HEAD")
    return not_allowed(std::move(plan), "PATCH, DELETE, GET, HEAD, OPTIONS");
  plan.frame = to_frame(call);
  return plan;
}

// What OPTIONS tells, also to the browser of a page that is about to send one
// of these requests (Fetch, section 3.2.3).
http_plan options_plan(http_plan plan) {
  constexpr std::string_view methods =
      "POST, PATCH, DELETE, GET, HEAD, OPTIONS";
  plan.needs = http_plan::authority::none;
  plan.answer = http_answer{200};
  plan.answer->headers = {
      {"Allow", std::string{methods}},
      {"Accept-Post", std::string{whip::sdp_type}},
      {"Access-Control-Allow-Methods", std::string{methods}},
      {"Access-Control-Allow-Headers",
       "Authorization, Content-Type, If-Match, ETag"},
      {"Access-Control-Max-Age", "600"},
  };
  return plan;
}

std::optional<http_plan> read_call(const http_call& call) {
  const auto& path = call.path;
  if (path.size() < 2 || path.size() > 4 || path[0] != "whip"
      || path[1].empty())
    return std::nullopt;
  http_plan plan{room_id{path[1]}};
  if (path.size() > 2)
    plan.client = peer_id{path[2]};
  if (call.method == "OPTIONS")
    return options_plan(std::move(plan));
  if (path.size() < 4)
    return endpoint_plan(call, std::move(plan));
  plan.session_secret = path[3];
  return session_plan(call, std::move(plan));
}

// -- the client --------------------------------------------------------------

// One publisher. The server hands over a request only when the former one is
// answered, so one at a time is enough.
class whip_dialect final : public outbox_dialect {
public:
  whip_dialect(const handshake& hello, net::rng& random)
      : room_(hello.query.at("roomId"))
      , self_(hello.query.at("peerId"))
      , has_made_id_(hello.has_made_id)
      , path_(
            whip::session_path(room_.str(), self_.str(), hello.session_secret))
      , session_(random.u64() >> 1) {}

  void handle_frame(const frame& in, net::time_point) override {
    auto text = std::string_view{in.payload};
    const auto number = take_number(text);
    if (!number || out_.closing())
      return;
    number_ = *number;
    const auto head = text.substr(0, text.find('\n'));
    const auto method = head.substr(0, head.find(' '));
    const auto if_match = head.substr(std::min(head.size(), method.size() + 1));
    text.remove_prefix(std::min(text.size(), head.size() + 1));
    if (method == "POST")
      publish(text);
    else if (method == "PATCH")
      patch(if_match, text);
    else if (method == "DELETE")
      ask(verb::leave{});
    else
      answer({204});
  }

  void handle_outcome(request_token token, const outcome& result) override {
    if (out_.closing() || token != token_)
      return;
    if (const auto why = std::get_if<error>(&result))
      return handle_failure(*why);
    std::visit([this](const auto& x) { proceed(x); },
               std::get<success>(result));
  }

  // The client has no connection to be notified by.
  void handle_event(const any_event&) override {}

  void handle_timeout(net::time_point) override {}

  std::optional<net::time_point> poll_timeout() const override {
    return std::nullopt;
  }

private:
  // -- POST: join, create_transport, connect_transport, produce ---------------

  void publish(std::string_view text) {
    auto offer = whip::read_offer(text);
    if (const auto why = std::get_if<error>(&offer)) {
      note_refusal(why->code);
      return end(*why);
    }
    offer_ = std::move(std::get<whip::publication>(offer));
    verb::join join;
    join.room = room_;
    join.peer = self_;
    join.name = has_made_id_ ? "WHIP" : self_.str();
    join.named_by_client = !has_made_id_;
    join.device.text =
        json_object{}.add("flag", "whip").add("name", "WHIP").text();
    join.rights.moderate = false;
    ask(std::move(join));
  }

  void proceed(const reply::joined&) {
    joined_ = true;
    verb::create_transport create;
    create.direction = direction::send;
    create.lenient_ice = true;
    create.keeps_member = true;
    ask(std::move(create));
  }

  void proceed(const reply::transport_created& made) {
    transport_ = made;
    verb::connect_transport connect;
    connect.transport = made.id;
    connect.dtls = offer_.sdp.dtls;
    ask(std::move(connect));
  }

  void proceed(const reply::transport_connected&) {
    produce_next();
  }

  void proceed(const reply::produced&) {
    produce_next();
  }

  void produce_next() {
    if (offer_.tracks.empty())
      return answer_offer();
    verb::produce produce;
    produce.transport = transport_.id;
    produce.kind = offer_.tracks.front().kind;
    produce.parameters = std::move(offer_.tracks.front().parameters);
    offer_.tracks.erase(offer_.tracks.begin());
    ask(std::move(produce));
  }

  void answer_offer() {
    const auto& sdp = offer_.sdp;
    http_answer out{
        201,
        write_sdp_answer(sdp,
                         {session_, std::move(offer_.answers), transport_.ice,
                          transport_.candidates, transport_.dtls}),
        std::string{whip::sdp_type}};
    out.headers = {{"Location", path_},
                   {"ETag", tag()},
                   {"Accept-Patch", std::string{whip::fragment_type}}};
    whip::add_links(transport_.ice_servers, out.headers);
    remote_fragment_ = sdp.ice.username_fragment;
    first_kind_ = offer_.first_kind;
    first_mid_ = offer_.first_mid;
    offer_ = {};
    answer(out);
  }

  // -- PATCH ------------------------------------------------------------------

  void patch(std::string_view if_match, std::string_view text) {
    auto fragment = parse_ice_fragment(text);
    if (!fragment)
      return refuse(400, {error_code::bad_request, fragment.error().what});
    const auto changed = fragment->username_fragment != remote_fragment_;
    if (if_match.empty() && changed)
      return refuse(428, {error_code::bad_request, "If-Match: missing"});
    if (!if_match.empty() && !whip::matches(if_match, tag()))
      return refuse(412, {error_code::wrong_state,
                          "If-Match: not the entity tag of this ICE session"});
    // Candidates: the server sends no checks, so it needs none.
    if (!changed || fragment->username_fragment.empty())
      return answer({204});
    if (fragment->password.empty())
      return refuse(400, bad_member("a=ice-pwd", "missing"));
    next_fragment_ = std::move(fragment->username_fragment);
    ask(verb::restart_ice{transport_.id});
  }

  void proceed(const reply::ice_restarted& restarted) {
    remote_fragment_ = std::exchange(next_fragment_, {});
    transport_.ice = restarted.ice;
    http_answer out{200,
                    write_ice_fragment(transport_.ice, transport_.candidates,
                                       first_kind_, first_mid_),
                    std::string{whip::fragment_type}};
    out.headers = {{"ETag", tag()}};
    whip::add_links(restarted.ice_servers, out.headers);
    answer(out);
  }

  // -- ends -------------------------------------------------------------------

  // The member has left: because of DELETE, or because of a failure.
  void proceed(const reply::ok&) {
    joined_ = false;
    if (failure_)
      return end(*failure_);
    answer({200});
    close({close_codes::normal, "deleted"});
  }

  // No other verb is asked.
  template <class Reply>
  void proceed(const Reply&) {}

  void handle_failure(const error& why) {
    if (failure_ || !joined_)
      return end(failure_.value_or(why));
    if (!next_fragment_.empty()) {
      next_fragment_.clear();
      return answer(whip::problem(whip::status_of(why.code), why));
    }
    failure_ = why;
    ask(verb::leave{});
  }

  // Answers that there is no session, and ends.
  void end(const error& why) {
    answer(whip::problem(whip::status_of(why.code), why));
    close({close_codes::policy_violation, "cannot publish"});
  }

  // Refuses a request that changes nothing.
  void refuse(unsigned status, const error& why) {
    note_refusal(why.code);
    answer(whip::problem(status, why));
  }

  // The strong entity tag of the ICE session.
  std::string tag() const {
    return '"' + transport_.ice.username_fragment + '"';
  }

  void ask(request what) {
    out_.ask(++token_, std::move(what));
  }

  void answer(const http_answer& x) {
    out_.send({answer_frame(number_, x), false});
  }

  void close(close_connection how) {
    out_.drop_requests();
    out_.close(std::move(how));
  }

  const room_id room_;
  const peer_id self_;
  const bool has_made_id_;
  const std::string path_;
  const uint64_t session_;  // below 2^63: RFC 9429, section 5.2.1
  uint64_t number_ = 0;     // of the request that is to be answered
  request_token token_ = 0; // of the verb that was asked last
  bool joined_ = false;
  std::optional<error> failure_; // why the offer is refused, once it is
  whip::publication offer_;      // until it is answered
  reply::transport_created transport_;
  std::string remote_fragment_;
  std::string next_fragment_; // of a restart that is under way
  media_kind first_kind_ = media_kind::audio;
  std::string first_mid_;
};

std::optional<handshake_refusal> refuse_handshake(const handshake& in) {
  return refuse_long(in, {"roomId", "peerId"});
}

} // namespace

dialect_entry whip_entry() {
  dialect_entry entry{
      "whip",
      carrier::http,
      [](const handshake& in) { return in.path.starts_with("/whip/"); },
      refuse_handshake,
      [](const handshake& hello, net::rng& random,
         net::time_point) -> std::unique_ptr<dialect> {
        return std::make_unique<whip_dialect>(hello, random);
      },
  };
  entry.names = {"", "peerId", "roomId"};
  entry.read_call = read_call;
  entry.write_error = whip::problem;
  entry.outlives_token = true;
  entry.patience = {}; // an HTTP request
  return entry;
}

} // namespace troupe::protocol
