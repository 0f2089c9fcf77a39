// SHA1_* is deprecated because providers cannot replace it. Saving the state of
// a keyed hash requires it, and each check is too short for anything slower.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "net/ice/stun_message_integrity.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <string>

namespace troupe::net {

namespace {

// The states of the hash after the key's two pads.
class keyed_sha1 {
public:
  keyed_sha1() {
    absorb_key();
  }

  ~keyed_sha1() {
    OPENSSL_cleanse(&inner_, sizeof inner_);
    OPENSSL_cleanse(&outer_, sizeof outer_);
    OPENSSL_cleanse(key_.data(), key_.size());
  }

  keyed_sha1(const keyed_sha1&) = delete;
  keyed_sha1& operator=(const keyed_sha1&) = delete;

  void set_key(std::string_view key) {
    if (key_ == key)
      return;
    key_.assign(key);
    absorb_key();
  }

  stun_integrity_tag operator()(byte_span data) const {
    stun_integrity_tag tag;
    auto state = inner_;
    SHA1_Update(&state, data.data(), data.size());
    SHA1_Final(tag.data(), &state);
    state = outer_;
    SHA1_Update(&state, tag.data(), tag.size());
    SHA1_Final(tag.data(), &state);
    return tag;
  }

private:
  void absorb_key() {
    std::array<uint8_t, SHA_CBLOCK> block{};
    if (key_.size() <= block.size())
      std::ranges::copy(key_, block.begin());
    else
      SHA1(reinterpret_cast<const uint8_t*>(key_.data()), key_.size(),
           block.data());
    absorb(inner_, block, 0x36);
    absorb(outer_, block, 0x5c);
    OPENSSL_cleanse(block.data(), block.size());
  }

  static void absorb(SHA_CTX& state, std::array<uint8_t, SHA_CBLOCK> block,
                     uint8_t pad) {
    for (auto& x : block)
      x ^= pad;
    SHA1_Init(&state);
    SHA1_Update(&state, block.data(), block.size());
    OPENSSL_cleanse(block.data(), block.size());
  }

  std::string key_;
  SHA_CTX inner_;
  SHA_CTX outer_;
};

} // namespace

stun_integrity_tag stun_integrity(std::string_view key, byte_span data) {
  static thread_local keyed_sha1 hmac;
  hmac.set_key(key);
  return hmac(data);
}

} // namespace troupe::net
