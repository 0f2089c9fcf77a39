#include "protocol/verbs/request_limits.hpp"

#include "protocol/verbs/limits.hpp"

#include <string_view>
#include <utility>
#include <variant>

namespace troupe::protocol {

namespace {

// The text of a member of any type; empty if it is absent.
std::string_view text_of(const std::string& x) {
  return x;
}

std::string_view text_of(const json_text& x) {
  return x.text;
}

template <class Id>
requires requires(const Id& x) {
  x.str();
}
std::string_view text_of(const Id& x) {
  return x.str();
}

template <class T>
std::string_view text_of(const std::optional<T>& x) {
  return x ? text_of(*x) : std::string_view{};
}

// Checks members in order and keeps the first error.
class length_checker {
public:
  template <class T>
  void check(std::string_view name, const T& member, size_t limit) {
    if (!found_ && text_of(member).size() > limit)
      found_ = bad_member(name, limits::at_most(limit));
  }

  std::optional<error> found() {
    return std::move(found_);
  }

private:
  std::optional<error> found_;
};

template <class Verb>
void check_ids(const Verb& x, length_checker& out) {
  if constexpr (requires { x.room; })
    out.check("roomId", x.room, limits::id);
  if constexpr (requires { x.peer; })
    out.check("peerId", x.peer, limits::id);
  if constexpr (requires { x.transport; })
    out.check("transportId", x.transport, limits::id);
  if constexpr (requires { x.producer; })
    out.check("producerId", x.producer, limits::id);
  if constexpr (requires { x.consumer; })
    out.check("consumerId", x.consumer, limits::id);
  if constexpr (requires { x.data_producer; })
    out.check("dataProducerId", x.data_producer, limits::id);
  if constexpr (requires { x.data_consumer; })
    out.check("dataConsumerId", x.data_consumer, limits::id);
  if constexpr (requires { x.knock; })
    out.check("knockId", x.knock, limits::id);
  if constexpr (requires { x.id; })
    out.check("id", x.id, limits::id);
}

template <class Verb>
void check_texts(const Verb& x, length_checker& out) {
  if constexpr (requires { x.name; })
    out.check("displayName", x.name, limits::display_name);
  if constexpr (requires { x.rejoin_secret; })
    out.check("rejoinSecret", x.rejoin_secret, limits::id);
  if constexpr (requires { x.device; })
    out.check("device", x.device, limits::device);
  if constexpr (requires { x.app_data; })
    out.check("appData", x.app_data, limits::app_data);
  if constexpr (requires { x.message; })
    out.check("message", x.message, limits::text);
  if constexpr (requires { x.title; })
    out.check("title", x.title, limits::text);
  if constexpr (requires { x.label; })
    out.check("label", x.label, limits::text);
  if constexpr (requires { x.protocol; })
    out.check("protocol", x.protocol, limits::text);
  if constexpr (requires { x.plain->ip; })
    if (x.plain)
      out.check("ip", x.plain->ip, limits::id);
}

} // namespace

std::optional<error> find_excess(const request& what) {
  length_checker out;
  std::visit(
      [&](const auto& x) {
        check_ids(x, out);
        check_texts(x, out);
      },
      what);
  return out.found();
}

} // namespace troupe::protocol
