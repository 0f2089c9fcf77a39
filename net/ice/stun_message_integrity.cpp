// SHA1_* is deprecated because providers cannot replace it. Saving the state of
// a keyed hash requires it, and each check is too short for anything slower.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "net/ice/stun_message_integrity.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace troupe::net {

namespace {

using key_block = std::array<uint8_t, SHA_CBLOCK>;

// The state after the key's block, each octet of it XORed with `pad`.
std::array<uint32_t, 5> absorb(key_block block, uint8_t pad) {
  for (auto& x : block)
    x ^= pad;
  SHA_CTX state;
  SHA1_Init(&state);
  SHA1_Update(&state, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
  return {state.h0, state.h1, state.h2, state.h3, state.h4};
}

// Continues after the key's block.
void finish(const std::array<uint32_t, 5>& after_key, byte_span data,
            stun_integrity_tag& out) {
  SHA_CTX state;
  SHA1_Init(&state);
  state.h0 = after_key[0];
  state.h1 = after_key[1];
  state.h2 = after_key[2];
  state.h3 = after_key[3];
  state.h4 = after_key[4];
  state.Nl = SHA_CBLOCK * 8; // the length so far, in bits
  SHA1_Update(&state, data.data(), data.size());
  SHA1_Final(out.data(), &state);
}

} // namespace

stun_integrity_key::stun_integrity_key(std::string_view key) {
  key_block block{};
  if (key.size() <= block.size())
    std::ranges::copy(key, block.begin());
  else
    SHA1(reinterpret_cast<const uint8_t*>(key.data()), key.size(),
         block.data());
  inner_ = absorb(block, 0x36);
  outer_ = absorb(block, 0x5c);
  OPENSSL_cleanse(block.data(), block.size());
}

stun_integrity_key::~stun_integrity_key() {
  OPENSSL_cleanse(inner_.data(), sizeof inner_);
  OPENSSL_cleanse(outer_.data(), sizeof outer_);
}

stun_integrity_tag stun_integrity_key::sign(byte_span data) const {
  stun_integrity_tag tag;
  finish(inner_, data, tag);
  finish(outer_, tag, tag);
  return tag;
}

} // namespace troupe::net
