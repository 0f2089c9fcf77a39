#include "actors/config/validators.hpp"

#include "actors/config/login_url.hpp"
#include "net/base/address_prefix.hpp"
#include "net/ice/ice_server_url.hpp"
#include "net/io/http/origin_policy.hpp"

namespace troupe::actors {

namespace {

std::string find_origin_fault(const std::string& text) {
  auto exact = std::string_view{text};
  if (exact.ends_with(":*"))
    exact.remove_suffix(2);
  return text == "*" || net::is_origin(exact)
             ? std::string{}
             : "not an origin: " + text
                   + ": write it as browsers send it, in lower case and "
                     "without a path, as in https://meet.example.org";
}

} // namespace

CLI::Validator ip_address() {
  return {[](std::string& text) {
            return net::parse_address(text, 0) ? std::string{}
                                               : "not an IP address: " + text;
          },
          "IP", "ip address"};
}

CLI::Validator ip_prefix() {
  return {[](std::string& text) {
            return net::address_prefix::parse(text)
                       ? std::string{}
                       : "not an IP address or prefix: " + text;
          },
          "IP[/BITS]", "ip prefix"};
}

CLI::Validator ip_prefix_or_none() {
  return {[](std::string& text) {
            return text == "none" || net::address_prefix::parse(text)
                       ? std::string{}
                       : "neither an IP address or prefix, nor none: " + text;
          },
          "IP[/BITS]|none", "ip prefix or none"};
}

CLI::Validator announced_address() {
  return {[](std::string& text) {
            auto x = net::parse_address(text, 0);
            if (!x)
              return "not an IP address: " + text;
            return x->is_unspecified()
                       ? "cannot announce " + text
                             + ": it is unspecified; set an address that "
                               "clients can reach"
                       : std::string{};
          },
          "IP", "announced address"};
}

CLI::Validator page_origin() {
  return {[](std::string& text) { return find_origin_fault(text); }, "ORIGIN",
          "origin"};
}

CLI::Validator web_origin() {
  return {[](std::string& text) {
            auto on_web =
                text.starts_with("https://") || text.starts_with("http://");
            return text == "*" || on_web
                       ? find_origin_fault(text)
                       : "not the origin of a web page: " + text
                             + ": write it as in https://portal.example.org";
          },
          "ORIGIN", "web origin"};
}

CLI::Validator ice_server_address() {
  return {[](std::string& text) {
            auto url = net::ice_server_url::parse(text);
            return url ? std::string{}
                       : "not a STUN or TURN server: " + text + ": "
                             + url.error().message();
          },
          "URL", "ice server"};
}

CLI::Validator login_address() {
  return {[](std::string& text) {
            return text.empty() ? std::string{} : find_login_url_fault(text);
          },
          "URL", "login url"};
}

} // namespace troupe::actors
