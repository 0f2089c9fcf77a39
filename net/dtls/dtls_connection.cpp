#include "net/dtls/dtls_connection.hpp"

#include "net/base/assert.hpp"
#include "net/base/library_clock.hpp"
#include "net/dtls/context_impl.hpp"
#include "net/dtls/datagram_bio.hpp"
#include "net/dtls/dtls_record.hpp"
#include "net/dtls/srtp_keys.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/time.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::net {

namespace {

using namespace std::chrono_literals;

constexpr auto handshake_deadline = 30s;
constexpr size_t max_octets_before_start = 64 * 1024;
constexpr size_t max_next_epoch_records = 8;
constexpr size_t max_next_epoch_octets = 4 * 1024;
constexpr int max_restarts = 3;
constexpr long handshake_mtu = 1200;
constexpr size_t max_last_flight_octets = 2 * 1024;
constexpr auto last_flight_lifetime = 60s;
constexpr auto repetition_interval = 100ms;

/// The next retransmission interval in microseconds, from the previous one (0
/// at the start). It doubles, since a loss may mean congestion (RFC 6347,
/// section 4.2.4.1). It begins below that section's second, as WebRTC peers do.
unsigned next_interval_us(SSL*, unsigned last) {
  constexpr unsigned first = 100'000;
  constexpr unsigned longest = 4'000'000; // OpenSSL gives up after 12
  return last == 0 ? first : std::min(2 * last, longest);
}

/// The minimum size of a protected record: the explicit nonce of GCM (RFC 5288)
/// and the tag. Shorter records should be dropped (RFC 6347, section 4.1.2.7);
/// some releases of OpenSSL end the association on them, and any attacker can
/// send them.
size_t least_protected_octets(const SSL* ssl) {
  constexpr size_t explicit_nonce = 8, tag = 16;
  const auto* cipher = SSL_get_pending_cipher(ssl);
  if (!cipher)
    cipher = SSL_get_current_cipher(ssl);
  auto kind = cipher ? SSL_CIPHER_get_cipher_nid(cipher) : NID_undef;
  auto is_gcm = kind == NID_aes_128_gcm || kind == NID_aes_256_gcm;
  return is_gcm ? explicit_nonce + tag : tag;
}

/// Gives OpenSSL its record buffers for the scope of one call: they take 19 KB,
/// which an idle association should not keep. OpenSSL does not allocate the
/// write buffer again by itself.
class scoped_record_buffers {
public:
  explicit scoped_record_buffers(SSL* ssl) : ssl_(ssl) {
    SSL_alloc_buffers(ssl_);
  }

  ~scoped_record_buffers() {
    SSL_free_buffers(ssl_);
  }

  scoped_record_buffers(const scoped_record_buffers&) = delete;
  scoped_record_buffers& operator=(const scoped_record_buffers&) = delete;

private:
  SSL* ssl_;
};

} // namespace

struct dtls_connection::impl {
  explicit impl(const dtls_context& x) : context(x) {}

  const dtls_context& context;
  dtls_state state = dtls_state::fresh;
  dtls_role role = dtls_role::server;
  std::vector<certificate_fingerprint> expected;
  std::optional<srtp_keys> keys;
  std::optional<handshake_filter> filter; // while the handshake runs
  datagram_port port;
  // Declared after `port`, so that it is freed before the port of its BIO.
  openssl_ptr<SSL> ssl;
  octet_queue datagrams_before_start;
  octet_queue next_epoch_records; // records that wait for the peer's new keys
  octet_queue data;
  std::vector<uint8_t> current; // the datagram that poll_datagram() returned
  std::vector<uint8_t> close_notify; // of a released connection
  octet_queue last_flight;           // empty if the peer sent the last flight
  time_point last_flight_end;        // after this, it is no longer repeated
  time_point next_repetition;
  bool peer_confirmed = false;
  bool unread_alert = false;
  time_point last_now;
  time_point deadline; // of the handshake
  std::optional<time_point> retransmission;
  int restarts = 0;

  bool open_ssl();
  void receive(byte_span datagram);
  void receive_handshake_record(const dtls_record& record);
  void release_next_epoch();
  void receive_unreadable(const dtls_record& record);
  void repeat_last_flight(const dtls_record& record);
  void feed(byte_span record);
  void feed_protected(byte_span record);
  void advance();
  void advance_handshake();
  void restart();
  void complete();
  void keep_last_flight(size_t sent_before);
  bool can_release() const;
  void read_data();
  bool read_records();
  void update_timer();
  void finish(dtls_state final_state);
};

// All functions from here to the public ones run in a library_clock_scope.

/// Makes a fresh SSL object in the connection's role.
bool dtls_connection::impl::open_ssl() {
  ERR_clear_error();
  ssl.reset(SSL_new(context.impl_->ssl_context.get()));
  auto bio = ssl ? make_datagram_bio(port) : nullptr;
  if (!bio) {
    ssl.reset();
    return false;
  }
  SSL_set_bio(ssl.get(), bio, bio);
  SSL_set_mtu(ssl.get(), handshake_mtu);
  // Limits the memory that OpenSSL reserves for one message of the peer.
  SSL_set_max_cert_list(ssl.get(), 16 * 1024);
  DTLS_set_timer_cb(ssl.get(), next_interval_us);
  if (role == dtls_role::server)
    SSL_set_accept_state(ssl.get());
  else
    SSL_set_connect_state(ssl.get());
  filter.emplace(role);
  return true;
}

void dtls_connection::impl::receive(byte_span datagram) {
  while (auto record = take_dtls_record(datagram)) {
    if (state == dtls_state::connecting)
      receive_handshake_record(*record);
    else if (state != dtls_state::connected)
      return;
    else if (!ssl)
      receive_unreadable(*record);
    else if (record->epoch > 0)
      feed_protected(record->octets);
  }
}

/// Records under the new keys may overtake the handshake messages that
/// establish the keys. They wait here, since OpenSSL would reserve a whole read
/// buffer for each. On overflow the oldest goes, so that injected records
/// cannot keep out real ones.
void dtls_connection::impl::receive_handshake_record(
    const dtls_record& record) {
  if (!ssl)
    return;
  if (record.epoch == 0) {
    if (filter->admits(record)) {
      feed(record.octets);
      release_next_epoch();
    }
    return;
  }
  if (record.epoch > 1 || record.octets.size() > max_next_epoch_octets)
    return;
  while (next_epoch_records.size() >= max_next_epoch_records
         || next_epoch_records.octets() + record.octets.size()
                > max_next_epoch_octets)
    next_epoch_records.pop();
  next_epoch_records.push(record.octets);
  release_next_epoch();
}

void dtls_connection::impl::release_next_epoch() {
  while (!next_epoch_records.empty() && ssl) {
    auto at = SSL_get_state(ssl.get());
    auto has_keys = at == TLS_ST_SR_CHANGE || at == TLS_ST_CR_CHANGE
                    || state == dtls_state::connected;
    if (!has_keys)
      return;
    feed_protected(*next_epoch_records.pop());
  }
}

void dtls_connection::impl::receive_unreadable(const dtls_record& record) {
  if (record.is_encrypted_alert())
    unread_alert = true;
  else
    repeat_last_flight(record);
}

/// A peer that repeats its flight has not received ours. Sending the same
/// records again suffices: the peer drops those it has as replays.
void dtls_connection::impl::repeat_last_flight(const dtls_record& record) {
  if (last_now >= last_flight_end)
    last_flight.clear();
  if (!record.is_handshake() || last_flight.empty()
      || last_now < next_repetition)
    return;
  next_repetition = last_now + repetition_interval;
  auto flight = last_flight;
  while (auto datagram = flight.pop())
    port.out.push(*datagram);
}

void dtls_connection::impl::feed(byte_span record) {
  port.in = record;
  advance();
  port.in = {};
}

void dtls_connection::impl::feed_protected(byte_span record) {
  if (record.size()
      >= dtls_record::header_octets + least_protected_octets(ssl.get()))
    feed(record);
}

void dtls_connection::impl::advance() {
  ERR_clear_error();
  if (state == dtls_state::connecting)
    advance_handshake();
  if (state == dtls_state::connected)
    read_data();
  update_timer();
}

void dtls_connection::impl::advance_handshake() {
  auto sent_before = port.out.size();
  auto result = SSL_do_handshake(ssl.get());
  if (result == 1) {
    keep_last_flight(sent_before);
    complete();
  } else if (SSL_get_error(ssl.get(), result) != SSL_ERROR_WANT_READ) {
    // Send neither the alert nor a partial flight: the error may be injected.
    port.out.truncate(sent_before);
    restart();
  }
}

/// Starts again after OpenSSL gave up, so that the real peer can still connect
/// until the deadline. A client restarts only a few times, to limit its hellos.
void dtls_connection::impl::restart() {
  ERR_clear_error();
  ssl.reset();
  next_epoch_records.clear();
  if (role == dtls_role::client && ++restarts > max_restarts)
    return;
  if (open_ssl() && role == dtls_role::client)
    SSL_do_handshake(ssl.get());
}

/// The peer has proved to own its certificate. Check the fingerprint before any
/// key is exported (docs/threats.md).
void dtls_connection::impl::complete() {
  openssl_ptr<X509> certificate{SSL_get1_peer_certificate(ssl.get())};
  if (!certificate || !matches_any(certificate.get(), expected)) {
    finish(dtls_state::failed);
    return;
  }
  keys = export_srtp_keys(ssl.get(), role);
  if (!keys) {
    finish(dtls_state::failed);
    return;
  }
  state = dtls_state::connected;
  filter.reset();
  expected = {};
}

/// Copies what the end of the handshake sent. The copy is empty if the peer
/// sent the last flight.
void dtls_connection::impl::keep_last_flight(size_t sent_before) {
  last_flight = port.out;
  for (size_t i = 0; i < sent_before; ++i)
    last_flight.pop();
  last_flight_end = last_now + last_flight_lifetime;
}

bool dtls_connection::impl::can_release() const {
  if (state != dtls_state::connected || !ssl)
    return false;
  return peer_confirmed
         || (SSL_version(ssl.get()) == DTLS1_2_VERSION
             && last_flight.octets() <= max_last_flight_octets);
}

void dtls_connection::impl::read_data() {
  if (!read_records())
    finish(dtls_state::closed);
}

/// Reads the received records. Returns false if the association is over: by
/// close_notify, by a fatal alert, or because our side cannot continue. OpenSSL
/// drops records that fail authentication. Records without data are ignored
/// (RFC 5246, section 6.2.1).
bool dtls_connection::impl::read_records() {
  uint8_t plaintext[16 * 1024];
  scoped_record_buffers buffers{ssl.get()};
  size_t size = 0;
  while (SSL_read_ex(ssl.get(), plaintext, sizeof plaintext, &size) == 1)
    if (size > 0)
      data.push({plaintext, size});
  return SSL_get_error(ssl.get(), 0) == SSL_ERROR_WANT_READ;
}

void dtls_connection::impl::update_timer() {
  timeval left{};
  if (!ssl || DTLSv1_get_timeout(ssl.get(), &left) != 1) {
    retransmission.reset();
    return;
  }
  retransmission = last_now + std::chrono::seconds{left.tv_sec}
                   + std::chrono::microseconds{left.tv_usec};
}

/// Ends the association. Queued datagrams and data may still be polled.
void dtls_connection::impl::finish(dtls_state final_state) {
  if (ssl && SSL_is_init_finished(ssl.get())) {
    ERR_clear_error();
    scoped_record_buffers buffers{ssl.get()};
    SSL_shutdown(ssl.get());
  }
  if (!close_notify.empty())
    port.out.push(std::exchange(close_notify, {}));
  ERR_clear_error();
  state = final_state;
  ssl.reset();
  filter.reset();
  keys.reset();
  datagrams_before_start.clear();
  next_epoch_records.clear();
  last_flight.clear();
  expected = {};
  retransmission.reset();
}

dtls_connection::dtls_connection(const dtls_context& context)
    : impl_(std::make_unique<impl>(context)) {}

dtls_connection::~dtls_connection() = default;

void dtls_connection::start(dtls_role role,
                            std::vector<certificate_fingerprint> remote,
                            time_point now) {
  if (impl_->state != dtls_state::fresh)
    return;
  library_clock_scope scope{now};
  impl_->last_now = now;
  impl_->role = role;
  impl_->expected = std::move(remote);
  impl_->state = dtls_state::connecting;
  impl_->deadline = now + handshake_deadline;
  if (!impl_->open_ssl()) {
    impl_->finish(dtls_state::failed);
    return;
  }
  impl_->advance();
  while (auto datagram = impl_->datagrams_before_start.pop())
    impl_->receive(*datagram);
}

void dtls_connection::handle_datagram(byte_span datagram, time_point now) {
  if (impl_->state == dtls_state::fresh) {
    if (impl_->datagrams_before_start.octets() + datagram.size()
            <= max_octets_before_start
        && impl_->datagrams_before_start.size() < max_octets_before_start / 64)
      impl_->datagrams_before_start.push(datagram);
    return;
  }
  library_clock_scope scope{now};
  impl_->last_now = now;
  impl_->receive(datagram);
}

void dtls_connection::handle_timeout(time_point now) {
  if (now >= impl_->last_flight_end)
    impl_->last_flight.clear();
  if (impl_->state == dtls_state::connecting && now >= impl_->deadline) {
    library_clock_scope scope{now};
    impl_->finish(dtls_state::failed);
    return;
  }
  if (!impl_->retransmission || now < *impl_->retransmission)
    return;
  library_clock_scope scope{now};
  impl_->last_now = now;
  ERR_clear_error();
  SSL_alloc_buffers(impl_->ssl.get());
  DTLSv1_handle_timeout(impl_->ssl.get());
  impl_->update_timer();
}

std::optional<time_point> dtls_connection::poll_timeout() const {
  if (impl_->state != dtls_state::connecting)
    return impl_->retransmission;
  return std::min(impl_->deadline,
                  impl_->retransmission.value_or(impl_->deadline));
}

std::optional<byte_span> dtls_connection::poll_datagram() {
  auto next = impl_->port.out.pop();
  impl_->current = next ? std::move(*next) : std::vector<uint8_t>{};
  if (!next)
    return std::nullopt;
  return impl_->current;
}

std::optional<std::vector<uint8_t>> dtls_connection::poll_data() {
  return impl_->data.pop();
}

bool dtls_connection::send_data(byte_span data) {
  if (impl_->state != dtls_state::connected || !impl_->ssl || data.empty()
      || data.size() > dtls_max_data_octets)
    return false;
  library_clock_scope scope{impl_->last_now};
  ERR_clear_error();
  scoped_record_buffers buffers{impl_->ssl.get()};
  auto size = static_cast<int>(data.size());
  return SSL_write(impl_->ssl.get(), data.data(), size) > 0;
}

dtls_state dtls_connection::state() const {
  return impl_->state;
}

const std::optional<srtp_keys>& dtls_connection::keys() const {
  return impl_->keys;
}

void dtls_connection::release() {
  if (!impl_->can_release())
    return;
  library_clock_scope scope{impl_->last_now};
  ERR_clear_error();
  auto queued = std::exchange(impl_->port.out, {});
  {
    scoped_record_buffers buffers{impl_->ssl.get()};
    SSL_shutdown(impl_->ssl.get());
  }
  ERR_clear_error();
  impl_->close_notify = impl_->port.out.pop().value_or(std::vector<uint8_t>{});
  impl_->port.out = std::move(queued);
  impl_->ssl.reset();
  impl_->retransmission.reset();
}

void dtls_connection::confirm_peer() {
  impl_->peer_confirmed = true;
  impl_->last_flight.clear();
}

bool dtls_connection::poll_unread_alert() {
  return std::exchange(impl_->unread_alert, false);
}

void dtls_connection::close() {
  if (impl_->state == dtls_state::failed || impl_->state == dtls_state::closed)
    return;
  library_clock_scope scope{impl_->last_now};
  impl_->finish(dtls_state::closed);
}

} // namespace troupe::net
