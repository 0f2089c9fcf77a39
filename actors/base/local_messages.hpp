#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/detail/type_traits.hpp>
#include <caf/serializer.hpp>

#include <type_traits>

namespace troupe::actors {

/// Never defined. It is found by argument-dependent lookup for the classes of
/// this namespace and of those below: their objects may be messages between the
/// actors of a node, and so may shared pointers to them.
void allow_as_message(const void*);

} // namespace troupe::actors

namespace troupe::net {

using actors::allow_as_message;

} // namespace troupe::net

namespace troupe::rtp {

using actors::allow_as_message;

} // namespace troupe::rtp

namespace troupe::protocol::event {

using actors::allow_as_message;

} // namespace troupe::protocol::event

namespace troupe::protocol::reply {

using actors::allow_as_message;

} // namespace troupe::protocol::reply

namespace troupe::protocol::verb {

using actors::allow_as_message;

} // namespace troupe::protocol::verb

namespace troupe {

/// A class whose objects may be messages within a node only.
///
/// What CAF can serialize is excluded: a class with an inspect function crosses
/// nodes. Declare that function beside the class, and one for each of its
/// members, since CAF skips members of local types without a warning.
template <class T>
concept local_message = std::is_class_v<T> && requires(const T* x) {
  allow_as_message(x);
} && !caf::detail::is_serializable<T>::value;

} // namespace troupe

namespace caf {

template <troupe::local_message T>
struct allowed_unsafe_message_type<T> : std::true_type {};

} // namespace caf
