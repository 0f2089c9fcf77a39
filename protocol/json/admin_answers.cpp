#include "protocol/json/admin_answers.hpp"

#include "protocol/json/json_limits.hpp"
#include "protocol/json/json_writer.hpp"

namespace troupe::protocol {

namespace {

// A page of a thousand rooms, and the statistics of a member that receives
// hundreds of others.
constexpr json_limits answer_limits{512 * 1024, 32, 200'000};

constexpr auto producers = "producers";

// The array of that name, or nullptr.
const rapidjson::Value* find_array(const rapidjson::Value& in,
                                   const char* name) {
  if (!in.IsObject())
    return nullptr;
  const auto i = in.FindMember(name);
  return i != in.MemberEnd() && i->value.IsArray() ? &i->value : nullptr;
}

} // namespace

bool is_admin_answer(std::string_view json) {
  return parse_json(json, answer_limits).has_value();
}

std::optional<std::vector<listed_room>> read_room_list(std::string_view json) {
  const auto parsed = parse_json(json, answer_limits);
  const auto* rooms = parsed ? find_array(*parsed, "rooms") : nullptr;
  if (!rooms)
    return std::nullopt;
  std::vector<listed_room> out;
  for (const auto& x : rooms->GetArray()) {
    if (!x.IsObject())
      return std::nullopt;
    const auto id = x.FindMember("id");
    if (id == x.MemberEnd() || !id->value.IsString())
      return std::nullopt;
    out.push_back(
        {{id->value.GetString(), id->value.GetStringLength()}, write_json(x)});
  }
  return out;
}

bool room_stats_union::add(std::string_view json) {
  auto parsed = parse_json(json, answer_limits);
  const auto* more = parsed ? find_array(*parsed, producers) : nullptr;
  if (!more)
    return false;
  if (empty()) {
    whole_ = std::move(*parsed);
    return true;
  }
  auto& all = whole_[producers];
  for (const auto& x : more->GetArray())
    all.PushBack(rapidjson::Value{x, whole_.GetAllocator()},
                 whole_.GetAllocator());
  return true;
}

std::string
room_stats_union::str(const std::vector<std::string>& unanswered) const {
  json_writer out;
  out.begin_object();
  for (const auto& [key, value] : whole_.GetObject()) {
    const std::string_view name{key.GetString(), key.GetStringLength()};
    if (name != "unanswered")
      out.key(name).value(static_cast<const rapidjson::Value&>(value));
  }
  if (!unanswered.empty()) {
    out.key("unanswered").begin_array();
    for (const auto& node : unanswered)
      out.value(node);
    out.end_array();
  }
  return out.end_object().str();
}

} // namespace troupe::protocol
