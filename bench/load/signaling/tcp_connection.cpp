#include "bench/load/signaling/tcp_connection.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace troupe::load {

boost::asio::awaitable<void> connect_tcp(boost::beast::tcp_stream& stream,
                                         const text_socket::address& to) {
  namespace asio = boost::asio;
  using asio::ip::tcp;
  tcp::endpoint remote{asio::ip::make_address(to.host), to.port};
  if (!to.from.empty()) {
    // Binds without choosing a port: it is chosen when connecting, so that
    // every destination can use all ports.
    stream.socket().open(remote.protocol());
    stream.socket().set_option(
        asio::detail::socket_option::boolean<IPPROTO_IP,
                                             IP_BIND_ADDRESS_NO_PORT>{true});
    stream.socket().bind({asio::ip::make_address(to.from), 0});
  }
  co_await stream.async_connect(remote, asio::use_awaitable);
  stream.socket().set_option(tcp::no_delay{true});
}

} // namespace troupe::load
