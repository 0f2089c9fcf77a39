#pragma once

#include "net/io/http/connection.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace troupe::net {

/// A connection that keeps what describes it: the request that opened it, its
/// kind and its id. None of them changes.
class described_connection : public connection {
public:
  described_connection(http_request request, std::string kind, uint64_t id)
      : request_(std::move(request))
      , kind_(std::move(kind))
      , id_(id) {}

  const http_request& request() const final {
    return request_;
  }

  const std::string& kind() const final {
    return kind_;
  }

  uint64_t id() const final {
    return id_;
  }

private:
  const http_request request_;
  const std::string kind_;
  const uint64_t id_;
};

} // namespace troupe::net
