#include "net/io/http/tls_store.hpp"

#include <utility>

namespace troupe::net {

result<void> tls_store::load() {
  watch_.mark();
  return read();
}

std::shared_ptr<boost::asio::ssl::context> tls_store::current() const {
  std::lock_guard guard{mutex_};
  return current_;
}

std::chrono::system_clock::time_point tls_store::expires() const {
  std::lock_guard guard{mutex_};
  return expires_;
}

std::optional<result<void>> tls_store::refresh() {
  if (!watch_.poll())
    return std::nullopt;
  return read();
}

result<void> tls_store::read() {
  auto context = make_tls_context(files_);
  if (!context)
    return context.error();
  auto expires = describe(**context).not_after;
  std::lock_guard guard{mutex_};
  current_ = std::move(*context);
  expires_ = expires;
  return {};
}

} // namespace troupe::net
