#include "actors/transport/ice_servers.hpp"

#include "actors/config/secret_file.hpp"
#include "net/auth/turn_credentials.hpp"
#include "net/ice/ice_server_url.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

bool is_turn(const std::string& url) {
  auto parsed = net::ice_server_url::parse(url);
  return parsed && parsed->relays;
}

// Why these keys do not fit together; empty if they do.
std::string find_contradiction(const config::rtc_keys& x) {
  const bool relays = std::ranges::any_of(x.ice_servers, is_turn);
  const bool shared = !x.ice_secret_file.empty();
  const bool fixed = !x.ice_username.empty() || !x.ice_credential_file.empty();
  if (!relays)
    return shared || fixed ? "rtc.ice-servers has no TURN server that needs "
                             "the credentials of rtc.ice-secret-file or "
                             "rtc.ice-username: add one"
                           : "";
  if (shared && fixed)
    return "rtc.ice-secret-file and rtc.ice-username exclude each other: set "
           "one of them";
  if (!shared && !fixed)
    return "rtc.ice-servers has a TURN server, which needs credentials: set "
           "rtc.ice-secret-file";
  if (fixed && (x.ice_username.empty() || x.ice_credential_file.empty()))
    return "rtc.ice-username and rtc.ice-credential-file must be set together";
  return "";
}

} // namespace

ice_servers::ice_servers(const std::vector<std::string>& urls,
                         std::optional<fixed_credentials> fixed,
                         std::optional<shared_secret> shared)
    : fixed_(std::move(fixed))
    , shared_(std::move(shared)) {
  for (const auto& url : urls)
    (is_turn(url) ? turn_urls_ : stun_urls_).push_back(url);
}

std::vector<protocol::ice_server>
ice_servers::credentials_for(const protocol::peer_id& client,
                             std::chrono::system_clock::time_point now) const {
  std::vector<protocol::ice_server> out;
  if (!stun_urls_.empty())
    out.push_back({stun_urls_});
  if (turn_urls_.empty())
    return out;
  auto& turn = out.emplace_back(protocol::ice_server{turn_urls_});
  if (fixed_) {
    turn.username = fixed_->username;
    turn.credential = fixed_->credential.text();
  } else if (shared_) {
    const auto expiry =
        std::chrono::floor<std::chrono::seconds>(now) + shared_->lifetime;
    auto made = net::make_turn_credentials(shared_->secret.text(), client.str(),
                                           expiry);
    turn.username = std::move(made.username);
    turn.credential = std::move(made.credential);
  }
  return out;
}

ice_servers_outcome make_ice_servers(const config::rtc_keys& settings) {
  if (auto why = find_contradiction(settings); !why.empty())
    return {nullptr, std::move(why)};
  if (settings.ice_servers.empty())
    return {};
  std::optional<ice_servers::fixed_credentials> fixed;
  std::optional<ice_servers::shared_secret> shared;
  const bool by_secret = !settings.ice_secret_file.empty();
  const auto& path =
      by_secret ? settings.ice_secret_file : settings.ice_credential_file;
  if (!path.empty()) {
    auto text = read_secret_file(path);
    if (!text)
      return {nullptr,
              describe_secret_failure(by_secret ? "rtc.ice-secret-file"
                                                : "rtc.ice-credential-file",
                                      path, text.error())};
    if (by_secret)
      shared = ice_servers::shared_secret{net::secret{std::move(*text)},
                                          settings.ice_lifetime};
    else
      fixed = ice_servers::fixed_credentials{settings.ice_username,
                                             net::secret{std::move(*text)}};
  }
  return {std::make_shared<const ice_servers>(
              settings.ice_servers, std::move(fixed), std::move(shared)),
          std::nullopt};
}

} // namespace troupe::actors
