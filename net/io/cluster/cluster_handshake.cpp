#include "net/io/cluster/cluster_handshake.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace troupe::net {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;

namespace {

using error_code = boost::system::error_code;

constexpr uint8_t accepting_verdict = 0;

uint8_t verdict_of(link_refusal why) {
  return static_cast<uint8_t>(static_cast<uint8_t>(why) + 1);
}

link_refusal refusal_of(uint8_t verdict) {
  return verdict <= link_refusal_count ? static_cast<link_refusal>(verdict - 1)
                                       : link_refusal::preface;
}

} // namespace

cluster_handshake::cluster_handshake(std::shared_ptr<handshake_owner> owner,
                                     loop_socket socket,
                                     cluster_context context,
                                     const socket_address& remote, bool dialled)
    : owner_(std::move(owner))
    , socket_(std::move(socket))
    , context_(std::move(context))
    , deadline_(socket_->get_executor())
    , remote_(remote)
    , dialled_(dialled) {}

void cluster_handshake::start(const std::vector<uint8_t>& preface,
                              duration limit) {
  deadline_.expires_after(limit);
  deadline_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec)
      self->finish(self->refusal_.value_or(
          self->secured_ ? link_refusal::preface : link_refusal::tls));
  });
  if (dialled_)
    return begin_tls(preface);
  socket_->async_wait(loop_socket::wait_read,
                      [self = shared_from_this(), preface](error_code ec) {
                        if (self->finished_)
                          return;
                        if (ec)
                          self->finish(link_refusal::tls);
                        else
                          self->begin_tls(preface);
                      });
}

void cluster_handshake::begin_tls(const std::vector<uint8_t>& preface) {
  stream_ = std::make_unique<cluster_stream>(std::move(*socket_), *context_);
  socket_.reset();
  stream_->async_handshake(dialled_ ? ssl::stream_base::client
                                    : ssl::stream_base::server,
                           [self = shared_from_this(), preface](error_code ec) {
                             if (ec)
                               self->finish(link_refusal::tls);
                             else
                               self->handle_tls(preface);
                           });
}

void cluster_handshake::abort() {
  if (std::exchange(finished_, true))
    return;
  deadline_.cancel();
  close();
  owner_.reset();
}

std::vector<uint8_t> cluster_handshake::first_octets_to_send() const {
  if (decides_)
    return {accepting_verdict};
  return {};
}

void cluster_handshake::handle_tls(const std::vector<uint8_t>& preface) {
  if (finished_)
    return;
  secured_ = true;
  names_ = peer_names(stream_->native_handle());
  say(preface);
  read();
}

void cluster_handshake::read() {
  stream_->async_read_some(
      asio::buffer(in_), [self = shared_from_this()](error_code ec, size_t n) {
        if (self->finished_)
          return;
        if (!ec)
          return self->handle_octets(byte_span{self->in_}.first(n));
        // In TLS 1.3 a client learns only here that the server has refused its
        // certificate (RFC 8446, section 4.4.2.4).
        self->finish(self->dialled_ && !self->heard_ ? link_refusal::tls
                                                     : link_refusal::preface);
      });
}

void cluster_handshake::handle_octets(byte_span data) {
  heard_ = true;
  if (!remote()) {
    data = data.subspan(reader_.read(data));
    if (reader_.status() == preface_reader::state::bad)
      return finish(link_refusal::preface);
    if (remote())
      handle_preface();
    if (finished_ || refusal_)
      return;
  }
  if (data.empty())
    return read();
  after_.assign(data.begin() + 1, data.end());
  handle_verdict(data.front());
}

void cluster_handshake::handle_preface() {
  if (auto why = owner_->check(*this))
    return refuse(*why);
  decides_ = owner_->decides(*this);
  if (!decides_)
    say({&accepting_verdict, 1});
}

void cluster_handshake::handle_verdict(uint8_t verdict) {
  if (verdict != accepting_verdict)
    return finish(refusal_of(verdict));
  accepted_by_peer_ = true;
  if (writing_.empty())
    settle();
}

// The peer has accepted, and nothing is being written.
void cluster_handshake::settle() {
  if (decides_)
    if (auto why = owner_->decide(*this))
      return refuse(*why);
  finish(std::nullopt);
}

void cluster_handshake::say(byte_span data) {
  out_.insert(out_.end(), data.begin(), data.end());
  if (writing_.empty())
    write();
}

void cluster_handshake::write() {
  writing_.swap(out_);
  asio::async_write(*stream_, asio::buffer(writing_),
                    [self = shared_from_this()](error_code ec, size_t) {
                      // The reader sees why the connection broke.
                      if (!self->finished_ && (!ec || self->refusal_))
                        self->handle_written();
                    });
}

void cluster_handshake::handle_written() {
  writing_.clear();
  if (!out_.empty())
    write();
  else if (refusal_)
    finish(refusal_);
  else if (accepted_by_peer_)
    settle();
}

// Tells the peer before the connection closes.
void cluster_handshake::refuse(link_refusal why) {
  refusal_ = why;
  auto verdict = verdict_of(why);
  say({&verdict, 1});
}

void cluster_handshake::finish(std::optional<link_refusal> why) {
  if (std::exchange(finished_, true))
    return;
  deadline_.cancel();
  auto owner = std::move(owner_);
  owner->handshake_ended(shared_from_this(), why);
  close();
}

void cluster_handshake::close() {
  error_code ignored;
  if (socket_)
    socket_->close(ignored);
  if (stream_)
    stream_->lowest_layer().close(ignored);
}

} // namespace troupe::net
