#include "actors/transport/ice_servers.hpp"

#include "tests/actors/support/temporary_file.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using actors::config;
using actors::make_ice_servers;
using test::temporary_file;

namespace {

const std::string turns = "turns:turn.example.org:443?transport=tcp";
const std::string stun = "stun:turn.example.org";

config::rtc_keys with_servers(std::vector<std::string> urls) {
  config::rtc_keys out;
  out.ice_servers = std::move(urls);
  return out;
}

auto at_second(int64_t count) {
  return std::chrono::system_clock::time_point{std::chrono::seconds{count}};
}

const protocol::peer_id ann{"ann"};

} // namespace

TEST_CASE("without servers there is nothing for clients") {
  auto made = make_ice_servers({});
  CHECK_FALSE(made.failure);
  CHECK_FALSE(made.servers);
}

TEST_CASE("a STUN server needs no credentials") {
  auto made = make_ice_servers(with_servers({stun}));
  REQUIRE(made.servers);
  CHECK(made.servers->credentials_for(ann, at_second(0))
        == std::vector<protocol::ice_server>{{{stun}}});
}

TEST_CASE("a shared secret gives each client credentials of a limited time") {
  temporary_file secret{"north of the wall\n"};
  auto settings = with_servers({turns, stun, "turn:turn.example.org"});
  settings.ice_secret_file = secret.path();
  settings.ice_lifetime = std::chrono::seconds{918};
  auto made = make_ice_servers(settings);
  REQUIRE(made.servers);
  auto list = made.servers->credentials_for(protocol::peer_id{"foo"},
                                            at_second(1'433'895'000));
  REQUIRE(list.size() == 2);
  CHECK(list[0] == protocol::ice_server{{stun}});
  CHECK(list[1]
        == protocol::ice_server{{turns, "turn:turn.example.org"},
                                "1433895918:foo",
                                "DRaTKrr1aQCStfDtR7FZbobMuXk="});
  auto later = made.servers->credentials_for(protocol::peer_id{"foo"},
                                             at_second(1'433'895'001));
  CHECK(later[1].username == "1433895919:foo");
  CHECK(later[1].credential != list[1].credential);
}

TEST_CASE("fixed credentials are the same for each client") {
  temporary_file credential{"pass-word\n"};
  auto settings = with_servers({turns});
  settings.ice_username = "troupe";
  settings.ice_credential_file = credential.path();
  auto made = make_ice_servers(settings);
  REQUIRE(made.servers);
  CHECK(made.servers->credentials_for(ann, at_second(5))
        == std::vector<protocol::ice_server>{{{turns}, "troupe", "pass-word"}});
}

TEST_CASE("keys that do not fit together prevent the start") {
  temporary_file file{"some-secret"};
  temporary_file empty{" \n"};
  auto failure = [](std::vector<std::string> urls, const std::string& secret,
                    const std::string& username,
                    const std::string& credential) {
    auto settings = with_servers(std::move(urls));
    settings.ice_secret_file = secret;
    settings.ice_username = username;
    settings.ice_credential_file = credential;
    auto made = make_ice_servers(settings);
    CHECK_FALSE(made.servers);
    return made.failure.value_or("");
  };
  auto names = [](const std::string& text, const std::string& part) {
    CHECK_MESSAGE(text.find(part) != std::string::npos, text);
    CHECK(text.find('\n') == std::string::npos);
    CHECK(text.find("some-secret") == std::string::npos);
  };
  names(failure({turns}, "", "", ""), "set rtc.ice-secret-file");
  names(failure({turns}, file.path(), "u", file.path()), "exclude each other");
  names(failure({turns}, "", "u", ""), "must be set together");
  names(failure({turns}, "", "", file.path()), "must be set together");
  names(failure({stun}, file.path(), "", ""), "no TURN server");
  names(failure({}, "", "u", file.path()), "no TURN server");
  names(failure({turns}, "/nonexistent/secret", "", ""),
        "rtc.ice-secret-file /nonexistent/secret: ");
  names(failure({turns}, "", "u", empty.path()), "the file is empty");
}
