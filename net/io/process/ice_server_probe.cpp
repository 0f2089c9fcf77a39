#include "net/io/process/ice_server_probe.hpp"

#include "net/ice/stun_query.hpp"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>

namespace troupe::net {

namespace {

// How often a request is sent over UDP.
constexpr int udp_attempts = 3;

constexpr size_t stun_header_octets = 20;

using address_list = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;
using tls_context_ptr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using tls_ptr = std::unique_ptr<SSL, decltype(&SSL_free)>;

std::string system_reason() {
  // A timeout of a blocking socket has these codes.
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINPROGRESS)
    return "no answer in time";
  return std::error_code{errno, std::generic_category()}.message();
}

// A connection to a server, which blocks for a limited time.
class probe_connection {
public:
  probe_connection(const ice_server_url& url, std::chrono::seconds patience)
      : url_(url)
      , udp_(url.transport == transport_protocol::udp)
      , patience_(patience) {}

  probe_connection(const probe_connection&) = delete;

  probe_connection& operator=(const probe_connection&) = delete;

  ~probe_connection() {
    tls_.reset();
    close_socket();
  }

  // Returns why there is no connection, or nothing.
  std::optional<ice_probe> open() {
    addrinfo hints{};
    hints.ai_socktype = udp_ ? SOCK_DGRAM : SOCK_STREAM;
    addrinfo* found = nullptr;
    const auto port = std::to_string(url_.port);
    if (const auto failed =
            getaddrinfo(url_.host.c_str(), port.c_str(), &hints, &found);
        failed != 0)
      return ice_probe{ice_probe_result::no_address, gai_strerror(failed)};
    const address_list addresses{found, freeaddrinfo};
    std::string why;
    for (const auto* x = addresses.get(); x; x = x->ai_next) {
      if (connect_to(*x))
        return url_.tls ? start_tls() : std::nullopt;
      why = system_reason();
      close_socket();
    }
    return ice_probe{ice_probe_result::no_connection, why};
  }

  // Sends the request and waits for an answer to it. Returns false without one.
  bool exchange(stun_query& query) {
    for (int i = 0; i < (udp_ ? udp_attempts : 1); ++i) {
      if (!send_all(query.request()))
        return false;
      while (const auto answer = receive())
        if (query.handle_message(*answer))
          return true;
    }
    return false;
  }

private:
  bool connect_to(const addrinfo& to) {
    fd_ = ::socket(to.ai_family, to.ai_socktype | SOCK_CLOEXEC, 0);
    if (fd_ < 0)
      return false;
    const timeval limit{patience_.count(), 0};
    for (const auto which : {SO_RCVTIMEO, SO_SNDTIMEO})
      ::setsockopt(fd_, SOL_SOCKET, which, &limit, sizeof limit);
    return ::connect(fd_, to.ai_addr, to.ai_addrlen) == 0;
  }

  void close_socket() {
    if (fd_ >= 0)
      ::close(fd_);
    fd_ = -1;
  }

  std::optional<ice_probe> start_tls() {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_default_verify_paths(context_.get());
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    tls_.reset(SSL_new(context_.get()));
    auto* ssl = tls_.get();
    auto* host = url_.host.data();
    if (parse_address(url_.host, 0)) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host);
    } else {
      SSL_set1_host(ssl, host);
      SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               host);
    }
    SSL_set_fd(ssl, fd_);
    const bool connected = SSL_connect(ssl) == 1;
    const auto verified = SSL_get_verify_result(ssl);
    ERR_clear_error();
    if (connected)
      return std::nullopt;
    if (verified != X509_V_OK)
      return ice_probe{ice_probe_result::bad_certificate,
                       X509_verify_cert_error_string(verified)};
    return ice_probe{ice_probe_result::no_connection,
                     "the TLS handshake failed"};
  }

  bool send_all(byte_span data) {
    const auto size = static_cast<ssize_t>(data.size());
    return tls_ ? SSL_write(tls_.get(), data.data(),
                            static_cast<int>(data.size()))
                      == size
                : ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL) == size;
  }

  // The next message, or nothing if none comes in time.
  std::optional<byte_span> receive() {
    if (udp_) {
      const auto size = ::recv(fd_, buffer_.data(), buffer_.size(), 0);
      if (size < 0)
        return std::nullopt;
      return byte_span{buffer_}.first(static_cast<size_t>(size));
    }
    if (!receive_exactly(0, stun_header_octets))
      return std::nullopt;
    const size_t rest = load_u16(buffer_.data() + 2);
    if (stun_header_octets + rest > buffer_.size()
        || !receive_exactly(stun_header_octets, rest))
      return std::nullopt;
    return byte_span{buffer_}.first(stun_header_octets + rest);
  }

  bool receive_exactly(size_t at, size_t size) {
    while (size > 0) {
      auto* to = buffer_.data() + at;
      const auto got =
          tls_ ? ssize_t{SSL_read(tls_.get(), to, static_cast<int>(size))}
               : ::recv(fd_, to, size, 0);
      if (got <= 0)
        return false;
      at += static_cast<size_t>(got);
      size -= static_cast<size_t>(got);
    }
    return true;
  }

  ice_server_url url_;
  const bool udp_;
  const std::chrono::seconds patience_;
  int fd_ = -1;
  tls_context_ptr context_{nullptr, SSL_CTX_free};
  tls_ptr tls_{nullptr, SSL_free};
  std::array<uint8_t, stun_message::max_size> buffer_{};
};

ice_probe to_probe(const stun_query& query) {
  using progress = stun_query::progress;
  switch (query.outcome()) {
    case progress::done:
      return {ice_probe_result::works, {}};
    case progress::bad_credentials:
      return {ice_probe_result::bad_credentials, {}};
    case progress::unprotected:
      return {ice_probe_result::unprotected, {}};
    case progress::unfinished:
    case progress::refused:
      break;
  }
  return {ice_probe_result::refused,
          "error " + std::to_string(query.error_code())};
}

} // namespace

ice_probe probe_ice_server(const ice_server_url& url,
                           const std::string& username,
                           const std::string& credential,
                           std::chrono::seconds patience) {
  probe_connection server{url, patience};
  if (auto failure = server.open())
    return *failure;
  const auto random = make_secure_rng();
  std::optional<stun_query> query;
  if (url.relays)
    query.emplace(*random, username, credential);
  else
    query.emplace(*random);
  while (query->outcome() == stun_query::progress::unfinished)
    if (!server.exchange(*query))
      return {ice_probe_result::no_answer, {}};
  return to_probe(*query);
}

} // namespace troupe::net
