#include "net/dtls/datagram_bio.hpp"

#include <algorithm>

namespace troupe::net {

namespace {

datagram_port& port_of(BIO* bio) {
  return *static_cast<datagram_port*>(BIO_get_data(bio));
}

int read_datagram(BIO* bio, char* out, int size) {
  auto& port = port_of(bio);
  BIO_clear_retry_flags(bio);
  if (port.in.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  auto n = std::min(port.in.size(), static_cast<size_t>(std::max(size, 0)));
  std::memcpy(out, port.in.data(), n);
  port.in = {}; // the rest of a datagram is lost, as with a socket
  return static_cast<int>(n);
}

int write_datagram(BIO* bio, const char* in, int size) {
  if (size > 0)
    port_of(bio).out.push(as_bytes({in, static_cast<size_t>(size)}));
  return size;
}

long control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method() {
  auto method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
                             "troupe datagram");
  if (method) {
    BIO_meth_set_read(method, read_datagram);
    BIO_meth_set_write(method, write_datagram);
    BIO_meth_set_ctrl(method, control);
  }
  return method;
}

} // namespace

BIO* make_datagram_bio(datagram_port& port) {
  static const auto method = make_method(); // for the life of the process
  auto bio = method ? BIO_new(method) : nullptr;
  if (bio) {
    BIO_set_data(bio, &port);
    BIO_set_init(bio, 1);
  }
  return bio;
}

} // namespace troupe::net
