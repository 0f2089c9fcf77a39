#include "bench/load/report/send_meter.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>

namespace troupe::load {

namespace {

// The values of four metrics, or nothing if any is missing.
std::optional<std::array<uint64_t, 4>>
values_of(std::string_view metrics,
          const std::array<std::string_view, 4>& names) {
  std::array<uint64_t, 4> out{};
  for (size_t i = 0; i < names.size(); ++i) {
    auto x = parse_metric(metrics, names[i]);
    if (!x)
      return std::nullopt;
    out[i] = *x;
  }
  return out;
}

// The whole response of a server to a request for its metrics; empty if it does
// not answer.
std::string metrics_of(const std::string& host, uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &to.sin_addr) != 1)
    return {};
  auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return {};
  timeval timeout{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  std::string answer;
  const std::string_view request =
      "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0
      && ::send(fd, request.data(), request.size(), MSG_NOSIGNAL)
             == static_cast<ssize_t>(request.size())) {
    char buffer[16384];
    for (ssize_t n; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<size_t>(n));
  }
  ::close(fd);
  return answer;
}

std::optional<kernel_counters> parse_kernel_counters(std::string_view metrics) {
  auto x = values_of(metrics,
                     {"troupe_send_messages_total",
                      "troupe_receive_calls_total", "troupe_io_wakeups_total",
                      "troupe_rtcp_datagrams_received_total"});
  if (!x)
    return std::nullopt;
  return kernel_counters{(*x)[0], (*x)[1], (*x)[2], (*x)[3]};
}

} // namespace

std::optional<uint64_t> parse_metric(std::string_view metrics,
                                     std::string_view name) {
  while (!metrics.empty()) {
    auto line = metrics.substr(0, metrics.find('\n'));
    metrics.remove_prefix(std::min(metrics.size(), line.size() + 1));
    if (!line.starts_with(name) || line.substr(name.size(), 1) != " ")
      continue;
    auto digits = line.substr(name.size() + 1);
    uint64_t x = 0;
    auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), x);
    return error == std::errc{} ? std::optional{x} : std::nullopt;
  }
  return std::nullopt;
}

std::optional<send_counters> parse_send_counters(std::string_view metrics) {
  auto x = values_of(metrics,
                     {"troupe_datagrams_sent_total", "troupe_send_calls_total",
                      "troupe_gso_runs_total", "troupe_gso_datagrams_total"});
  if (!x)
    return std::nullopt;
  return send_counters{(*x)[0], (*x)[1], (*x)[2], (*x)[3],
                       parse_kernel_counters(metrics)};
}

std::optional<uint64_t> read_metric(const std::string& host, uint16_t port,
                                    std::string_view name) {
  return parse_metric(metrics_of(host, port), name);
}

std::optional<send_counters> read_send_counters(const std::string& host,
                                                uint16_t port) {
  return parse_send_counters(metrics_of(host, port));
}

} // namespace troupe::load
