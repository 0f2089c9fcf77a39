#include "protocol/json/page_chat.hpp"

#include "protocol/json/json_codec.hpp"
#include "protocol/json/json_limits.hpp"

#include <optional>

namespace troupe::protocol {

namespace {

// A message has three members; others may be added.
constexpr json_limits message_limits{.max_depth = 4, .max_tokens = 64};

// The member's text; nothing if it is absent or no string.
std::optional<std::string_view> text_of(const rapidjson::Value& object,
                                        const char* name) {
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd() || !found->value.IsString())
    return std::nullopt;
  return std::string_view{found->value.GetString(),
                          found->value.GetStringLength()};
}

} // namespace

net::result<page_chat> read_page_chat(std::string_view message) {
  const auto parsed = parse_json(message, message_limits);
  if (!parsed)
    return parsed.error();
  const rapidjson::Value& object = *parsed;
  if (!object.IsObject())
    return make_error_code(decode_errc::wrong_type);
  page_chat out;
  if (text_of(object, "type") != "chat")
    return out;
  const auto text = text_of(object, "text");
  if (!text)
    return make_error_code(decode_errc::missing);
  out.text = *text;
  if (const auto id = text_of(object, "id");
      id && id->size() <= max_page_chat_id)
    out.id = *id;
  return out;
}

} // namespace troupe::protocol
