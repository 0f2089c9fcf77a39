#include "protocol/dialects/camel/camel_decoder.hpp"

#include "protocol/dialects/common/request_decoder.hpp"
#include "protocol/json/json_codec.hpp"
#include "protocol/verbs/limits.hpp"

namespace troupe::protocol {

using rapidjson::Value;

error_code missing_outside(const request& what) {
  return std::visit(
      []<class Verb>(const Verb&) {
        if constexpr (
            requires(Verb x) { x.dtls; }
            || requires(Verb x) { x.transport->str(); })
          return error_code::transport_not_found;
        else if constexpr (requires(Verb x) { x.producer; })
          return error_code::producer_not_found;
        else if constexpr (requires(Verb x) { x.consumer; })
          return error_code::consumer_not_found;
        else if constexpr (requires(Verb x) { x.data_producer; })
          return error_code::data_producer_not_found;
        else if constexpr (requires(Verb x) { x.data_consumer; })
          return error_code::data_consumer_not_found;
        else
          return error_code::not_joined;
      },
      what);
}

checked<std::string> read_user(const Value& payload) {
  for (std::string_view name : {"userId", "peerId"})
    if (const auto member = find_member(payload, name)) {
      if (member->IsInt64())
        return std::to_string(member->GetInt64());
      if (!member->IsString())
        return refusal{decode_errc::wrong_type,
                       describe_fault(name, "must be a string")};
      if (member->GetStringLength() > limits::id)
        return refusal{decode_errc::bad_value,
                       describe_fault(name, limits::at_most(limits::id))};
      return std::string{member->GetString(), member->GetStringLength()};
    }
  return std::string{};
}

} // namespace troupe::protocol
