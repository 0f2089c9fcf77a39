#pragma once

#include "protocol/verbs/error.hpp"
#include "protocol/verbs/ids.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Dialects whose clients have no connection and send each request over HTTP. A
/// client's dialect object lives on between its requests, which reach it as
/// frames: `<number> <text>`, and for the answer
/// `<number> <status> <octets of the headers> <headers><body>`.
namespace troupe::protocol {

/// A request over HTTP.
struct http_call {
  std::string method;
  std::vector<std::string> path; // decoded segments
  std::map<std::string, std::string> query;
  std::string content_type;
  std::string if_match; // empty if absent
  std::string body;
};

/// Names and values of headers.
using http_header_list = std::vector<std::pair<std::string, std::string>>;

struct http_answer {
  unsigned status = 200;
  std::string body = {};
  /// Not sent if the body is empty.
  std::string content_type = "application/json";
  /// Besides Content-Type.
  http_header_list headers = {};
};

/// The result of a request: an immediate answer, or a frame for its client's
/// dialect.
struct http_plan {
  room_id room;
  peer_id client = {};
  /// Whether the request creates the client; otherwise it must exist.
  bool creates_client = false;
  /// The client that the request creates gets an id, if it has none, and a
  /// secret (handshake::session_secret). Several clients may have one id.
  bool opens_session = false;
  /// The server makes that id whatever the request and its token name: several
  /// clients of one user are different clients.
  bool makes_id = false;
  /// The secret of an existing session, which names its client and authorises
  /// the request in place of a token.
  std::optional<std::string> session_secret = {};
  /// What a token must allow, if there are tokens.
  enum class authority : uint8_t {
    /// Everybody may ask.
    none,
    /// The room, and the client's id.
    member,
    /// To publish, too.
    publisher,
    /// To subscribe, too.
    subscriber,
  };
  authority needs = authority::member;
  std::string frame = {};
  std::optional<http_answer> answer = {};
};

/// `text` after the number that identifies its answer.
std::string number_frame(uint64_t number, std::string_view text);

/// Removes the number from the front of `text`; nothing if there is none.
std::optional<uint64_t> take_number(std::string_view& text);

/// The frame that answers the request of that number. A control character in a
/// header's value becomes a space: values may contain what a client sent, which
/// must not begin another header.
std::string answer_frame(uint64_t number, const http_answer& x);

/// Decodes an answer whose number has been removed; nothing if it is malformed.
std::optional<http_answer> read_answer(std::string_view text);

/// The HTTP status that comes closest to a refusal.
unsigned http_status(error_code code);

/// {"error": {"code", "message"}}
http_answer http_error(unsigned status, std::string_view code,
                       std::string_view message);

/// The answer of a refusal: {"error": {"code", "message", "reason"?}}
http_answer http_error(unsigned status, const error& why);

/// The same with the status of the refusal's code.
http_answer http_error(const error& why);

} // namespace troupe::protocol
