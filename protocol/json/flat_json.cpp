#include "protocol/json/flat_json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>

namespace troupe::protocol {

std::string quote_json(std::string_view text) {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer{out};
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return {out.GetString(), out.GetSize()};
}

flat_json& flat_json::add(std::string_view name, double value) {
  // JSON knows neither infinity nor NaN.
  if (!std::isfinite(value))
    return add_raw(name, "null");
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> writer{out};
  writer.Double(value);
  return add_raw(name, {out.GetString(), out.GetSize()});
}

flat_json& flat_json::add_raw(std::string_view name, std::string_view value) {
  if (text_.size() > 1)
    text_ += ',';
  text_.append(quote_json(name)).append(":").append(value);
  return *this;
}

} // namespace troupe::protocol
