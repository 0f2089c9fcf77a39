#pragma once

#include "net/base/result.hpp"

#include <string>
#include <string_view>

namespace troupe::protocol {

/// A chat message of Troupe's page.
struct page_chat {
  /// Empty if the message is of another kind, such as a reaction.
  std::string text;
  /// Tells this message from the others of its author. Empty if it has none, or
  /// one of more than `max_page_chat_id` octets.
  std::string id;
};

inline constexpr size_t max_page_chat_id = 64;

/// Reads a message that Troupe's page sends by its data channel "words":
/// {type: "chat", text, id?}. Errors: those of parse_json(); wrong_type if it
/// is no object, and missing if a chat message has no text.
net::result<page_chat> read_page_chat(std::string_view message);

} // namespace troupe::protocol
