#pragma once

#include "protocol/error.hpp"
#include "protocol/ids.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Dialects whose clients have no connection, and say everything by HTTP
/// requests of their own. Between the requests of one client its dialect goes
/// on, as if they were frames: `<number> <text>`, and `<number> <status>
/// <body>` for the answer.
namespace troupe::protocol {

/// A request over HTTP.
struct http_call {
  std::string method;
  std::vector<std::string> path; // its parts, decoded
  std::map<std::string, std::string> query;
  std::string content_type;
  std::string body;
};

struct http_answer {
  unsigned status = 200;
  std::string body; // JSON, or nothing
};

/// What a request comes to: an answer right away, or a frame for its client's
/// dialect.
struct http_plan {
  room_id room;
  peer_id client = {};
  /// The client begins with it; otherwise there must be one.
  bool opens = false;
  std::string frame = {};
  std::optional<http_answer> answer = {};
};

/// `text` behind the number by which its answer will be known.
std::string number_frame(uint64_t number, std::string_view text);

/// Takes the number off the front of `text`; nothing where there is none.
std::optional<uint64_t> take_number(std::string_view& text);

/// The frame that answers the one of that number.
std::string answer_frame(uint64_t number, const http_answer& x);

/// Reads an answer whose number has been taken; nothing where it is none.
std::optional<http_answer> read_answer(std::string_view text);

/// The HTTP status that comes closest to a refusal.
unsigned http_status(error_code code);

/// {"error": {"code", "message"}}
http_answer http_error(unsigned status, std::string_view code,
                       std::string_view message);

} // namespace troupe::protocol
