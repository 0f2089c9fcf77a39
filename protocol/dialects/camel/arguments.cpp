#include "protocol/dialects/camel/arguments.hpp"

#include "protocol/json/json_codec.hpp"

#include <algorithm>
#include <array>

namespace troupe::protocol {

namespace {

using rapidjson::Value;

// A mediasoup dictionary, and the member that identifies it without a name.
struct dictionary {
  std::string_view name;
  const char* identifying_member;
};

constexpr std::array dictionaries{
    dictionary{"dtlsParameters", "fingerprints"},
    dictionary{"rtpParameters", "codecs"},
    dictionary{"rtpCapabilities", "codecs"},
};

bool is_dictionary(std::string_view name) {
  return std::any_of(dictionaries.begin(), dictionaries.end(),
                     [&](const auto& x) { return x.name == name; });
}

class gatherer {
public:
  explicit gatherer(std::span<const std::string_view> positions)
      : positions_(positions)
      , payload_(rapidjson::kObjectType) {}

  // Returns false if there are more values than names.
  bool take(const Value& argument) {
    if (argument.IsObject())
      return take_object(argument);
    const auto name = next_position();
    if (!name.empty() && !argument.IsNull())
      put(name, argument);
    return !name.empty() || argument.IsNull();
  }

  rapidjson::Document finish() {
    return std::move(payload_);
  }

private:
  bool take_object(const Value& argument) {
    for (const auto& x : dictionaries)
      if (argument.HasMember(x.identifying_member)
          && std::find(positions_.begin(), positions_.end(), x.name)
                 != positions_.end()) {
        put(x.name, argument);
        return true;
      }
    for (const auto& member : argument.GetObject())
      put({member.name.GetString(), member.name.GetStringLength()},
          member.value);
    return true;
  }

  // The next name that does not belong to a dictionary.
  std::string_view next_position() {
    while (next_ < positions_.size()) {
      const auto name = positions_[next_++];
      if (!is_dictionary(name))
        return name;
    }
    return {};
  }

  void put(std::string_view name, const Value& value) {
    auto& allocator = payload_.GetAllocator();
    Value key{name.data(), static_cast<rapidjson::SizeType>(name.size()),
              allocator};
    if (payload_.HasMember(key))
      return;
    payload_.AddMember(key, Value{value, allocator}, allocator);
  }

  std::span<const std::string_view> positions_;
  size_t next_ = 0;
  rapidjson::Document payload_;
};

} // namespace

checked<rapidjson::Document>
gather_arguments(const Value& arguments,
                 std::span<const std::string_view> positions) {
  gatherer out{positions};
  for (rapidjson::SizeType i = 1; i < arguments.Size(); ++i)
    if (!out.take(arguments[i]))
      return refusal{decode_errc::wrong_type, "payload: must be an object"};
  return out.finish();
}

} // namespace troupe::protocol
