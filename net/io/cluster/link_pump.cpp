#include "net/io/cluster/link_pump.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <utility>

namespace troupe::net {

namespace asio = boost::asio;

namespace {

using error_code = boost::system::error_code;

} // namespace

link_pump::link_pump(std::unique_ptr<cluster_stream> wire, local_socket local,
                     size_t read_rate, std::shared_ptr<port_counters> count,
                     calls owner)
    : wire_(std::move(wire))
    , local_(std::move(local))
    , turn_(local_.get_executor())
    , flush_deadline_(local_.get_executor())
    , budget_(static_cast<double>(read_rate),
              static_cast<double>(std::max(read_rate / 8, piece)))
    , count_(std::move(count))
    , owner_(std::move(owner)) {}

void link_pump::start(const std::vector<uint8_t>& to_wire,
                      const std::vector<uint8_t>& from_wire) {
  watch_local();
  if (to_wire.empty()) {
    read_local();
  } else {
    std::copy(to_wire.begin(), to_wire.end(), to_wire_.begin());
    write_wire(to_wire.size());
  }
  if (from_wire.empty())
    read_wire();
  else
    handle_wire(from_wire);
}

void link_pump::close(pump_end why) {
  if (std::exchange(ended_, true))
    return;
  turn_.cancel();
  flush_deadline_.cancel();
  error_code ignored;
  wire_->lowest_layer().close(ignored);
  local_.close(ignored);
  std::exchange(owner_, {}).ended(why);
}

void link_pump::flush_and_close() {
  if (ended_ || std::exchange(closing_, true))
    return;
  // Reads yield what is in the pair, and then its end, which closes the link.
  error_code ignored;
  local_.shutdown(local_socket::shutdown_receive, ignored);
  flush_deadline_.expires_after(flush_limit);
  flush_deadline_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec)
      self->close();
  });
}

void link_pump::read_wire() {
  wire_->async_read_some(asio::buffer(from_wire_),
                         [self = shared_from_this()](error_code ec, size_t n) {
                           if (self->ended_)
                             return;
                           if (ec)
                             self->close(pump_end::reset);
                           else
                             self->handle_wire(
                                 byte_span{self->from_wire_}.first(n));
                         });
}

void link_pump::handle_wire(byte_span data) {
  count_->octets_in += data.size();
  next_read_ = budget_.reserve(std::chrono::steady_clock::now(), data.size());
  auto passed = gate_.passed();
  auto dropped = gate_.dropped();
  auto refused = gate_.handle_input(data, to_local_).has_value();
  count_->frames_passed += gate_.passed() - passed;
  count_->frames_dropped += gate_.dropped() - dropped;
  if (!refused && !named_ && !gate_.node().empty()) {
    named_ = true;
    refused = !owner_.named(gate_.node());
  }
  if (refused)
    close(pump_end::gate);
  else if (to_local_.empty())
    read_wire_in_turn();
  else
    write_local();
}

void link_pump::write_local() {
  asio::async_write(local_, asio::buffer(to_local_),
                    [self = shared_from_this()](error_code ec, size_t) {
                      if (self->ended_)
                        return;
                      if (ec)
                        return self->close();
                      // A long frame must not keep its memory.
                      if (self->to_local_.capacity() > 4 * piece)
                        self->to_local_ = {};
                      self->to_local_.clear();
                      self->read_wire_in_turn();
                    });
}

void link_pump::read_wire_in_turn() {
  if (next_read_ <= std::chrono::steady_clock::now())
    return read_wire();
  turn_.expires_at(next_read_);
  turn_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec && !self->ended_)
      self->read_wire();
  });
}

void link_pump::read_local() {
  local_.async_read_some(asio::buffer(to_wire_),
                         [self = shared_from_this()](error_code ec, size_t n) {
                           if (self->ended_)
                             return;
                           if (ec)
                             self->close();
                           else
                             self->write_wire(n);
                         });
}

void link_pump::write_wire(size_t n) {
  asio::async_write(*wire_, asio::buffer(to_wire_.data(), n),
                    [self = shared_from_this()](error_code ec, size_t sent) {
                      if (self->ended_)
                        return;
                      self->count_->octets_out += sent;
                      if (ec)
                        self->close(pump_end::reset);
                      else
                        self->read_local();
                    });
}

// While the peer does not read, nothing is read from the pair, so only this
// notices that the pair's other end has closed.
void link_pump::watch_local() {
  local_.async_wait(local_socket::wait_error,
                    [self = shared_from_this()](error_code ec) {
                      if (!ec)
                        self->flush_and_close();
                    });
}

} // namespace troupe::net
