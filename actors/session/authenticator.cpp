#include "actors/session/authenticator.hpp"

#include "actors/base/log.hpp"
#include "actors/config/net_settings.hpp"
#include "actors/config/secret_file.hpp"

namespace troupe::actors {

namespace {

authenticator_outcome fail(std::string why) {
  return {nullptr, std::move(why)};
}

net::token_algorithm to_algorithm(const std::string& name) {
  return name == "hs256"   ? net::token_algorithm::hs256
         : name == "rs256" ? net::token_algorithm::rs256
                           : net::token_algorithm::es256;
}

/// Names the key that is missing, or the file with a bad key.
std::string describe_key_failure(const config::auth_keys& settings,
                                 net::token_keys keys,
                                 const std::error_code& why) {
  auto secret = "auth.jwt-secret-file " + settings.jwt_secret_file;
  auto file = "auth.jwt-key-file " + settings.jwt_key_file;
  if (why == net::token_errc::weak_secret)
    return secret + ": " + why.message();
  if (why == net::token_errc::bad_public_key)
    return file + ": " + why.message();
  for (const auto& name : settings.jwt) {
    keys.allowed = {to_algorithm(name)};
    if (net::token_verifier::make(keys))
      continue;
    if (name == "hs256")
      return "auth.jwt: hs256 has no key: set auth.jwt-secret-file";
    return "auth.jwt: " + name + " has no key: "
           + (settings.jwt_key_file.empty() ? "set auth.jwt-key-file"
                                            : "add one to " + file);
  }
  return "auth.jwt: " + why.message();
}

} // namespace

protocol::wall_time wall_now() {
  return std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::system_clock::now());
}

protocol::error_reason to_reason(const std::error_code& why) {
  using protocol::claims_errc;
  using enum protocol::error_reason;
  return why == net::token_errc::missing     ? token_missing
         : why == claims_errc::expired       ? token_expired
         : why == claims_errc::not_yet_valid ? token_not_yet_valid
                                             : token_invalid;
}

authenticator::authenticator(net::token_verifier verifier,
                             protocol::claim_rules rules)
    : verifier_(std::move(verifier))
    , rules_(std::move(rules)) {}

net::result<protocol::identity>
authenticator::identify(std::string_view token, protocol::wall_time now) const {
  auto refuse = [](std::error_code why) {
    log::refusal(log::level::info, "token-refused",
                 {{"reason", why.message()}});
    return why;
  };
  auto claims = verifier_.verify(token);
  if (!claims)
    return refuse(claims.error());
  auto who = protocol::read_claims(*claims, rules_, now);
  if (!who)
    return refuse(who.error());
  return who;
}

authenticator_outcome make_authenticator(const config::auth_keys& settings) {
  if (settings.jwt.empty())
    return {};
  net::token_keys keys;
  for (const auto& x : settings.jwt)
    keys.allowed.push_back(to_algorithm(x));
  if (!settings.jwt_secret_file.empty()) {
    auto text = read_secret_file(settings.jwt_secret_file);
    if (!text)
      return fail(describe_secret_failure(
          "auth.jwt-secret-file", settings.jwt_secret_file, text.error()));
    keys.secret = std::move(*text);
  }
  if (!settings.jwt_key_file.empty()) {
    auto text = read_secret_file(settings.jwt_key_file);
    if (!text)
      return fail(describe_secret_failure("auth.jwt-key-file",
                                          settings.jwt_key_file, text.error()));
    keys.public_keys = std::move(*text);
  }
  auto verifier = net::token_verifier::make(keys);
  if (!verifier)
    return fail(describe_key_failure(settings, keys, verifier.error()));
  protocol::claim_rules rules{settings.jwt_issuer, settings.jwt_audience,
                              settings.jwt_leeway, settings.jwt_require_exp};
  return {std::make_shared<const authenticator>(std::move(*verifier),
                                                std::move(rules)),
          std::nullopt};
}

bool open_to_strangers(const config& settings) {
  return settings.auth.jwt.empty()
         && !only_loopback(settings.http.listen_addresses);
}

} // namespace troupe::actors
