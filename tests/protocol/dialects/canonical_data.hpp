#pragma once

#include "protocol/verbs/verbs.hpp"

#include <string>
#include <string_view>
#include <vector>

/// INTERNAL to canonical.cpp: its lines about data channels.
namespace troupe::test {

std::vector<std::string> split(std::string_view text, char at);

template <class T>
std::vector<T> parse_list(const std::string& text,
                          T (*parse)(const std::string&)) {
  std::vector<T> list;
  for (const auto& x : split(text, ','))
    list.push_back(parse(x));
  return list;
}

/// "d1:bob:chat", or "d1:-:chat" if the server itself is the sender.
protocol::data_producer_info parse_data_producer(const std::string& text);

/// The outcome of a line that begins with "data-", split into words.
protocol::outcome parse_data_outcome(const std::vector<std::string>& words);

/// The event `what` about the ids.
protocol::any_event parse_data_event(const std::string& what,
                                     const std::vector<std::string>& ids);

} // namespace troupe::test
