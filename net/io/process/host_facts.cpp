#include "net/io/process/host_facts.hpp"

#include "net/io/loop/sockaddr.hpp"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace troupe::net {

namespace {

std::error_code last_error() {
  return {errno, std::generic_category()};
}

/// A socket that is closed at the end of its scope.
class temporary_socket {
public:
  temporary_socket(int family, int type)
      : fd_(::socket(family, type | SOCK_CLOEXEC, 0)) {}

  temporary_socket(const temporary_socket&) = delete;

  temporary_socket& operator=(const temporary_socket&) = delete;

  ~temporary_socket() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  int fd() const {
    return fd_;
  }

private:
  const int fd_;
};

} // namespace

std::error_code try_bind(const socket_address& address,
                         transport_protocol protocol) {
  sockaddr_storage name{};
  auto length = to_sockaddr(address, name);
  auto tcp = protocol == transport_protocol::tcp;
  temporary_socket socket{name.ss_family, tcp ? SOCK_STREAM : SOCK_DGRAM};
  if (socket.fd() < 0)
    return last_error();
  int yes = 1;
  if (tcp)
    ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (name.ss_family == AF_INET6)
    ::setsockopt(socket.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
  if (::bind(socket.fd(), reinterpret_cast<sockaddr*>(&name), length) != 0
      || (tcp && ::listen(socket.fd(), 1) != 0))
    return last_error();
  return {};
}

std::optional<uint64_t> file_limit() {
  rlimit x{};
  if (getrlimit(RLIMIT_NOFILE, &x) != 0 || x.rlim_cur == RLIM_INFINITY)
    return std::nullopt;
  return x.rlim_cur;
}

std::optional<uint64_t> kernel_setting(const std::string& name) {
  std::ifstream in{"/proc/sys/" + name};
  uint64_t value = 0;
  return in >> value ? std::optional{value} : std::nullopt;
}

std::optional<bool> clock_is_synchronized() {
  timex x{};
  auto state = adjtimex(&x);
  if (state < 0)
    return std::nullopt;
  return state != TIME_ERROR && (x.status & STA_UNSYNC) == 0;
}

bool readable_by_all(const std::string& path) {
  struct stat x {};
  return ::stat(path.c_str(), &x) == 0 && (x.st_mode & S_IROTH) != 0;
}

} // namespace troupe::net
