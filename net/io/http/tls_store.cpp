#include "net/io/http/tls_store.hpp"

#include <sys/stat.h>

#include <utility>

namespace troupe::net {

result<void> tls_store::load() {
  read_ = read_stamp();
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
  auto seen = read_stamp();
  if (seen == read_) {
    settling_.reset();
    return std::nullopt;
  }
  if (settling_ != seen) {
    settling_ = seen;
    return std::nullopt;
  }
  settling_.reset();
  read_ = seen;
  return read();
}

tls_store::stamp tls_store::read_stamp() const {
  stamp out{};
  size_t at = 0;
  for (const auto* path : {&files_.certificate, &files_.key}) {
    struct stat x {};
    if (::stat(path->c_str(), &x) == 0) {
      out[at] = x.st_mtim.tv_sec;
      out[at + 1] = x.st_mtim.tv_nsec;
      out[at + 2] = x.st_size;
      out[at + 3] = static_cast<int64_t>(x.st_ino);
    }
    at += 4;
  }
  return out;
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
