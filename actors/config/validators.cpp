#include "actors/config/validators.hpp"

#include "actors/config/login_url.hpp"
#include "net/ice/ice_server_url.hpp"

namespace troupe::actors {

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
