#include "net/io/http/content_coding.hpp"

#include "net/base/ascii.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

namespace troupe::net {

namespace {

// Weights in thousandths, as many as a quality value can express.
constexpr int full_weight = 1000;

std::string_view trim_blanks(std::string_view x) {
  constexpr std::string_view blanks = " \t";
  auto begin = std::min(x.find_first_not_of(blanks), x.size());
  x.remove_prefix(begin);
  return x.substr(0, x.find_last_not_of(blanks) + 1);
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

// Removes and returns what stands before the separator.
std::string_view take_part(std::string_view& text, char separator) {
  auto part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return trim_blanks(part);
}

// "0.5" as 500: a 0 or 1 with up to three decimals (RFC 9110, section 12.4.2).
std::optional<int> read_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')
      || (text.size() > 1 && text[1] != '.'))
    return std::nullopt;
  int out = (text[0] - '0') * full_weight;
  int unit = full_weight;
  for (char digit : text.substr(std::min<size_t>(2, text.size()))) {
    if (digit < '0' || digit > '9')
      return std::nullopt;
    unit /= 10;
    out += (digit - '0') * unit;
  }
  return out <= full_weight ? std::optional{out} : std::nullopt;
}

struct accepted_coding {
  std::string_view name;
  int weight = full_weight;
};

// A member of the list: "gzip", "br;q=0.5", "*;q=0".
std::optional<accepted_coding> read_member(std::string_view text) {
  accepted_coding out{take_part(text, ';')};
  if (out.name.empty())
    return std::nullopt;
  if (text.empty())
    return out;
  if (!same_word(take_part(text, '='), "q"))
    return std::nullopt;
  auto weight = read_weight(trim_blanks(text));
  if (!weight)
    return std::nullopt;
  out.weight = *weight;
  return out;
}

struct choice {
  content_coding coding;
  // Nothing: the header does not mention it.
  std::optional<int> weight = {};
};

} // namespace

std::string_view to_string(content_coding x) {
  switch (x) {
    case content_coding::br:
      return "br";
    case content_coding::gzip:
      return "gzip";
    case content_coding::identity:
      break;
  }
  return "identity";
}

std::string_view suffix_of(content_coding x) {
  switch (x) {
    case content_coding::br:
      return ".br";
    case content_coding::gzip:
      return ".gz";
    case content_coding::identity:
      break;
  }
  return {};
}

std::vector<content_coding> rank_codings(std::string_view accept_encoding) {
  std::array choices{choice{content_coding::br}, choice{content_coding::gzip},
                     choice{content_coding::identity}};
  std::optional<int> others; // the weight of "*"
  while (!accept_encoding.empty()) {
    auto member = read_member(take_part(accept_encoding, ','));
    if (!member)
      continue;
    if (member->name == "*")
      others = member->weight;
    for (auto& x : choices)
      if (same_word(member->name, to_string(x.coding)))
        x.weight = member->weight;
  }
  // "*" stands for what is not named, but prefers nothing over a compressed
  // response: without a weight of its own, identity stays the last resort.
  for (auto& x : choices)
    if (!x.weight)
      x.weight = x.coding == content_coding::identity ? 0 : others.value_or(0);
  std::ranges::stable_sort(choices, std::ranges::greater{},
                           [](const choice& x) { return *x.weight; });
  std::vector<content_coding> out;
  for (const auto& x : choices)
    if (*x.weight > 0)
      out.push_back(x.coding);
  if (std::ranges::find(out, content_coding::identity) == out.end())
    out.push_back(content_coding::identity);
  return out;
}

} // namespace troupe::net
