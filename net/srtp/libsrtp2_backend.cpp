#include "net/srtp/framed_session.hpp"

#include <arpa/inet.h>
#include <srtp2/srtp.h>

#include <algorithm>
#include <memory>

namespace troupe::net {

namespace {

struct srtp_context_deleter {
  void operator()(srtp_ctx_t_* context) const {
    srtp_dealloc(context);
  }
};

using srtp_context_ptr = std::unique_ptr<srtp_ctx_t_, srtp_context_deleter>;

void set_policy(srtp_profile profile, srtp_policy_t& policy) {
  switch (profile) {
    case srtp_profile::aes128_cm_sha1_80:
      srtp_crypto_policy_set_rtp_default(&policy.rtp);
      srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
      break;
    case srtp_profile::aes128_cm_sha1_32:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
      // RTCP keeps the 80-bit tag (RFC 5764, section 4.1.2).
      srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
      break;
    case srtp_profile::aead_aes_128_gcm:
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
      break;
    case srtp_profile::aead_aes_256_gcm:
      srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
      srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
      break;
  }
}

/// A session of libsrtp2 with one key. It creates a stream for each new SSRC.
class session {
public:
  session(srtp_profile profile, const srtp_master_key& master,
          srtp_ssrc_type_t direction) {
    static const bool initialized = srtp_init() == srtp_err_status_ok;
    if (!initialized || master.key.size() != srtp_key_length(profile)
        || master.salt.size() != srtp_salt_length(profile))
      return;
    key_ = master.key;
    key_.insert(key_.end(), master.salt.begin(), master.salt.end());
    set_policy(profile, policy_);
    policy_.ssrc.type = direction;
    policy_.key = key_.data();
    policy_.window_size = 1024;
    srtp_t made = nullptr;
    if (srtp_create(&made, &policy_) == srtp_err_status_ok)
      context_.reset(made);
  }

  session(const session&) = delete;
  session& operator=(const session&) = delete;

  ~session() {
    OPENSSL_cleanse(key_.data(), key_.size());
  }

  bool ready() const {
    return context_ != nullptr;
  }

  srtp_t get() const {
    return context_.get();
  }

  void remove_stream(uint32_t ssrc) {
    srtp_remove_stream(get(), htonl(ssrc));
  }

  /// Sets the rollover counter for a source's next packet.
  void set_rollovers(uint32_t ssrc, uint32_t rollovers) {
    if (srtp_set_stream_roc(get(), ssrc, rollovers) == srtp_err_status_ok)
      return;
    auto policy = policy_;
    policy.ssrc = {ssrc_specific, ssrc};
    srtp_add_stream(get(), &policy);
    srtp_set_stream_roc(get(), ssrc, rollovers);
  }

private:
  std::vector<uint8_t> key_;
  srtp_policy_t policy_{};
  srtp_context_ptr context_;
};

srtp_error to_error(srtp_err_status_t status) {
  switch (status) {
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
      return srtp_error::replayed;
    case srtp_err_status_auth_fail:
    case srtp_err_status_cipher_fail:
      return srtp_error::bad_tag;
    case srtp_err_status_key_expired:
      return srtp_error::exhausted;
    default:
      return srtp_error::malformed;
  }
}

class libsrtp2_sender final : public srtp_sender {
public:
  libsrtp2_sender(srtp_profile profile, const srtp_master_key& key)
      : tag_(srtp_tag_length(profile))
      , rtcp_overhead_(is_gcm(profile) ? 20 : 14)
      , session_(profile, key, ssrc_any_outbound) {}

  bool ready() const {
    return session_.ready();
  }

  std::optional<size_t> protect_rtp(byte_span header, byte_span payload,
                                    mutable_byte_span out) override {
    auto length = header.size() + payload.size();
    if (rtp_header_length(header) != header.size()
        || out.size() < length + tag_)
      return std::nullopt;
    auto* source = find_or_add(load_u32(header.data() + 8));
    if (!source)
      return std::nullopt;
    std::memcpy(out.data(), header.data(), header.size());
    if (!payload.empty())
      std::memcpy(out.data() + header.size(), payload.data(), payload.size());
    auto size = static_cast<int>(length);
    auto status = srtp_protect(session_.get(), out.data(), &size);
    if (status != srtp_err_status_ok)
      return refuse(status);
    auto index =
        estimate_srtp_index(source->highest, load_u16(header.data() + 2));
    source->highest = std::max(source->highest, index);
    source->sent = true;
    return static_cast<size_t>(size);
  }

  std::optional<size_t> protect_rtcp(byte_span packet,
                                     mutable_byte_span out) override {
    if (packet.size() < srtcp_clear_octets
        || out.size() < packet.size() + rtcp_overhead_
        || !find_or_add(load_u32(packet.data() + 4)))
      return std::nullopt;
    std::memcpy(out.data(), packet.data(), packet.size());
    auto size = static_cast<int>(packet.size());
    auto status = srtp_protect_rtcp(session_.get(), out.data(), &size);
    if (status != srtp_err_status_ok)
      return refuse(status);
    return static_cast<size_t>(size);
  }

  void retire(uint32_t ssrc) override {
    if (sources_.retire(ssrc))
      session_.remove_stream(ssrc);
  }

  std::optional<uint16_t> last_sequence(uint32_t ssrc) override {
    auto* source = sources_.find(ssrc);
    if (!source || !source->sent)
      return std::nullopt;
    return static_cast<uint16_t>(source->highest);
  }

private:
  struct source_state {
    uint64_t highest = 0; // index
    bool sent = false;
  };

  std::nullopt_t refuse(srtp_err_status_t why) {
    if (why == srtp_err_status_key_expired)
      return exhaust();
    return std::nullopt;
  }

  source_state* find_or_add(uint32_t ssrc) {
    return sources_.find_or_add(ssrc, [this] { exhaust(); });
  }

  size_t tag_;
  size_t rtcp_overhead_;
  session session_;
  sent_sources<source_state> sources_;
};

class libsrtp2_receiver final : public srtp_receiver {
public:
  libsrtp2_receiver(srtp_profile profile, const srtp_master_key& key)
      : tag_(srtp_tag_length(profile))
      , gcm_(is_gcm(profile))
      , session_(profile, key, ssrc_any_inbound) {}

  bool ready() const {
    return session_.ready();
  }

  std::optional<size_t> unprotect_rtp(mutable_byte_span packet) override {
    auto header = rtp_header_length(packet);
    if (!header || packet.size() < *header + tag_)
      return refuse(srtp_error::malformed);
    auto ssrc = load_u32(packet.data() + 8);
    auto x = look_up(ssrc);
    auto highest = x.next.rtp - size_t{x.next.rtp > 0};
    auto index = estimate_srtp_index(highest, load_u16(packet.data() + 2));
    if (index < x.floor.rtp)
      return refuse(srtp_error::replayed);
    // libsrtp2 has forgotten the rollover counter of a source that returns.
    auto returns = x.next.rtp == x.floor.rtp && index >> 16 > 0;
    if (!run(srtp_unprotect, packet, ssrc,
             returns ? std::optional{static_cast<uint32_t>(index >> 16)}
                     : std::nullopt))
      return std::nullopt;
    auto& next = sources_.find(ssrc)->next.rtp;
    next = std::max(next, index + 1);
    return size_;
  }

  std::optional<size_t> unprotect_rtcp(mutable_byte_span packet) override {
    if (packet.size() < srtcp_clear_octets + (gcm_ ? 20 : 14))
      return refuse(srtp_error::malformed);
    auto index = load_u32(packet.data() + packet.size() - (gcm_ ? 4 : 14))
                 & ~srtcp_encrypted_bit;
    auto ssrc = load_u32(packet.data() + 4);
    if (index < look_up(ssrc).floor.rtcp)
      return refuse(srtp_error::replayed);
    if (!run(srtp_unprotect_rtcp, packet, ssrc, std::nullopt))
      return std::nullopt;
    auto& next = sources_.find(ssrc)->next.rtcp;
    next = std::max<uint64_t>(next, index + 1);
    return size_;
  }

  srtp_error last_error() const override {
    return error_;
  }

  void keep(uint32_t ssrc) override {
    sources_.keep(ssrc, [this](uint32_t gone) { forget(gone); });
  }

  void retire(uint32_t ssrc) override {
    if (sources_.retire(ssrc))
      forget(ssrc);
  }

private:
  struct source_state {
    explicit source_state(source_remains x) : floor(x), next(x) {}

    source_remains remains() const {
      return next;
    }

    source_remains floor; // packets before this index are refused
    source_remains next;  // the index after the highest received
  };

  std::nullopt_t refuse(srtp_error why) {
    error_ = why;
    return std::nullopt;
  }

  source_state look_up(uint32_t ssrc) {
    auto* known = sources_.find(ssrc);
    return known ? *known : source_state{sources_.remains(ssrc)};
  }

  void forget(uint32_t ssrc) {
    session_.remove_stream(ssrc);
  }

  bool run(srtp_err_status_t (*unprotect)(srtp_t, void*, int*),
           mutable_byte_span packet, uint32_t ssrc,
           std::optional<uint32_t> rollovers) {
    auto is_known = sources_.find(ssrc) != nullptr;
    if (!is_known && sources_.exhausted()) {
      refuse(srtp_error::exhausted);
      return false;
    }
    if (rollovers)
      session_.set_rollovers(ssrc, *rollovers);
    auto size = static_cast<int>(packet.size());
    auto status = unprotect(session_.get(), packet.data(), &size);
    if (status != srtp_err_status_ok) {
      if (rollovers && !is_known)
        session_.remove_stream(ssrc);
      refuse(to_error(status));
      return false;
    }
    if (!is_known)
      sources_.add(ssrc, [this](uint32_t gone) { forget(gone); });
    size_ = static_cast<size_t>(size);
    return true;
  }

  size_t tag_;
  bool gcm_;
  session session_;
  received_sources<source_state> sources_;
  size_t size_ = 0; // of the latest packet
  srtp_error error_ = srtp_error::malformed;
};

template <class Session>
std::unique_ptr<Session> make(srtp_profile profile,
                              const srtp_master_key& key) {
  auto out = std::make_unique<Session>(profile, key);
  return out->ready() ? std::move(out) : nullptr;
}

} // namespace

std::unique_ptr<srtp_sender> make_libsrtp2_sender(srtp_profile profile,
                                                  const srtp_master_key& key) {
  return make<libsrtp2_sender>(profile, key);
}

std::unique_ptr<srtp_receiver>
make_libsrtp2_receiver(srtp_profile profile, const srtp_master_key& key) {
  return make<libsrtp2_receiver>(profile, key);
}

} // namespace troupe::net
