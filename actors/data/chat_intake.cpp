#include "actors/data/chat_intake.hpp"

#include "net/base/utf8.hpp"
#include "protocol/json/page_chat.hpp"

namespace troupe::actors {

namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

chat_intake::outcome read_as(chat_format format, std::string_view octets) {
  if (format == chat_format::plain) {
    if (!net::is_utf8(octets))
      return chat_refusal::malformed;
    return chat_text{std::string{octets}};
  }
  auto message = protocol::read_page_chat(octets);
  if (!message)
    return chat_refusal::malformed;
  return chat_text{std::move(message->text), std::move(message->id)};
}

} // namespace

std::optional<chat_format> chat_format_of(std::string_view label) {
  if (label == "chat")
    return chat_format::plain;
  if (label == "words")
    return chat_format::page;
  return std::nullopt;
}

chat_intake::outcome chat_intake::read(const data_message& x,
                                       net::time_point now) {
  if (x.ppid != net::sctp_ppid::string)
    return {};
  if (exceeds(now))
    return chat_refusal::too_many;
  if (x.octets->size() > max_octets)
    return chat_refusal::too_long;
  auto out = read_as(format_, {reinterpret_cast<const char*>(x.octets->data()),
                               x.octets->size()});
  if (const auto* said = std::get_if<chat_text>(&out);
      said && is_blank(said->text))
    return {};
  return out;
}

bool chat_intake::exceeds(net::time_point now) {
  if (now >= period_end_) {
    period_end_ = now + period;
    read_ = 0;
  }
  return ++read_ > max_messages;
}

} // namespace troupe::actors
