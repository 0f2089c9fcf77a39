#pragma once

#include "actors/cluster/part_inspect.hpp"

#include <caf/meta/type_name.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// How the rooms of two nodes share the history of their chat, beside
/// room_messages.hpp and under the same rules.
namespace troupe::actors {

/// The most chat messages of one chat_told, and the octets after which it gets
/// no further one.
inline constexpr size_t max_told_chat = 64;
inline constexpr size_t told_chat_octets = 64 * 1024;

/// A message of a room's chat.
struct told_chat_message {
  /// Names it, and orders all messages of a room alike on all nodes. Its node
  /// is that of the author.
  stamp at;
  std::string peer;
  std::string name;
  std::string label;
  std::string text;
  /// The author's id of the message; may be empty.
  std::string id;
  /// How old it was when it was told.
  uint32_t age_ms = 0;
};

/// Messages of the chat: what members of the sender's node have just said, or
/// the answer to a chat_wanted, which may have several of these.
struct chat_told {
  std::string room;
  std::vector<told_chat_message> messages;
  /// It ends the answer.
  bool last = false;
};

/// The sender knows of each of these nodes the messages up to that one, and
/// wants all that the receiver has besides.
struct chat_wanted {
  std::string room;
  std::vector<stamp> known;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, told_chat_message& x) {
  return f(caf::meta::type_name("troupe::told_chat_message"), x.at, x.peer,
           x.name, x.label, x.text, x.id, x.age_ms);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, chat_told& x) {
  return f(caf::meta::type_name("troupe::chat_told"), x.room, x.messages,
           x.last);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, chat_wanted& x) {
  return f(caf::meta::type_name("troupe::chat_wanted"), x.room, x.known);
}

} // namespace troupe::actors
