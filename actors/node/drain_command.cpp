#include "actors/node/drain_command.hpp"

#include "net/io/process/sibling_process.hpp"

#include <charconv>
#include <optional>

namespace troupe::actors {

namespace {

constexpr std::string_view usage = "usage: troupe drain [--wait] [PID]\n";

struct drain_request {
  std::optional<int> pid;
  bool wait = false;
  bool help = false;
};

std::optional<drain_request> read(std::span<const std::string_view> arguments) {
  drain_request out;
  for (auto x : arguments) {
    int pid = 0;
    auto end = x.data() + x.size();
    auto [stopped, failure] = std::from_chars(x.data(), end, pid);
    if (x == "--wait")
      out.wait = true;
    else if (x == "--help")
      out.help = true;
    else if (failure == std::errc{} && stopped == end && pid > 0 && !out.pid)
      out.pid = pid;
    else
      return std::nullopt;
  }
  return out;
}

command_outcome failed(std::string why) {
  return {"troupe: " + std::move(why) + "\n", 1};
}

} // namespace

command_outcome drain_server(std::span<const std::string_view> arguments) {
  auto request = read(arguments);
  if (!request)
    return {std::string{usage}, 2};
  if (request->help)
    return {std::string{usage}, 0};
  auto servers = net::find_siblings();
  if (!request->pid && servers.empty())
    return failed("found no running server that you may signal");
  if (!request->pid && servers.size() > 1) {
    std::string all;
    for (auto x : servers)
      all.append(all.empty() ? "" : ", ").append(std::to_string(x));
    return failed("several servers are running, give the PID of one: " + all);
  }
  auto pid = request->pid.value_or(servers.empty() ? 0 : servers.front());
  auto name = std::to_string(pid);
  if (auto failure = net::signal_sibling(pid))
    return failed("process " + name + ": " + failure.message());
  if (!request->wait)
    return {"server " + name + " drains\n", 0};
  if (!net::await_end(pid))
    return failed("process " + name + " cannot be monitored");
  return {"server " + name + " has ended\n", 0};
}

} // namespace troupe::actors
