// SHA1_* is deprecated because providers cannot replace it. Saving the state of
// a keyed hash requires it, and halves the cost of a short packet.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "net/srtp/framed_session.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <memory>

namespace troupe::net {

namespace {

struct cipher_context_deleter {
  void operator()(EVP_CIPHER_CTX* context) const {
    EVP_CIPHER_CTX_free(context);
  }
};

using cipher_context_ptr =
    std::unique_ptr<EVP_CIPHER_CTX, cipher_context_deleter>;

/// Makes a context with its key set, so that a packet only sets the IV. Null if
/// OpenSSL fails.
cipher_context_ptr make_context(const EVP_CIPHER* cipher, byte_span key,
                                bool sends) {
  cipher_context_ptr context{EVP_CIPHER_CTX_new()};
  if (!context
      || EVP_CipherInit_ex(context.get(), cipher, nullptr, key.data(), nullptr,
                           sends ? 1 : 0)
             != 1)
    return nullptr;
  return context;
}

bool set_iv(const cipher_context_ptr& context, const uint8_t* iv) {
  return EVP_CipherInit_ex(context.get(), nullptr, nullptr, nullptr, iv, -1)
         == 1;
}

bool update(const cipher_context_ptr& context, byte_span in, uint8_t* out) {
  int written = 0;
  return in.empty()
         || EVP_CipherUpdate(context.get(), out, &written, in.data(),
                             static_cast<int>(in.size()))
                == 1;
}

/// HMAC-SHA1 (RFC 2104) that starts each time from the saved states after the
/// key's two pads.
class hmac_sha1 {
public:
  explicit hmac_sha1(byte_span key) {
    absorb(inner_, key, 0x36);
    absorb(outer_, key, 0x5c);
  }

  ~hmac_sha1() {
    OPENSSL_cleanse(&inner_, sizeof inner_);
    OPENSSL_cleanse(&outer_, sizeof outer_);
  }

  bool operator()(byte_span data, std::array<uint8_t, 20>& out) const {
    auto state = inner_;
    if (SHA1_Update(&state, data.data(), data.size()) != 1
        || SHA1_Final(out.data(), &state) != 1)
      return false;
    state = outer_;
    return SHA1_Update(&state, out.data(), out.size()) == 1
           && SHA1_Final(out.data(), &state) == 1;
  }

private:
  static void absorb(SHA_CTX& state, byte_span key, uint8_t pad) {
    std::array<uint8_t, SHA_CBLOCK> block;
    block.fill(pad);
    for (size_t i = 0; i < key.size(); ++i)
      block[i] ^= key[i];
    SHA1_Init(&state);
    SHA1_Update(&state, block.data(), block.size());
    OPENSSL_cleanse(block.data(), block.size());
  }

  SHA_CTX inner_;
  SHA_CTX outer_;
};

class openssl_ctr_hmac {
public:
  openssl_ctr_hmac(byte_span key, byte_span auth_key)
      : context_(make_context(EVP_aes_128_ctr(), key, true))
      , hmac_(auth_key) {}

  bool ready() const {
    return context_ != nullptr;
  }

  bool crypt(const ctr_iv& iv, byte_span in, uint8_t* out) {
    return set_iv(context_, iv.data()) && update(context_, in, out);
  }

  bool mac(byte_span data, std::array<uint8_t, 20>& out) {
    return hmac_(data, out);
  }

private:
  cipher_context_ptr context_;
  hmac_sha1 hmac_;
};

class openssl_gcm {
public:
  openssl_gcm(byte_span key, bool sends)
      : context_(
          make_context(key.size() == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(),
                       key, sends)) {}

  bool ready() const {
    return context_ != nullptr;
  }

  bool seal(const gcm_iv& iv, byte_span aad, byte_span in, uint8_t* out,
            uint8_t* tag) {
    return set_iv(context_, iv.data()) && update(context_, aad, nullptr)
           && update(context_, in, out) && finish(tag)
           && EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, 16,
                                  tag)
                  == 1;
  }

  bool open(const gcm_iv& iv, byte_span aad, mutable_byte_span data,
            const uint8_t* tag) {
    uint8_t ignored[16];
    return set_iv(context_, iv.data()) && update(context_, aad, nullptr)
           && update(context_, data, data.data())
           && EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, 16,
                                  const_cast<uint8_t*>(tag))
                  == 1
           && finish(ignored);
  }

private:
  bool finish(uint8_t* out) {
    int written = 0;
    return EVP_CipherFinal_ex(context_.get(), out, &written) == 1;
  }

  cipher_context_ptr context_;
};

} // namespace

bool openssl_keystream(byte_span key, const ctr_iv& iv, mutable_byte_span out) {
  auto cipher = key.size() == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr();
  auto context = make_context(cipher, key, true);
  std::memset(out.data(), 0, out.size());
  return context && set_iv(context, iv.data())
         && update(context, out, out.data());
}

std::unique_ptr<srtp_sender>
make_openssl_sender(srtp_profile profile, const srtp_session_keys& keys) {
  return make_framed_sender<openssl_ctr_hmac, openssl_gcm>(profile, keys);
}

std::unique_ptr<srtp_receiver>
make_openssl_receiver(srtp_profile profile, const srtp_session_keys& keys) {
  return make_framed_receiver<openssl_ctr_hmac, openssl_gcm>(profile, keys);
}

} // namespace troupe::net
