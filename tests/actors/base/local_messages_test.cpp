#include "actors/base/messages.hpp"

#include <caf/make_message.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/typed_actor.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

struct message_without_inspect {
  int number = 0;
};

struct message_with_inspect {
  int number = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, message_with_inspect& x) {
  return f(caf::meta::type_name("message_with_inspect"), x.number);
}

} // namespace troupe::actors

namespace {

using namespace troupe;

template <class T>
constexpr bool allowed = caf::allowed_unsafe_message_type<T>::value;

template <class T>
constexpr bool may_be_sent = caf::is_serializable_or_whitelisted<T>::value;

} // namespace

TEST_CASE("a class of the server may be a message without being declared") {
  CHECK(allowed<actors::message_without_inspect>);
  CHECK(allowed<protocol::verb::join>);
  CHECK(allowed<protocol::reply::joined>);
  // CAF can serialize what is empty.
  CHECK(may_be_sent<actors::close_peer>);
}

TEST_CASE("pointers and containers of a class of the server may be messages") {
  CHECK(allowed<actors::burst>);
  CHECK(allowed<std::shared_ptr<const actors::message_without_inspect>>);
  CHECK(may_be_sent<std::vector<actors::message_without_inspect>>);
}

TEST_CASE("a class with an inspect function is serialized") {
  CHECK_FALSE(allowed<actors::message_with_inspect>);
  CHECK_FALSE(allowed<std::vector<actors::message_with_inspect>>);
  CHECK(may_be_sent<actors::message_with_inspect>);
}

TEST_CASE("classes of other libraries keep their own rules") {
  using handle =
      caf::typed_actor<caf::reacts_to<actors::message_without_inspect>>;
  CHECK_FALSE(allowed<handle>);
  CHECK_FALSE(allowed<std::string>);
  CHECK_FALSE(may_be_sent<std::shared_ptr<int>>);
}
