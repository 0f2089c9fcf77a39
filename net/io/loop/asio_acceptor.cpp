#include "net/io/loop/asio_acceptor.hpp"

#include <boost/asio/ip/v6_only.hpp>

#include <cstring>

namespace troupe::net {

result<loop_acceptor> listen_on(boost::asio::io_context& loop,
                                const socket_address& address) {
  sockaddr_storage name{};
  auto length = to_sockaddr(address, name);
  tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), &name, length);
  loop_acceptor result{loop.get_executor()};
  boost::system::error_code ec;
  auto step = [&ec](auto&& f) {
    if (!ec)
      f();
  };
  result.open(endpoint.protocol(), ec);
  step([&] { result.set_option(tcp::acceptor::reuse_address{true}, ec); });
  if (!address.is_v4())
    step([&] { result.set_option(boost::asio::ip::v6_only{true}, ec); });
  step([&] { result.bind(endpoint, ec); });
  step([&] { result.listen(4096, ec); });
  if (ec)
    return std::error_code{ec.value(), std::generic_category()};
  return result;
}

bool is_unavailable(const std::error_code& error) {
  return error == std::errc::address_family_not_supported
         || error == std::errc::address_not_available;
}

} // namespace troupe::net
