#pragma once

#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/running_node.hpp"
#include "tests/support/tokens.hpp"
#include "tests/support/whip_offers.hpp"

namespace troupe::test {

inline const std::string sdp_type = "Content-Type: application/sdp\r\n";

inline std::string bearer(const std::string& claims) {
  return "Authorization: Bearer " + hs256_token(claims) + "\r\n";
}

inline std::string after(const std::string& text, const std::string& prefix) {
  const auto at = text.find(prefix);
  REQUIRE_MESSAGE(at != std::string::npos, prefix);
  const auto begin = at + prefix.size();
  return text.substr(begin, text.find_first_of("\r\n", begin) - begin);
}

/// A whole node, and its clients by WHIP and WHEP.
struct whip_scene {
  explicit whip_scene(actors::config settings = loopback())
      : node(std::move(settings)) {}

  net::testing::http_reply ask(const std::string& method,
                               const std::string& path,
                               const std::string& headers = {},
                               const std::string& body = {}) {
    return net::testing::http(node.port(), method, path, headers, body);
  }

  net::testing::http_reply post(const std::string& path,
                                const std::string& headers = {},
                                const whip_offer& offer = {}) {
    return ask("POST", path, sdp_type + headers, offer.text());
  }

  /// Publishes audio by a transport of its own; returns the session's path.
  std::string publish(const std::string& path, live_transport& by) {
    return begin(path, by, "sendonly").header("Location");
  }

  /// Begins a session for audio.
  net::testing::http_reply begin(const std::string& path, live_transport& by,
                                 const std::string& direction) {
    whip_offer offer;
    offer.video = false;
    offer.direction = direction;
    offer.fingerprint = client_dtls().fingerprint().value;
    const auto out = post(path, {}, offer);
    REQUIRE_MESSAGE(out.status == 201, out.body);
    const auto candidate = after(out.body, "a=candidate:");
    std::vector<std::string> words;
    std::string word;
    for (const auto c : candidate + " ")
      if (c != ' ')
        word += c;
      else
        words.push_back(std::exchange(word, {}));
    REQUIRE(words.size() > 6);
    by.start(static_cast<uint16_t>(std::stoi(words[5])),
             {after(out.body, "a=ice-ufrag:"), after(out.body, "a=ice-pwd:")},
             {{"sha-256", after(out.body, "a=fingerprint:sha-256 ")}});
    return out;
  }

  running_node node;
};

} // namespace troupe::test
