#include "net/io/udp/plain_port.hpp"

#include "net/io/loop/asio_acceptor.hpp"
#include "net/io/loop/io_threads.hpp"
#include "net/io/udp/udp_socket.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>

namespace troupe::net {

namespace asio = boost::asio;

class plain_port::impl : public std::enable_shared_from_this<impl> {
public:
  impl(asio::io_context& loop, std::unique_ptr<udp_socket> socket,
       uint32_t path)
      : socket_(std::move(socket))
      , descriptor_(loop.get_executor(), socket_->fd())
      , pool_(buffer_pool::make(64))
      , path_(path) {}

  // Release the descriptor: the socket owns and closes it.
  ~impl() {
    if (!stopped_)
      descriptor_.release();
  }

  void start(receiver to) {
    asio::post(descriptor_.get_executor(),
               [self = shared_from_this(), to = std::move(to)]() mutable {
                 self->receiver_ = std::move(to);
                 self->wait();
               });
  }

  void stop() {
    asio::post(descriptor_.get_executor(), [self = shared_from_this()] {
      self->stopped_ = true;
      self->descriptor_.release();
      self->receiver_ = nullptr;
    });
  }

  udp_socket& socket() {
    return *socket_;
  }

private:
  using descriptor = asio::posix::basic_stream_descriptor<loop_executor>;

  void wait() {
    if (stopped_)
      return;
    descriptor_.async_wait(
        descriptor::wait_read,
        [self = shared_from_this()](boost::system::error_code ec) {
          if (!ec)
            self->read();
        });
  }

  // Reads one burst, then returns to the loop so that others get a turn.
  void read() {
    datagram_batch burst;
    socket_->receive_burst(*pool_, path_, std::chrono::steady_clock::now(),
                           burst);
    if (!burst.empty() && receiver_)
      receiver_(std::move(burst));
    wait();
  }

  const std::unique_ptr<udp_socket> socket_;
  descriptor descriptor_;
  const buffer_pool::ptr pool_;
  const uint32_t path_;
  receiver receiver_;
  bool stopped_ = false;
};

result<std::unique_ptr<plain_port>>
plain_port::open(io_threads& threads, const socket_address& at, uint32_t path) {
  udp_socket_options options;
  options.gso = false;
  options.gro = false;
  auto socket = udp_socket::open(at, options);
  if (!socket)
    return socket.error();
  return std::unique_ptr<plain_port>{new plain_port{std::make_shared<impl>(
      threads.next_context(), std::move(*socket), path)}};
}

plain_port::plain_port(std::shared_ptr<impl> x) : impl_(std::move(x)) {}

plain_port::~plain_port() {
  impl_->stop();
}

void plain_port::start(receiver to) {
  impl_->start(std::move(to));
}

const socket_address& plain_port::local() const {
  return impl_->socket().local();
}

void plain_port::send(byte_span octets, const socket_address& to) {
  outgoing_datagram x{
      octets, {transport_protocol::udp, 0, impl_->socket().local(), to}};
  impl_->socket().send({&x, 1});
}

} // namespace troupe::net
