#include "protocol/dialects/common/identity.hpp"

#include "net/base/enum_category.hpp"
#include "protocol/json/json_limits.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::protocol {

namespace {

constexpr std::string_view any_room = "*";

// Maximum length of a user's or a room's name in octets.
constexpr size_t max_id_length = 256;

std::string_view text_of(claims_errc value) {
  switch (value) {
    case claims_errc::malformed:
      return "malformed claims";
    case claims_errc::expired:
      return "expired";
    case claims_errc::not_yet_valid:
      return "not yet valid";
    case claims_errc::wrong_issuer:
      return "wrong issuer";
    case claims_errc::wrong_audience:
      return "wrong audience";
    case claims_errc::no_expiry:
      return "no exp";
  }
  return "unknown";
}

std::string_view to_view(const rapidjson::Value& x) {
  return {x.GetString(), x.GetStringLength()};
}

// Reads the members of a JSON object and records whether one was malformed.
class claim_reader {
public:
  explicit claim_reader(const rapidjson::Value& claims) : claims_(claims) {}

  bool has(const char* name) const {
    return claims_.HasMember(name);
  }

  // A string; empty if absent.
  std::string text(const char* name) {
    const auto found = claims_.FindMember(name);
    if (found == claims_.MemberEnd())
      return {};
    if (!found->value.IsString()) {
      failed_ = true;
      return {};
    }
    return std::string{to_view(found->value)};
  }

  // A boolean; nothing if absent.
  std::optional<bool> flag(const char* name) {
    const auto found = claims_.FindMember(name);
    if (found == claims_.MemberEnd())
      return std::nullopt;
    if (!found->value.IsBool()) {
      failed_ = true;
      return std::nullopt;
    }
    return found->value.GetBool();
  }

  // A string or an array of strings; empty if absent.
  std::vector<std::string> texts(const char* name) {
    const auto found = claims_.FindMember(name);
    if (found == claims_.MemberEnd())
      return {};
    if (!found->value.IsArray())
      return {text(name)};
    std::vector<std::string> out;
    for (const auto& x : found->value.GetArray()) {
      if (x.IsString())
        out.emplace_back(to_view(x));
      else
        failed_ = true;
    }
    return out;
  }

  // A NumericDate: seconds since 1970, possibly with a fraction.
  std::optional<wall_time> time(const char* name) {
    const auto found = claims_.FindMember(name);
    if (found == claims_.MemberEnd())
      return std::nullopt;
    constexpr double last = 253402300799; // the end of the year 9999
    if (!found->value.IsNumber()) {
      failed_ = true;
      return std::nullopt;
    }
    auto seconds = std::clamp(found->value.GetDouble(), 0.0, last);
    return wall_time{std::chrono::milliseconds{std::llround(seconds * 1e3)}};
  }

  bool failed() const {
    return failed_;
  }

private:
  const rapidjson::Value& claims_;
  bool failed_ = false;
};

std::optional<participant_rights> read_rights(claim_reader& claims) {
  if (!claims.has("rights"))
    return participant_rights{true, true, false};
  participant_rights out{false, false, false};
  for (const auto& x : claims.texts("rights")) {
    if (x == "publish")
      out.publish = true;
    else if (x == "subscribe")
      out.subscribe = true;
    else if (x == "moderate")
      out.moderate = true;
    else
      return std::nullopt;
  }
  return out;
}

std::optional<identity> read_identity(claim_reader& claims) {
  identity out;
  auto user = claims.text("user");
  auto subject = claims.text("sub");
  if (!user.empty() && !subject.empty() && user != subject)
    return std::nullopt;
  out.user = peer_id{user.empty() ? subject : user};
  out.name = claims.text("name");
  for (auto& x : claims.texts("room")) {
    if (x.empty() || x.size() > max_id_length)
      return std::nullopt;
    out.rooms.emplace_back(std::move(x));
  }
  auto rights = read_rights(claims);
  if (!rights || out.user.empty() || out.user.str().size() > max_id_length
      || out.rooms.empty())
    return std::nullopt;
  out.rights = *rights;
  out.rights.record = claims.flag("record");
  return out;
}

std::error_code check_origin(claim_reader& claims, const claim_rules& rules) {
  if (!rules.issuer.empty() && claims.text("iss") != rules.issuer)
    return claims_errc::wrong_issuer;
  auto audiences = claims.texts("aud");
  if (!rules.audience.empty()
      && std::ranges::find(audiences, rules.audience) == audiences.end())
    return claims_errc::wrong_audience;
  return {};
}

const std::string* find_query(const handshake& in, std::string_view name) {
  const auto found = in.query.find(std::string{name});
  return found == in.query.end() || found->second.empty() ? nullptr
                                                          : &found->second;
}

std::optional<error> allow_room(const room_id& room, const identity& who) {
  if (who.may_join(room))
    return std::nullopt;
  return make_error(error_reason::token_wrong_room);
}

std::optional<error> authorize_verb(verb::join& x, const identity& who) {
  if (auto refused = allow_room(x.room, who))
    return refused;
  if (x.named_by_client && x.peer != who.user)
    return make_error(error_reason::token_wrong_user);
  if (!who.name.empty())
    x.name = who.name;
  x.vouched = x.named_by_client;
  x.rights = who.rights;
  return std::nullopt;
}

std::optional<error> authorize_verb(verb::create_room& x, const identity& who) {
  return allow_room(x.room, who);
}

std::optional<error> authorize_verb(verb::announce& x, const identity& who) {
  if (!who.name.empty())
    x.name = who.name;
  return std::nullopt;
}

// All other verbs concern the room that the client has joined.
template <class Verb>
std::optional<error> authorize_verb(Verb&, const identity&) {
  return std::nullopt;
}

} // namespace

bool identity::may_join(const room_id& room) const {
  return std::ranges::any_of(
      rooms, [&](const auto& x) { return x == room || x.str() == any_room; });
}

const std::error_category& claims_category() {
  static const net::enum_category<claims_errc> instance{"claims", text_of};
  return instance;
}

std::error_code make_error_code(claims_errc value) {
  return {static_cast<int>(value), claims_category()};
}

net::result<identity> read_claims(std::string_view json,
                                  const claim_rules& rules, wall_time now) {
  auto document = parse_json(json);
  if (!document || !document->IsObject())
    return make_error_code(claims_errc::malformed);
  claim_reader claims{*document};
  auto out = read_identity(claims);
  auto from = claims.time("nbf");
  auto until = claims.time("exp");
  auto origin_error = check_origin(claims, rules);
  if (!out || claims.failed())
    return make_error_code(claims_errc::malformed);
  if (origin_error)
    return origin_error;
  if (rules.require_expiry && !until)
    return make_error_code(claims_errc::no_expiry);
  if (from && now + rules.leeway < *from)
    return make_error_code(claims_errc::not_yet_valid);
  if (until)
    out->expires = *until + rules.leeway;
  if (out->expires && now >= *out->expires)
    return make_error_code(claims_errc::expired);
  return std::move(*out);
}

std::string find_token(const handshake& in, const handshake_names& names) {
  if (!in.bearer.empty())
    return in.bearer;
  if (const auto* x = find_query(in, "token"))
    return *x;
  if (const auto* x = find_query(in, names.token))
    return *x;
  return {};
}

std::optional<handshake_refusal> apply_identity(handshake& in,
                                                const handshake_names& names,
                                                const identity& who) {
  if (!names.user.empty()) {
    const auto* named = find_query(in, names.user);
    auto is_token =
        named && names.user == names.token && *named == find_token(in, names);
    if (named && !is_token && *named != who.user.str())
      return handshake_refusal{403, "token belongs to another user"};
    in.query.insert_or_assign(std::string{names.user}, who.user.str());
  }
  const auto* room = find_query(in, names.room);
  if (room && !who.may_join(room_id{*room}))
    return handshake_refusal{403, "token does not allow this room"};
  return std::nullopt;
}

std::optional<error> authorize(request& what, const identity& who) {
  return std::visit([&](auto& x) { return authorize_verb(x, who); }, what);
}

} // namespace troupe::protocol
