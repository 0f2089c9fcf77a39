#include "net/srtp/framed_session.hpp"

#include <srtp2/srtp.h>

#include <memory>

namespace troupe::net {

namespace {

struct session_deleter {
  void operator()(srtp_ctx_t_* session) const {
    srtp_dealloc(session);
  }
};

using session_ptr = std::unique_ptr<srtp_ctx_t_, session_deleter>;

void set_policy(srtp_profile profile, srtp_policy_t& policy) {
  switch (profile) {
    case srtp_profile::aes128_cm_sha1_80:
      srtp_crypto_policy_set_rtp_default(&policy.rtp);
      srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
      break;
    case srtp_profile::aes128_cm_sha1_32:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
      // RTCP keeps the long tag (RFC 5764, section 4.1.2).
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

session_ptr make_session(srtp_profile profile, const srtp_master_key& master,
                         srtp_ssrc_type_t direction) {
  static const bool initialized = srtp_init() == srtp_err_status_ok;
  if (!initialized || master.key.size() != srtp_key_length(profile)
      || master.salt.size() != srtp_salt_length(profile))
    return nullptr;
  auto key = master.key;
  key.insert(key.end(), master.salt.begin(), master.salt.end());
  srtp_policy_t policy{};
  set_policy(profile, policy);
  policy.ssrc.type = direction;
  policy.key = key.data();
  policy.window_size = 1024;
  srtp_t session = nullptr;
  auto status = srtp_create(&session, &policy);
  OPENSSL_cleanse(key.data(), key.size());
  return session_ptr{status == srtp_err_status_ok ? session : nullptr};
}

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

struct known {};

class libsrtp2_sender final : public srtp_sender {
public:
  libsrtp2_sender(srtp_profile profile, session_ptr session)
      : tag_(srtp_tag_length(profile))
      , rtcp_overhead_(is_gcm(profile) ? 20 : 14)
      , session_(std::move(session)) {}

  std::optional<size_t> protect_rtp(byte_span header, byte_span payload,
                                    mutable_byte_span out) override {
    auto length = header.size() + payload.size();
    if (rtp_header_length(header) != header.size()
        || out.size() < length + tag_)
      return std::nullopt;
    std::memcpy(out.data(), header.data(), header.size());
    if (!payload.empty())
      std::memcpy(out.data() + header.size(), payload.data(), payload.size());
    auto size = static_cast<int>(length);
    if (srtp_protect(session_.get(), out.data(), &size) != srtp_err_status_ok)
      return std::nullopt;
    return static_cast<size_t>(size);
  }

  std::optional<size_t> protect_rtcp(byte_span packet,
                                     mutable_byte_span out) override {
    if (packet.size() < srtcp_clear_octets
        || out.size() < packet.size() + rtcp_overhead_)
      return std::nullopt;
    std::memcpy(out.data(), packet.data(), packet.size());
    auto size = static_cast<int>(packet.size());
    if (srtp_protect_rtcp(session_.get(), out.data(), &size)
        != srtp_err_status_ok)
      return std::nullopt;
    return static_cast<size_t>(size);
  }

private:
  size_t tag_;
  size_t rtcp_overhead_;
  session_ptr session_;
};

class libsrtp2_receiver final : public srtp_receiver {
public:
  libsrtp2_receiver(srtp_profile profile, session_ptr session)
      : tag_(srtp_tag_length(profile))
      , rtcp_overhead_(is_gcm(profile) ? 20 : 14)
      , session_(std::move(session)) {}

  std::optional<size_t> unprotect_rtp(mutable_byte_span packet) override {
    auto header = rtp_header_length(packet);
    if (!header || packet.size() < *header + tag_)
      return refuse(srtp_error::malformed);
    return run(srtp_unprotect, packet, load_u32(packet.data() + 8));
  }

  std::optional<size_t> unprotect_rtcp(mutable_byte_span packet) override {
    if (packet.size() < srtcp_clear_octets + rtcp_overhead_)
      return refuse(srtp_error::malformed);
    return run(srtp_unprotect_rtcp, packet, load_u32(packet.data() + 4));
  }

  srtp_error last_error() const override {
    return error_;
  }

private:
  std::nullopt_t refuse(srtp_error why) {
    error_ = why;
    return std::nullopt;
  }

  std::optional<size_t> run(srtp_err_status_t (*unprotect)(srtp_t, void*, int*),
                            mutable_byte_span packet, uint32_t ssrc) {
    // libsrtp2 itself would keep any number of sources.
    auto is_known = sources_.find(ssrc) != nullptr;
    if (!is_known && sources_.full())
      return refuse(srtp_error::exhausted);
    auto size = static_cast<int>(packet.size());
    auto status = unprotect(session_.get(), packet.data(), &size);
    if (status != srtp_err_status_ok)
      return refuse(to_error(status));
    if (!is_known)
      sources_.insert(ssrc);
    return static_cast<size_t>(size);
  }

  size_t tag_;
  size_t rtcp_overhead_;
  session_ptr session_;
  source_table<known> sources_{max_received_sources};
  srtp_error error_ = srtp_error::malformed;
};

} // namespace

std::unique_ptr<srtp_sender> make_libsrtp2_sender(srtp_profile profile,
                                                  const srtp_master_key& key) {
  auto session = make_session(profile, key, ssrc_any_outbound);
  if (!session)
    return nullptr;
  return std::make_unique<libsrtp2_sender>(profile, std::move(session));
}

std::unique_ptr<srtp_receiver>
make_libsrtp2_receiver(srtp_profile profile, const srtp_master_key& key) {
  auto session = make_session(profile, key, ssrc_any_inbound);
  if (!session)
    return nullptr;
  return std::make_unique<libsrtp2_receiver>(profile, std::move(session));
}

} // namespace troupe::net
