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
class examiner {
public:
  template <class T>
  void look_at(std::string_view name, const T& member, size_t limit) {
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
void examine_ids(const Verb& x, examiner& out) {
  if constexpr (requires { x.room; })
    out.look_at("roomId", x.room, limits::id);
  if constexpr (requires { x.peer; })
    out.look_at("peerId", x.peer, limits::id);
  if constexpr (requires { x.transport; })
    out.look_at("transportId", x.transport, limits::id);
  if constexpr (requires { x.producer; })
    out.look_at("producerId", x.producer, limits::id);
  if constexpr (requires { x.consumer; })
    out.look_at("consumerId", x.consumer, limits::id);
  if constexpr (requires { x.data_producer; })
    out.look_at("dataProducerId", x.data_producer, limits::id);
  if constexpr (requires { x.data_consumer; })
    out.look_at("dataConsumerId", x.data_consumer, limits::id);
  if constexpr (requires { x.id; })
    out.look_at("id", x.id, limits::id);
}

template <class Verb>
void examine_texts(const Verb& x, examiner& out) {
  if constexpr (requires { x.name; })
    out.look_at("displayName", x.name, limits::display_name);
  if constexpr (requires { x.rejoin_secret; })
    out.look_at("rejoinSecret", x.rejoin_secret, limits::id);
  if constexpr (requires { x.device; })
    out.look_at("device", x.device, limits::device);
  if constexpr (requires { x.app_data; })
    out.look_at("appData", x.app_data, limits::app_data);
  if constexpr (requires { x.label; })
    out.look_at("label", x.label, limits::text);
  if constexpr (requires { x.protocol; })
    out.look_at("protocol", x.protocol, limits::text);
  if constexpr (requires { x.plain->ip; })
    if (x.plain)
      out.look_at("ip", x.plain->ip, limits::id);
}

} // namespace

std::optional<error> find_excess(const request& what) {
  examiner out;
  std::visit(
      [&](const auto& x) {
        examine_ids(x, out);
        examine_texts(x, out);
      },
      what);
  return out.found();
}

} // namespace troupe::protocol
