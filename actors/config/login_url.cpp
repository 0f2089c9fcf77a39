#include "actors/config/login_url.hpp"

#include "actors/config/web_url.hpp"
#include "net/io/http/origin_policy.hpp"

namespace troupe::actors {

std::string find_login_url_fault(std::string_view text) {
  auto fault = find_web_url_fault(text);
  if (fault.empty() && text.starts_with("http://")
      && !net::is_loopback_host(web_url_authority(text)))
    fault = "http is for loopback names only; use https";
  return fault.empty() ? fault
                       : "not an address of a sign-in: " + std::string{text}
                             + ": " + fault;
}

} // namespace troupe::actors
