#include "protocol/json/shared_screen.hpp"

#include "protocol/json/json_limits.hpp"

#include <string_view>

namespace troupe::protocol {

bool is_shared_screen(const json_text& app_data) {
  const auto parsed = parse_json(app_data.text);
  if (!parsed || !parsed->IsObject())
    return false;
  const rapidjson::Value& object = *parsed;
  if (const auto share = object.FindMember("share"); share != object.MemberEnd()
                                                     && share->value.IsBool()
                                                     && share->value.GetBool())
    return true;
  const auto source = object.FindMember("source");
  return source != object.MemberEnd() && source->value.IsString()
         && std::string_view{source->value.GetString(),
                             source->value.GetStringLength()}
                .starts_with("screen");
}

} // namespace troupe::protocol
