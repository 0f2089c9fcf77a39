#include "net/ice/stun_query.hpp"

#include <openssl/evp.h>

#include <optional>
#include <utility>

namespace troupe::net {

namespace {

// RFC 8656, section 18.
constexpr uint16_t method_allocate = 0x003;
constexpr uint16_t method_refresh = 0x004;
constexpr uint16_t attr_lifetime = 0x000D;
constexpr uint16_t attr_realm = 0x0014;
constexpr uint16_t attr_nonce = 0x0015;
constexpr uint16_t attr_requested_transport = 0x0019;

constexpr std::array<uint8_t, 4> relay_by_udp{17, 0, 0, 0};
constexpr std::array<uint8_t, 4> no_lifetime{};

constexpr size_t stun_header_size = 20;

// RFC 8489, section 14.9 and 14.10: fewer than 128 characters of UTF-8.
constexpr size_t longest_challenge = 763;

// The value of the first attribute of that type in a message that was parsed.
std::optional<std::string_view> find_attribute(byte_span message,
                                               uint16_t type) {
  byte_reader in{message};
  in.skip(stun_header_size);
  while (in.remaining() > 0) {
    const auto found = in.u16();
    const auto size = in.u16();
    const auto value = in.bytes(size);
    in.skip(pad_to_four(size) - size);
    if (in.failed())
      break;
    if (found == type)
      return as_text(value);
  }
  return std::nullopt;
}

// The key of MESSAGE-INTEGRITY (RFC 8489, section 9.2.2). It leaves out
// SASLprep, which changes no printable ASCII.
std::string long_term_key(std::string_view username, std::string_view realm,
                          std::string_view credential) {
  std::string text{username};
  text.append(":").append(realm).append(":").append(credential);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  // Fails where the operator has forbidden MD5; the server then refuses us.
  if (!EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(),
                  nullptr))
    return {};
  return {reinterpret_cast<const char*>(digest.data()), size};
}

} // namespace

stun_query::stun_query(rng& random) : random_(random), step_(step::binding) {
  write_request();
}

stun_query::stun_query(rng& random, std::string username,
                       std::string credential)
    : random_(random)
    , username_(std::move(username))
    , credential_(std::move(credential))
    , step_(step::challenge) {
  write_request();
}

bool stun_query::handle_message(byte_span message) {
  const auto parsed = stun_message::parse(message);
  if (outcome_ != progress::unfinished || !parsed
      || parsed->transaction_id() != id_)
    return false;
  if (parsed->type() == stun_class::success) {
    handle_success();
  } else if (parsed->type() == stun_class::error) {
    error_code_ = parsed->error_code();
    handle_error(message);
  } else {
    return false;
  }
  if (outcome_ == progress::unfinished)
    write_request();
  return true;
}

void stun_query::handle_success() {
  if (step_ == step::allocate)
    step_ = step::release;
  else
    outcome_ =
        step_ == step::challenge ? progress::unprotected : progress::done;
}

void stun_query::handle_error(byte_span message) {
  if (step_ == step::challenge && error_code_ == stun_error::unauthorized
      && read_challenge(message)) {
    step_ = step::allocate;
    return;
  }
  // The allocation exists, and ends by itself.
  if (step_ == step::release)
    outcome_ = progress::done;
  else
    outcome_ =
        step_ == step::allocate && error_code_ == stun_error::unauthorized
            ? progress::bad_credentials
            : progress::refused;
}

bool stun_query::read_challenge(byte_span message) {
  const auto realm = find_attribute(message, attr_realm);
  const auto nonce = find_attribute(message, attr_nonce);
  if (!realm || !nonce || realm->size() > longest_challenge
      || nonce->size() > longest_challenge)
    return false;
  realm_ = *realm;
  nonce_ = *nonce;
  return true;
}

void stun_query::write_request() {
  random_.fill(id_);
  const auto method = step_ == step::binding   ? stun_method_binding
                      : step_ == step::release ? method_refresh
                                               : method_allocate;
  stun_writer out{buffer_, stun_class::request, id_, method};
  if (method == method_allocate)
    out.attribute(attr_requested_transport, relay_by_udp);
  if (step_ == step::release)
    out.attribute(attr_lifetime, no_lifetime);
  if (step_ == step::allocate || step_ == step::release) {
    out.username(username_);
    out.attribute(attr_realm, as_bytes(realm_));
    out.attribute(attr_nonce, as_bytes(nonce_));
    out.integrity(long_term_key(username_, realm_, credential_));
  }
  const auto written = out.finish();
  // Challenge and user name may be too long for a request.
  if (!written)
    outcome_ = progress::refused;
  else
    request_ = *written;
}

} // namespace troupe::net
