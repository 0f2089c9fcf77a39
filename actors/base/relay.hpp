#pragma once

#include <caf/error.hpp>
#include <caf/make_message.hpp> // result.hpp needs it and lacks it
#include <caf/response_handle.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>

/// Answers a request with the response to another request.
namespace troupe::actors {

/// Returns an error handler that delivers the error to `promise`.
template <class Reply>
auto relay_error(caf::typed_response_promise<Reply> promise) {
  return [promise = std::move(promise)](caf::error& failure) mutable {
    promise.deliver(std::move(failure));
  };
}

/// Delivers the response to `request`, or its error, to `promise`.
template <class Self, class Reply>
void relay(const caf::response_handle<Self, caf::detail::type_list<Reply>,
                                      false>& request,
           caf::typed_response_promise<Reply> promise) {
  request.then([promise](Reply& x) mutable { promise.deliver(std::move(x)); },
               relay_error(promise));
}

/// Delivers to `promise` what `convert` makes of the response to `request`, or
/// the error of `request`. `convert` takes the response by reference and
/// returns the reply.
template <class Self, class Response, class Reply, class Convert>
void relay(const caf::response_handle<Self, caf::detail::type_list<Response>,
                                      false>& request,
           caf::typed_response_promise<Reply> promise, Convert convert) {
  request.then([promise, convert = std::move(convert)](
                   Response& x) mutable { promise.deliver(convert(x)); },
               relay_error(promise));
}

} // namespace troupe::actors
