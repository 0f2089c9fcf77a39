#pragma once

#include <cctype>
#include <string>

namespace troupe::test {

inline std::string upper(std::string x) {
  for (auto& c : x)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return x;
}

inline std::string replace(std::string text, const std::string& what,
                           const std::string& by) {
  if (auto at = text.find(what); at != std::string::npos)
    text.replace(at, what.size(), by);
  return text;
}

} // namespace troupe::test
