#include "protocol/dialects/common/rejoin_secret.hpp"

#include "protocol/dialects/common/request_decoder_members.hpp"
#include "protocol/verbs/limits.hpp"

namespace troupe::protocol {

checked<std::string> read_rejoin_secret(const rapidjson::Value& payload) {
  std::string out;
  if (auto bad = optional_text(payload, rejoin_secret_name, limits::id, out))
    return *bad;
  return out;
}

json_object& add_rejoin_secret(json_object& to, std::string_view secret) {
  return secret.empty() ? to : to.add(rejoin_secret_name, secret);
}

} // namespace troupe::protocol
