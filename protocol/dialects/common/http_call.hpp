#pragma once

#include "protocol/verbs/error.hpp"
#include "protocol/verbs/ids.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Dialects whose clients have no connection and send each request over HTTP. A
/// client's dialect object lives on between its requests, which reach it as
/// frames: `<number> <text>`, and `<number> <status> <body>` for the answer.
namespace troupe::protocol {

/// A request over HTTP.
struct http_call {
  std::string method;
  std::vector<std::string> path; // decoded segments
  std::map<std::string, std::string> query;
  std::string content_type;
  std::string body;
};

struct http_answer {
  unsigned status = 200;
  std::string body; // JSON, or empty
};

/// The result of a request: an immediate answer, or a frame for its client's
/// dialect.
struct http_plan {
  room_id room;
  peer_id client = {};
  /// Whether the request creates the client; otherwise it must exist.
  bool creates_client = false;
  std::string frame = {};
  std::optional<http_answer> answer = {};
};

/// `text` after the number that identifies its answer.
std::string number_frame(uint64_t number, std::string_view text);

/// Removes the number from the front of `text`; nothing if there is none.
std::optional<uint64_t> take_number(std::string_view& text);

/// The frame that answers the request of that number.
std::string answer_frame(uint64_t number, const http_answer& x);

/// Decodes an answer whose number has been removed; nothing if it is malformed.
std::optional<http_answer> read_answer(std::string_view text);

/// The HTTP status that comes closest to a refusal.
unsigned http_status(error_code code);

/// {"error": {"code", "message"}}
http_answer http_error(unsigned status, std::string_view code,
                       std::string_view message);

/// The answer of a refusal: {"error": {"code", "message", "reason"?}}
http_answer http_error(const error& why);

} // namespace troupe::protocol
