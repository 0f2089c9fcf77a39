#include "net/srtp/framed_session.hpp"

#ifdef TROUPE_HAVE_IPSEC_MB

#include <intel-ipsec-mb.h>

#include <memory>

namespace troupe::net {

namespace {

struct manager_deleter {
  void operator()(IMB_MGR* manager) const {
    free_mb_mgr(manager);
  }
};

using manager_ptr = std::unique_ptr<IMB_MGR, manager_deleter>;

/// Null if this processor lacks a feature that the library needs.
manager_ptr make_manager() {
  manager_ptr manager{alloc_mb_mgr(0)};
  if (!manager)
    return nullptr;
  init_mb_mgr_auto(manager.get(), nullptr);
  if (imb_get_errno(manager.get()) != 0)
    return nullptr;
  return manager;
}

/// The calling thread's manager. Sessions move between threads, but each call
/// begins and ends on a single thread.
IMB_MGR* manager() {
  thread_local const auto instance = make_manager();
  return instance.get();
}

/// The calling thread's manager for hashing one packet at a time. The wide
/// implementations hash sixteen messages in parallel; SSE's uses the SHA
/// instructions, which are faster for a single message.
IMB_MGR* hash_manager() {
  thread_local const auto instance = [] {
    manager_ptr manager{alloc_mb_mgr(0)};
    if (manager)
      init_mb_mgr_sse(manager.get());
    return manager;
  }();
  return instance.get();
}

/// An expanded AES key for counter mode.
class ctr_key {
public:
  explicit ctr_key(byte_span key) : length_(key.size()) {
    alignas(16) uint32_t unused[60];
    if (length_ == 16)
      IMB_AES_KEYEXP_128(manager(), key.data(), schedule_, unused);
    else
      IMB_AES_KEYEXP_256(manager(), key.data(), schedule_, unused);
    OPENSSL_cleanse(unused, sizeof unused);
  }

  ~ctr_key() {
    OPENSSL_cleanse(schedule_, sizeof schedule_);
  }

  bool crypt(const ctr_iv& iv, byte_span in, uint8_t* out) const {
    IMB_JOB job{};
    job.enc_keys = schedule_;
    job.dec_keys = schedule_;
    job.key_len_in_bytes = length_;
    job.src = in.data();
    job.dst = out;
    job.msg_len_to_cipher_in_bytes = in.size();
    job.iv = iv.data();
    job.iv_len_in_bytes = iv.size();
    auto size = length_ == 16 ? IMB_KEY_128_BYTES : IMB_KEY_256_BYTES;
    return IMB_SUBMIT_CIPHER_BURST_NOCHECK(manager(), &job, 1, IMB_CIPHER_CNTR,
                                           IMB_DIR_ENCRYPT, size)
           == 1;
  }

private:
  size_t length_;
  alignas(16) uint32_t schedule_[60];
};

class ipsec_mb_ctr_hmac {
public:
  ipsec_mb_ctr_hmac(byte_span key, byte_span auth_key) : key_(key) {
    absorb(auth_key, 0x36, inner_);
    absorb(auth_key, 0x5c, outer_);
  }

  ~ipsec_mb_ctr_hmac() {
    OPENSSL_cleanse(inner_, sizeof inner_);
    OPENSSL_cleanse(outer_, sizeof outer_);
  }

  bool ready() const {
    return true;
  }

  bool crypt(const ctr_iv& iv, byte_span in, uint8_t* out) {
    return key_.crypt(iv, in, out);
  }

  bool mac(byte_span data, std::array<uint8_t, 20>& out) {
    IMB_JOB job{};
    job.src = data.data();
    job.msg_len_to_hash_in_bytes = data.size();
    job.auth_tag_output = out.data();
    job.auth_tag_output_len_in_bytes = out.size();
    job.u.HMAC._hashed_auth_key_xor_ipad = inner_;
    job.u.HMAC._hashed_auth_key_xor_opad = outer_;
    return IMB_SUBMIT_HASH_BURST_NOCHECK(hash_manager(), &job, 1,
                                         IMB_AUTH_HMAC_SHA_1)
           == 1;
  }

private:
  static void absorb(byte_span key, uint8_t pad, uint8_t* out) {
    std::array<uint8_t, 64> block;
    block.fill(pad);
    for (size_t i = 0; i < key.size(); ++i)
      block[i] ^= key[i];
    IMB_SHA1_ONE_BLOCK(manager(), block.data(), out);
    OPENSSL_cleanse(block.data(), block.size());
  }

  ctr_key key_;
  alignas(16) uint8_t inner_[20];
  alignas(16) uint8_t outer_[20];
};

class ipsec_mb_gcm {
public:
  ipsec_mb_gcm(byte_span key, bool) : is_128_(key.size() == 16) {
    if (is_128_)
      IMB_AES128_GCM_PRE(manager(), key.data(), &key_);
    else
      IMB_AES256_GCM_PRE(manager(), key.data(), &key_);
  }

  ~ipsec_mb_gcm() {
    OPENSSL_cleanse(&key_, sizeof key_);
  }

  bool ready() const {
    return true;
  }

  bool seal(const gcm_iv& iv, byte_span aad, byte_span in, uint8_t* out,
            uint8_t* tag) {
    auto m = manager();
    gcm_context_data context;
    auto encrypt = is_128_ ? m->gcm128_enc : m->gcm256_enc;
    encrypt(&key_, &context, out, in.data(), in.size(), iv.data(), aad.data(),
            aad.size(), tag, 16);
    return true;
  }

  bool open(const gcm_iv& iv, byte_span aad, mutable_byte_span data,
            const uint8_t* tag) {
    auto m = manager();
    gcm_context_data context;
    uint8_t computed[16] = {};
    auto decrypt = is_128_ ? m->gcm128_dec : m->gcm256_dec;
    decrypt(&key_, &context, data.data(), data.data(), data.size(), iv.data(),
            aad.data(), aad.size(), computed, sizeof computed);
    return CRYPTO_memcmp(computed, tag, sizeof computed) == 0;
  }

private:
  alignas(64) gcm_key_data key_;
  bool is_128_; // in the last line of the key
};

} // namespace

bool ipsec_mb_available() {
  static const bool available = make_manager() != nullptr;
  return available;
}

bool ipsec_mb_keystream(byte_span key, const ctr_iv& iv,
                        mutable_byte_span out) {
  std::memset(out.data(), 0, out.size());
  return ctr_key{key}.crypt(iv, out, out.data());
}

std::unique_ptr<srtp_sender>
make_ipsec_mb_sender(srtp_profile profile, const srtp_session_keys& keys) {
  return make_framed_sender<ipsec_mb_ctr_hmac, ipsec_mb_gcm>(profile, keys);
}

std::unique_ptr<srtp_receiver>
make_ipsec_mb_receiver(srtp_profile profile, const srtp_session_keys& keys) {
  return make_framed_receiver<ipsec_mb_ctr_hmac, ipsec_mb_gcm>(profile, keys);
}

} // namespace troupe::net

#else // without the library the backend is never available

namespace troupe::net {

bool ipsec_mb_available() {
  return false;
}

bool ipsec_mb_keystream(byte_span, const ctr_iv&, mutable_byte_span) {
  return false;
}

std::unique_ptr<srtp_sender> make_ipsec_mb_sender(srtp_profile,
                                                  const srtp_session_keys&) {
  return nullptr;
}

std::unique_ptr<srtp_receiver>
make_ipsec_mb_receiver(srtp_profile, const srtp_session_keys&) {
  return nullptr;
}

} // namespace troupe::net

#endif
