#include "net/io/cluster/node_probe.hpp"

#include "net/io/cluster/cluster_tls.hpp"
#include "net/io/loop/sockaddr.hpp"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace troupe::net {

namespace {

constexpr size_t max_probes = 16;

// A remote clock may say anything; unsigned arithmetic cannot overflow.
std::optional<std::chrono::milliseconds> offset_of(uint64_t remote_clock) {
  if (remote_clock == 0)
    return std::nullopt;
  const auto here = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return std::chrono::milliseconds{
      static_cast<int64_t>(remote_clock - static_cast<uint64_t>(here.count()))};
}

using probed_list = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;
using probe_tls = std::unique_ptr<SSL, decltype(&SSL_free)>;

std::string probe_system_reason() {
  // A timeout of a blocking socket has these codes.
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINPROGRESS)
    return "no answer in time";
  return std::error_code{errno, std::generic_category()}.message();
}

// The TLS library's reason for the failure of the last call.
std::string probe_tls_reason() {
  const auto code = ERR_peek_last_error();
  const auto* text = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return text ? text : "the connection was closed, or no answer came in time";
}

// A connection to one address, which blocks for a limited time.
class probed_connection {
public:
  probed_connection() = default;

  probed_connection(const probed_connection&) = delete;

  probed_connection& operator=(const probed_connection&) = delete;

  ~probed_connection() {
    tls_.reset();
    if (fd_ >= 0)
      ::close(fd_);
  }

  bool connect_to(const addrinfo& to, std::chrono::seconds patience) {
    fd_ = ::socket(to.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0)
      return false;
    const timeval limit{patience.count(), 0};
    for (const auto which : {SO_RCVTIMEO, SO_SNDTIMEO})
      ::setsockopt(fd_, SOL_SOCKET, which, &limit, sizeof limit);
    return ::connect(fd_, to.ai_addr, to.ai_addrlen) == 0;
  }

  bool start_tls(SSL_CTX* context) {
    tls_.reset(SSL_new(context));
    SSL_set_fd(tls_.get(), fd_);
    return SSL_connect(tls_.get()) == 1;
  }

  // Why the peer's certificate was refused; empty if it was not.
  std::string certificate_fault() const {
    const auto verified = SSL_get_verify_result(tls_.get());
    return verified == X509_V_OK ? "" : X509_verify_cert_error_string(verified);
  }

  // In TLS 1.3 this also finds out whether the peer accepts the certificate.
  bool read_preface(cluster_preface& out) {
    preface_reader reader;
    std::array<uint8_t, max_preface_size> data;
    while (reader.status() == preface_reader::state::more) {
      const auto size =
          SSL_read(tls_.get(), data.data(), static_cast<int>(data.size()));
      if (size <= 0)
        return false;
      reader.read(byte_span{data}.first(static_cast<size_t>(size)));
    }
    if (reader.status() != preface_reader::state::done)
      return false;
    out = reader.value();
    return true;
  }

  std::vector<std::string> names() const {
    return peer_names(tls_.get());
  }

private:
  int fd_ = -1;
  probe_tls tls_{nullptr, SSL_free};
};

void probe_node(const addrinfo& to, SSL_CTX* context,
                std::chrono::seconds patience, node_probe& out) {
  using enum node_probe_result;
  ERR_clear_error();
  probed_connection other;
  out.result = no_connection;
  if (!other.connect_to(to, patience)) {
    out.why = probe_system_reason();
    return;
  }
  out.result = no_node;
  if (!other.start_tls(context)) {
    out.why = other.certificate_fault();
    if (out.why.empty())
      out.why = probe_tls_reason();
    else
      out.result = bad_certificate;
    return;
  }
  if (!other.read_preface(out.remote)) {
    out.why = probe_tls_reason();
    return;
  }
  out.clock_offset = offset_of(out.remote.wall_clock);
  const auto names = other.names();
  out.result = std::ranges::find(names, out.remote.node) == names.end()
                   ? name_not_certified
                   : works;
}

} // namespace

std::vector<node_probe> probe_seed(const seed_address& seed,
                                   const cluster_files& files,
                                   const std::string& node,
                                   std::chrono::seconds patience) {
  auto context = make_cluster_context(files, node);
  if (!context)
    return {};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const auto failed = getaddrinfo(
          seed.host.c_str(), std::to_string(seed.port).c_str(), &hints, &found);
      failed != 0)
    return {{node_probe_result::no_address, {}, gai_strerror(failed), {}, {}}};
  const probed_list addresses{found, freeaddrinfo};
  std::vector<node_probe> out;
  for (const auto* x = found; x && out.size() < max_probes; x = x->ai_next) {
    auto address = from_sockaddr(*x->ai_addr);
    if (!address)
      continue;
    auto& probe = out.emplace_back();
    probe.address = *address;
    probe_node(*x, (*context)->native_handle(), patience, probe);
  }
  ERR_clear_error();
  return out;
}

} // namespace troupe::net
