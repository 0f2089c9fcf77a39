#pragma once

#include "protocol/verbs/verbs.hpp"

#include <string>
#include <vector>

/// Parses the scores in transcripts.
namespace troupe::test {

/// The scores of the link, of the producer's stream, then of each encoding.
inline protocol::consumer_scores
parse_scores(const std::vector<std::string>& words, size_t first) {
  protocol::consumer_scores out{std::stoi(words.at(first++)), 0, {}};
  out.producer_score = std::stoi(words.at(first++));
  while (first < words.size())
    out.producer_scores.push_back(std::stoi(words[first++]));
  return out;
}

/// Several scores belong to the encodings r0, r1 and so on.
inline protocol::any_event
parse_producer_score(const std::vector<std::string>& ids) {
  protocol::event::producer_score out{protocol::producer_id{ids.at(0)}, {}};
  for (uint32_t i = 0; i + 1 < ids.size(); ++i)
    out.encodings.push_back({i, 1234567 + i,
                             ids.size() > 2 ? "r" + std::to_string(i) : "",
                             std::stoi(ids[i + 1])});
  return out;
}

inline protocol::any_event parse_layers(const std::vector<std::string>& ids) {
  protocol::event::consumer_layers_changed out{
      protocol::consumer_id{ids.at(0)}, {}, {}};
  if (ids.size() > 1)
    out.spatial_layer = std::stoi(ids[1]);
  if (ids.size() > 2)
    out.temporal_layer = std::stoi(ids[2]);
  return out;
}

inline protocol::any_event
parse_layers_wanted(const std::vector<std::string>& ids) {
  protocol::event::producer_layers_wanted out{protocol::producer_id{ids.at(0)},
                                              {}};
  if (ids.size() > 1)
    out.spatial_layer = std::stoi(ids[1]);
  return out;
}

} // namespace troupe::test
