#pragma once

#include <variant>

namespace troupe::protocol {

/// Names the verbs that one part of the server carries out. Lists are added by
/// `decltype(a{} + b{})`.
template <class... Verbs>
struct verb_list {
  /// Holds one of these verbs.
  using variant = std::variant<Verbs...>;
};

template <class... As, class... Bs>
constexpr verb_list<As..., Bs...> operator+(verb_list<As...>,
                                            verb_list<Bs...>) {
  return {};
}

} // namespace troupe::protocol
