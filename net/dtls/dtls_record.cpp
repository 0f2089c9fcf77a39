#include "net/dtls/dtls_record.hpp"

#include "net/dtls/dtls_connection.hpp"

namespace troupe::net {

namespace {

constexpr uint8_t change_cipher_spec = 20;
constexpr uint8_t alert = 21;
constexpr uint8_t handshake = 22;

enum message : uint8_t {
  client_hello = 1,
  server_hello = 2,
  hello_verify_request = 3,
  new_session_ticket = 4,
  certificate = 11,
  server_key_exchange = 12,
  certificate_request = 13,
  server_hello_done = 14,
  certificate_verify = 15,
  client_key_exchange = 16,
  certificate_status = 22,
};

} // namespace

struct handshake_filter::fragment {
  uint8_t type;
  uint32_t length;
  uint16_t sequence;
  uint32_t offset;
  uint32_t size;
};

bool dtls_record::is_handshake() const {
  return type == change_cipher_spec || type == handshake;
}

bool dtls_record::is_encrypted_alert() const {
  return type == alert && epoch > 0;
}

std::optional<dtls_record> take_dtls_record(byte_span& datagram) {
  byte_reader in{datagram};
  auto type = in.u8();
  auto version = in.u16();
  auto epoch = in.u16();
  in.skip(6);
  in.bytes(in.u16());
  if (in.failed() || (version != 0xfeff && version != 0xfefd))
    return std::nullopt;
  dtls_record record{type, epoch, datagram.first(in.position())};
  datagram = datagram.subspan(in.position());
  return record;
}

bool handshake_filter::admits(const dtls_record& record) {
  if (record.type == change_cipher_spec)
    return record.body().size() == 1 && record.body()[0] == 1;
  if (record.type != handshake || record.body().empty())
    return false;
  // Check all fragments before counting any of them.
  for (byte_reader in{record.body()}; in.remaining() > 0;) {
    auto x = take_fragment(in);
    if (!x || !expects(*x))
      return false;
  }
  for (byte_reader in{record.body()}; in.remaining() > 0;)
    if (!admits(*take_fragment(in)))
      return false;
  return true;
}

std::optional<handshake_filter::fragment>
handshake_filter::take_fragment(byte_reader& in) {
  fragment x{};
  x.type = in.u8();
  x.length = in.u24();
  x.sequence = in.u16();
  x.offset = in.u24();
  x.size = in.u24();
  in.skip(x.size);
  if (in.failed() || x.offset + x.size > x.length
      || (x.size == 0 && x.length != 0))
    return std::nullopt;
  return x;
}

bool handshake_filter::expects(const fragment& x) const {
  if (x.sequence >= claimed_.size())
    return false;
  if (role_ == dtls_role::server) {
    // A client that must send a certificate sends these in this order.
    switch (x.type) {
      case client_hello:
        return x.sequence == 0;
      case certificate:
        return x.sequence == 1;
      case client_key_exchange:
        return x.sequence == 2;
      case certificate_verify:
        return x.sequence == 3;
      default:
        return false;
    }
  }
  switch (x.type) {
    case server_hello:
    case hello_verify_request:
      return x.sequence <= 1;
    case new_session_ticket:
    case certificate:
    case server_key_exchange:
    case certificate_request:
    case server_hello_done:
    case certificate_status:
      return x.sequence >= 1;
    default:
      return false;
  }
}

bool handshake_filter::admits(const fragment& x) {
  // OpenSSL refuses longer messages and ends the association on them.
  constexpr uint32_t max_message = 16 * 1024;
  auto& claimed = claimed_[x.sequence];
  if (claimed != 0)
    return claimed == x.length + 1;
  if (x.length > max_message || claimed_octets_ + x.length > max_octets)
    return false;
  claimed = x.length + 1;
  claimed_octets_ += x.length;
  return true;
}

} // namespace troupe::net
