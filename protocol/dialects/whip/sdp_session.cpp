#include "protocol/dialects/whip/sdp_session.hpp"

#include "protocol/dialects/common/close_codes.hpp"
#include "protocol/dialects/common/connections.hpp"
#include "protocol/dialects/whip/whip_answers.hpp"
#include "protocol/sdp/ice_fragment.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace troupe::protocol::whip {

namespace {

// -- from HTTP to frames -----------------------------------------------------

// The frame of a request: in a line its method, and its If-Match or the length
// of the source; then the source and the body.
std::string to_frame(const http_call& call, std::string_view source = {}) {
  if (call.method != "POST")
    return call.method + " " + call.if_match + "\n" + call.body;
  std::string out = "POST " + std::to_string(source.size()) + "\n";
  return out.append(source).append(call.body);
}

http_plan refused(http_plan plan, unsigned status, std::string_view why) {
  plan.answer = problem(
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
  if (!has_type(call.content_type, type)) {
    plan = refused(std::move(plan), 415,
                   std::string{"The body must be "}.append(type));
    plan.answer->headers.emplace_back(
        type == sdp_type ? "Accept-Post" : "Accept-Patch", type);
    return plan;
  }
  if (call.body.size() > sdp_limits::size)
    return refused(std::move(plan), 413, "The body must have at most 64 KB");
  plan.frame = to_frame(call, type == sdp_type ? plan.client.str() : "");
  return plan;
}

// The answer to GET, or to HEAD.
http_answer answer_probe(std::string_view method, const endpoint& at) {
  if (method != "HEAD" || !at.viewing)
    return {204};
  http_answer out{200};
  out.headers = {{"Content-Type", std::string{sdp_type}}};
  return out;
}

http_plan endpoint_plan(const http_call& call, http_plan plan,
                        const endpoint& at) {
  if (call.method == "POST") {
    plan.creates_client = plan.opens_session = true;
    plan.needs = at.needs;
    plan = with_body(std::move(plan), call, sdp_type);
    plan.makes_id = at.viewing;
    if (plan.makes_id)
      plan.client = {};
    else if (!plan.answer)
      plan.frame = to_frame(call);
    return plan;
  }
  if (call.method != "GET" && call.method != "HEAD")
    return not_allowed(std::move(plan), "POST, GET, HEAD, OPTIONS");
  plan.needs = http_plan::authority::none;
  plan.answer = answer_probe(call.method, at);
  return plan;
}

http_plan session_plan(const http_call& call, http_plan plan) {
  plan.needs = http_plan::authority::none;
  if (call.method == "PATCH")
    return with_body(std::move(plan), call, fragment_type);
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
      {"Accept-Post", std::string{sdp_type}},
      {"Access-Control-Allow-Methods", std::string{methods}},
      {"Access-Control-Allow-Headers",
       "Authorization, Content-Type, If-Match, ETag"},
      {"Access-Control-Max-Age", "600"},
  };
  return plan;
}

} // namespace

std::optional<http_plan> read_session_call(const http_call& call,
                                           const endpoint& at) {
  const auto& path = call.path;
  if (path.size() < 2 || path.size() > 4 || path[0] != at.name
      || path[1].empty())
    return std::nullopt;
  http_plan plan{room_id{path[1]}};
  if (path.size() > 2)
    plan.client = peer_id{path[2]};
  if (call.method == "OPTIONS")
    return options_plan(std::move(plan));
  if (path.size() < 4)
    return endpoint_plan(call, std::move(plan), at);
  plan.session_secret = path[3];
  return session_plan(call, std::move(plan));
}

std::optional<handshake_refusal> refuse_session(const handshake& in) {
  return refuse_long(in, {"roomId", "peerId"});
}

void describe_sessions(dialect_entry& entry) {
  entry.names = {"", "peerId", "roomId"};
  entry.write_error = problem;
  entry.outlives_token = true;
  entry.patience = {}; // an HTTP request
}

// -- the session --------------------------------------------------------------

sdp_session::sdp_session(const handshake& hello, net::rng& random,
                         const endpoint& at)
    : at_(at)
    , room_(hello.query.at("roomId"))
    , self_(hello.query.at("peerId"))
    , has_made_id_(hello.has_made_id)
    , path_(
          session_path(at.name, room_.str(), self_.str(), hello.session_secret))
    , session_(random.u64() >> 1) {}

// The server hands over a request only when the former one is answered, so one
// at a time is enough.
void sdp_session::handle_frame(const frame& in, net::time_point) {
  auto text = std::string_view{in.payload};
  const auto number = take_number(text);
  if (!number || out_.closing())
    return;
  number_ = *number;
  const auto line = text.substr(0, text.find('\n'));
  const auto method = line.substr(0, line.find(' '));
  const auto rest = line.substr(std::min(line.size(), method.size() + 1));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  if (method == "POST")
    open(rest, text);
  else if (method == "PATCH")
    patch(rest, text);
  else if (method == "DELETE")
    ask(verb::leave{});
  else
    answer(answer_probe(method, at_));
}

void sdp_session::handle_outcome(request_token token, const outcome& result) {
  if (out_.closing())
    return;
  if (token == stream_token_) {
    stream_token_ = 0;
    return handle_stream(result);
  }
  if (token != token_)
    return;
  if (const auto why = std::get_if<error>(&result))
    return fail(*why);
  std::visit([this](const auto& x) { proceed(x); }, std::get<success>(result));
}

// -- POST: join, create_transport, connect_transport, the streams -------------

void sdp_session::open(std::string_view head, std::string_view text) {
  size_t length = 0; // of the source
  std::from_chars(head.data(), head.data() + head.size(), length);
  length = std::min(length, text.size());
  auto offer = read(text.substr(0, length), text.substr(length));
  if (const auto why = std::get_if<error>(&offer)) {
    note_refusal(why->code);
    return end(*why);
  }
  offer_ = std::move(std::get<session_offer>(offer));
  verb::join join;
  join.room = room_;
  join.peer = self_;
  join.rights.moderate = false;
  complete(join);
  ask(std::move(join));
}

void sdp_session::proceed(const reply::joined& x) {
  joined_ = true;
  if (const auto why = enter(x))
    return fail(*why);
  verb::create_transport create;
  create.direction = at_.viewing ? direction::recv : direction::send;
  create.lenient_ice = true;
  create.keeps_member = true;
  ask(std::move(create));
}

void sdp_session::proceed(const reply::transport_created& made) {
  transport_ = made;
  verb::connect_transport connect;
  connect.transport = made.id;
  connect.dtls = offer_.sdp.dtls;
  ask(std::move(connect));
}

void sdp_session::proceed(const reply::transport_connected&) {
  add_streams();
}

void sdp_session::accept() {
  const auto& sdp = offer_.sdp;
  http_answer out{201,
                  write_sdp_answer(sdp, {session_, std::move(offer_.answers),
                                         transport_.ice, transport_.candidates,
                                         transport_.dtls}),
                  std::string{sdp_type}};
  out.headers = {{"Location", path_},
                 {"ETag", tag()},
                 {"Accept-Patch", std::string{fragment_type}}};
  add_links(transport_.ice_servers, out.headers);
  remote_fragment_ = sdp.ice.username_fragment;
  first_kind_ = offer_.first_kind;
  first_mid_ = offer_.first_mid;
  offer_ = {};
  accepted_ = true;
  answer(out);
}

// -- PATCH --------------------------------------------------------------------

void sdp_session::patch(std::string_view if_match, std::string_view text) {
  auto fragment = parse_ice_fragment(text);
  if (!fragment)
    return refuse(400, {error_code::bad_request, fragment.error().what});
  const auto changed = fragment->username_fragment != remote_fragment_;
  if (if_match.empty() && changed)
    return refuse(428, {error_code::bad_request, "If-Match: missing"});
  if (!if_match.empty() && !matches(if_match, tag()))
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

void sdp_session::proceed(const reply::ice_restarted& restarted) {
  remote_fragment_ = std::exchange(next_fragment_, {});
  transport_.ice = restarted.ice;
  http_answer out{200,
                  write_ice_fragment(transport_.ice, transport_.candidates,
                                     first_kind_, first_mid_),
                  std::string{fragment_type}};
  out.headers = {{"ETag", tag()}};
  add_links(restarted.ice_servers, out.headers);
  answer(out);
}

// -- ends ---------------------------------------------------------------------

// The member has left: because of DELETE, or because of a failure.
void sdp_session::proceed(const reply::ok&) {
  joined_ = false;
  if (failure_)
    return end(*failure_);
  answer({200});
  close({close_codes::normal, "deleted"});
}

void sdp_session::fail(const error& why) {
  if (failure_ || !joined_)
    return end(failure_.value_or(why));
  if (!next_fragment_.empty()) {
    next_fragment_.clear();
    return answer(problem(status_of(why.code), why));
  }
  failure_ = why;
  ask(verb::leave{});
}

// Answers that there is no session, and ends.
void sdp_session::end(const error& why) {
  answer(problem(status_of(why.code), why));
  close({close_codes::policy_violation, "no session"});
}

// Refuses a request that changes nothing.
void sdp_session::refuse(unsigned status, const error& why) {
  note_refusal(why.code);
  answer(problem(status, why));
}

// The strong entity tag of the ICE session.
std::string sdp_session::tag() const {
  return '"' + transport_.ice.username_fragment + '"';
}

void sdp_session::ask(request what) {
  token_ = ++last_token_;
  out_.ask(token_, std::move(what));
}

void sdp_session::ask_stream(request what) {
  stream_token_ = ++last_token_;
  out_.ask(stream_token_, std::move(what));
}

void sdp_session::answer(const http_answer& x) {
  out_.send({answer_frame(number_, x), false});
}

void sdp_session::close(close_connection how) {
  out_.drop_requests();
  out_.close(std::move(how));
}

} // namespace troupe::protocol::whip
