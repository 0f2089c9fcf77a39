#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace troupe::net {

/// How the octets of a response are compressed (RFC 9110, section 8.4.1).
enum class content_coding : uint8_t { identity, gzip, br };

/// The name in Content-Encoding: "br", "gzip" or "identity".
std::string_view to_string(content_coding x);

/// The suffix of a file's copy in that coding: ".br", ".gz", or nothing.
std::string_view suffix_of(content_coding x);

/// The codings in which a client takes a response, the best first, from its
/// Accept-Encoding (RFC 9110, section 12.5.3). Greater weights come first; br
/// comes before gzip where the weights are equal. Identity comes last unless
/// the header names it, and is always there: a client that refuses it gets it
/// where there is nothing else. Malformed members are ignored.
std::vector<content_coding> rank_codings(std::string_view accept_encoding);

} // namespace troupe::net
