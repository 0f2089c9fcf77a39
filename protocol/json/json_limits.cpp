#include "protocol/json/json_limits.hpp"

#include "net/base/ascii.hpp"
#include "net/base/enum_category.hpp"
#include "net/base/utf8.hpp"
#include "protocol/json/json_writer.hpp"

#include <rapidjson/encodedstream.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <vector>

namespace troupe::protocol {

namespace {

constexpr unsigned parse_flags = rapidjson::kParseIterativeFlag
                                 | rapidjson::kParseValidateEncodingFlag
                                 | rapidjson::kParseFullPrecisionFlag;

constexpr size_t max_number_length = 64;
constexpr size_t max_exponent_digits = 4;
// Limits of a zero, within which RapidJSON does not take its slow path. That
// path shifts until it finds a 1 bit, which a zero lacks.
constexpr size_t max_zero_length = 8;
constexpr int max_zero_exponent = 14;

// With more digits, RapidJSON's rounding may overflow 64 bits and yield 0. The
// text of a double or a 64-bit integer has 20 at most.
constexpr size_t max_significant_digits = 20;

std::string_view text_of(json_errc value) {
  switch (value) {
    case json_errc::too_large:
      return "JSON text is too large";
    case json_errc::too_deep:
      return "JSON text nests too deep";
    case json_errc::too_many_tokens:
      return "JSON text has too many values";
    case json_errc::not_utf8:
      return "JSON text is not valid UTF-8";
    case json_errc::duplicate_key:
      return "JSON object has a duplicate key";
    case json_errc::bad_number:
      return "JSON number is out of range";
    case json_errc::syntax:
      return "JSON text has a syntax error";
  }
  return "unknown JSON error";
}

bool is_number_char(char x) {
  return net::is_digit(x) || x == '+' || x == '-' || x == '.' || x == 'e'
         || x == 'E';
}

// The number of digits from the first to the last that is not 0.
size_t significant_digits(std::string_view mantissa) {
  const auto first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos)
    return 0;
  const auto last = mantissa.find_last_of("123456789");
  return static_cast<size_t>(std::ranges::count_if(
      mantissa.substr(first, last - first + 1), net::is_digit));
}

// The magnitude of the exponent with the digits `text`, at most four.
int to_magnitude(std::string_view text) {
  int out = 0;
  for (auto x : text)
    out = 10 * out + (x - '0');
  return out;
}

// Whether the run of number characters is short enough to be parsed safely.
bool is_bounded_number(std::string_view run) {
  if (run.size() > max_number_length)
    return false;
  const auto exponent = run.find_first_of("eE");
  const auto mantissa = run.substr(0, exponent);
  const auto is_zero =
      mantissa.find_first_of("123456789") == std::string_view::npos;
  if (is_zero && mantissa.size() > max_zero_length)
    return false;
  if (exponent == std::string_view::npos)
    return true;
  const auto digits = run.substr(run.find_first_of("0123456789", exponent));
  return digits.size() <= max_exponent_digits
         && (!is_zero || to_magnitude(digits) <= max_zero_exponent);
}

// Removes the digits at the front of `text`, and returns their number.
size_t skip_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, net::is_digit);
  const auto count = static_cast<size_t>(end - text.begin());
  text.remove_prefix(count);
  return count;
}

// Whether this is a number (RFC 8259, section 6), apart from leading zeros.
// RapidJSON would read a text that only begins with a number as that number.
bool is_number(std::string_view run) {
  if (run.starts_with('-'))
    run.remove_prefix(1);
  if (skip_digits(run) == 0)
    return false;
  if (run.starts_with('.')) {
    run.remove_prefix(1);
    if (skip_digits(run) == 0)
      return false;
  }
  if (run.starts_with('e') || run.starts_with('E')) {
    run.remove_prefix(1);
    if (run.starts_with('-') || run.starts_with('+'))
      run.remove_prefix(1);
    if (skip_digits(run) == 0)
      return false;
  }
  return run.empty();
}

// The length of the string at the front of `text`, quotes included.
size_t string_length(std::string_view text) {
  size_t i = 1;
  while (i < text.size() && text[i] != '"')
    i += text[i] == '\\' ? 2 : 1;
  return std::min(i + 1, text.size());
}

// Checks every number before RapidJSON parses it: version 1.1.0 overflows an
// int on long fractions with long exponents (CVE-2024-38517).
std::error_code check_numbers(std::string_view text) {
  while (!text.empty()) {
    size_t length = 1;
    if (text[0] == '"') {
      length = string_length(text);
    } else if (is_number_char(text[0]) && text[0] != 'e' && text[0] != 'E') {
      const auto end = std::ranges::find_if_not(text, is_number_char);
      length = static_cast<size_t>(end - text.begin());
      const auto run = text.substr(0, length);
      if (!is_number(run))
        return json_errc::syntax;
      if (!is_bounded_number(run)
          || significant_digits(run.substr(0, run.find_first_of("eE")))
                 > max_significant_digits)
        return json_errc::bad_number;
    }
    text.remove_prefix(length);
  }
  return {};
}

// Handles the SAX events of a text and stops at the first exceeded limit.
class limiter {
public:
  explicit limiter(const json_limits& limits) : limits_(limits) {}

  /// The limit that stopped the parser, or the default when none did.
  std::error_code error() const {
    return error_;
  }

  bool Null() {
    return count();
  }

  bool Bool(bool) {
    return count();
  }

  bool Int(int) {
    return count();
  }

  bool Uint(unsigned) {
    return count();
  }

  bool Int64(int64_t) {
    return count();
  }

  bool Uint64(uint64_t) {
    return count();
  }

  bool Double(double value) {
    return std::isfinite(value) ? count() : refuse(json_errc::bad_number);
  }

  bool RawNumber(const char*, rapidjson::SizeType, bool) {
    return refuse(json_errc::syntax);
  }

  bool String(const char* data, rapidjson::SizeType length, bool) {
    return net::is_utf8({data, length}) ? count() : refuse(json_errc::not_utf8);
  }

  bool Key(const char* data, rapidjson::SizeType length, bool copy) {
    if (!String(data, length, copy))
      return false;
    return keys_.back().emplace(data, length).second
           || refuse(json_errc::duplicate_key);
  }

  bool StartObject() {
    return open();
  }

  bool EndObject(rapidjson::SizeType) {
    return close();
  }

  bool StartArray() {
    return open();
  }

  bool EndArray(rapidjson::SizeType) {
    return close();
  }

private:
  // An ordered set: names chosen to collide in a hash table gain nothing.
  using key_set = std::set<std::string, std::less<>>;

  bool refuse(json_errc why) {
    error_ = why;
    return false;
  }

  bool count() {
    return ++tokens_ <= limits_.max_tokens
           || refuse(json_errc::too_many_tokens);
  }

  bool open() {
    if (!count())
      return false;
    if (keys_.size() == limits_.max_depth)
      return refuse(json_errc::too_deep);
    keys_.emplace_back();
    return true;
  }

  bool close() {
    keys_.pop_back();
    return true;
  }

  const json_limits& limits_;
  size_t tokens_ = 0;
  // One set per open array or object; those of arrays stay empty.
  std::vector<key_set> keys_;
  std::error_code error_;
};

std::error_code to_error(rapidjson::ParseErrorCode code) {
  switch (code) {
    case rapidjson::kParseErrorNumberTooBig:
      return json_errc::bad_number;
    case rapidjson::kParseErrorStringInvalidEncoding:
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      return json_errc::not_utf8;
    default:
      return json_errc::syntax;
  }
}

using input_stream =
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream>;

std::error_code check(std::string_view text, const json_limits& limits) {
  if (text.size() > limits.max_bytes)
    return json_errc::too_large;
  if (!net::is_utf8(text))
    return json_errc::not_utf8;
  // RapidJSON treats NUL as the end and skips a byte order mark; neither may
  // occur in a JSON text (RFC 8259, sections 2 and 8.1).
  if (text.find('\0') != std::string_view::npos
      || text.starts_with("\xef\xbb\xbf"))
    return json_errc::syntax;
  if (auto error = check_numbers(text))
    return error;
  rapidjson::MemoryStream memory(text.data(), text.size());
  input_stream input(memory);
  rapidjson::Reader reader;
  limiter handler(limits);
  auto parsed = reader.Parse<parse_flags>(input, handler);
  if (!parsed.IsError())
    return {};
  return handler.error() ? handler.error() : to_error(parsed.Code());
}

} // namespace

const std::error_category& json_category() {
  static const net::enum_category<json_errc> instance{"json", text_of};
  return instance;
}

std::error_code make_error_code(json_errc value) {
  return {static_cast<int>(value), json_category()};
}

net::result<rapidjson::Document> parse_json(std::string_view text,
                                            const json_limits& limits) {
  if (auto error = check(text, limits))
    return error;
  rapidjson::MemoryStream memory(text.data(), text.size());
  input_stream input(memory);
  rapidjson::Document document;
  document.ParseStream<parse_flags>(input);
  if (document.HasParseError())
    return to_error(document.GetParseError());
  return document;
}

std::string write_json(const rapidjson::Value& value) {
  return json_writer{}.value(value).str();
}

} // namespace troupe::protocol
