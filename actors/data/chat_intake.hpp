#pragma once

#include "actors/sctp/data_messages.hpp"
#include "actors/stats/counters.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace troupe::actors {

/// What the messages of a data producer for chat look like.
enum class chat_format : uint8_t {
  /// The text itself.
  plain,
  /// The JSON of Troupe's page, among reactions (protocol/json/page_chat.hpp).
  page
};

/// The format of a data producer's messages, by its label: "chat" (as in
/// mediasoup-demo) is plain, and "words" is the page's. Nothing for labels that
/// carry no chat.
std::optional<chat_format> chat_format_of(std::string_view label);

/// What a member has written.
struct chat_text {
  std::string text;
  /// The client's own id of the message; empty if it gave none.
  std::string id = {};
};

/// Reads the chat in the messages of one data producer, and bounds how much of
/// it is read.
class chat_intake {
public:
  /// The longest message, in octets. The page sends at most 4,000 characters.
  static constexpr size_t max_octets = 16 * 1024;

  /// At most this many messages are read in one period.
  static constexpr size_t max_messages = 100;
  static constexpr auto period = std::chrono::seconds{10};

  explicit chat_intake(chat_format format) : format_(format) {}

  /// The text, or why there is none: nothing for a message that is no chat,
  /// such as a reaction, a blank text or binary data.
  using outcome = std::variant<std::monostate, chat_text, chat_refusal>;

  outcome read(const data_message& x, net::time_point now);

private:
  // Whether the message is one too many.
  bool exceeds(net::time_point now);

  chat_format format_;
  net::time_point period_end_{};
  size_t read_ = 0;
};

} // namespace troupe::actors
