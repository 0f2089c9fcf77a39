#pragma once

#include <caf/meta/type_name.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

/// What nodes ask each other for operators: requests of the admin API. Each
/// struct is frozen once released.
namespace troupe::actors {

/// Octets of the longest target of a request: path and query.
inline constexpr size_t max_ask_target = 16 * 1024;

/// Octets of the longest body of a request.
inline constexpr size_t max_ask_body = 256 * 1024;

/// Octets of the longest piece of an answer, and of a whole one.
inline constexpr size_t max_answer_piece = 256 * 1024;
inline constexpr size_t max_answer = 2 * max_answer_piece;

/// A request that the sender's node was asked, and that only the receiver can
/// answer. Rights were checked where it arrived. The receiver asks no further
/// node.
struct admin_ask {
  /// Never used again by the sender.
  uint64_t id = 0;
  std::string method;
  /// Path and query, percent-encoded, as the client wrote them.
  std::string target;
  std::string body;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, admin_ask& x) {
  return f(caf::meta::type_name("troupe::admin_ask"), x.id, x.method, x.target,
           x.body);
}

/// A piece of the answer to an `admin_ask`, in order.
struct admin_answer {
  uint64_t id = 0;
  /// Of HTTP. The same in all pieces; 421 if another node has the member.
  uint16_t status = 0;
  /// With the status 421, the name of that node.
  std::string elsewhere;
  /// JSON, or empty with the status 204.
  std::string body;
  /// Whether nothing follows. Other pieces are not empty.
  bool last = true;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, admin_answer& x) {
  return f(caf::meta::type_name("troupe::admin_answer"), x.id, x.status,
           x.elsewhere, x.body, x.last);
}

} // namespace troupe::actors
