#include "actors/base/client_facts.hpp"

#include "actors/base/log_value.hpp"

namespace troupe::actors {

std::string short_agent(std::string_view user_agent) {
  std::string out{user_agent};
  for (std::string_view shared :
       {"Mozilla/5.0 ", "AppleWebKit/537.36 (KHTML, like Gecko) "})
    if (auto at = out.find(shared); at != std::string::npos)
      out.erase(at, shared.size());
  if (out.size() > log::max_value)
    out.resize(log::max_value);
  return out;
}

} // namespace troupe::actors
