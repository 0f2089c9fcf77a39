#include "net/dtls/srtp_keys.hpp"

#include <openssl/crypto.h>

#include <string_view>

namespace troupe::net {

std::optional<srtp_keys> export_srtp_keys(SSL* ssl, dtls_role role) {
  constexpr std::string_view label = "EXTRACTOR-dtls_srtp";
  auto selected = SSL_get_selected_srtp_profile(ssl);
  if (!selected)
    return std::nullopt;
  auto profile = static_cast<srtp_profile>(selected->id);
  auto key_length = srtp_key_length(profile);
  auto salt_length = srtp_salt_length(profile);
  std::vector<uint8_t> material(2 * (key_length + salt_length));
  if (SSL_export_keying_material(ssl, material.data(), material.size(),
                                 label.data(), label.size(), nullptr, 0, 0)
      != 1)
    return std::nullopt;
  byte_reader in{material};
  auto take = [&](size_t n) {
    auto x = in.bytes(n);
    return std::vector<uint8_t>(x.begin(), x.end());
  };
  srtp_master_key client;
  srtp_master_key server;
  client.key = take(key_length);
  server.key = take(key_length);
  client.salt = take(salt_length);
  server.salt = take(salt_length);
  OPENSSL_cleanse(material.data(), material.size());
  if (role == dtls_role::client)
    return srtp_keys{profile, std::move(client), std::move(server)};
  return srtp_keys{profile, std::move(server), std::move(client)};
}

} // namespace troupe::net
