#pragma once

#include "net/base/classify.hpp"
#include "net/base/datagram.hpp"
#include "net/ice/stun_message.hpp"

#include <string>
#include <unordered_map>

namespace troupe::actors {

/// Finds the transport that a datagram belongs to: by its tuple, once ICE has
/// validated that, else by the username fragment of a STUN request. Other
/// datagrams have no route, so no address is learned from media; except those
/// of other nodes, whose trunks are told apart by the tag in their SSRCs.
///
/// Not thread-safe. `Handle` is cheap to copy and comparable.
template <class Handle>
class route_table {
public:
  void add_fragment(std::string fragment, Handle to) {
    by_fragment_.insert_or_assign(std::move(fragment), std::move(to));
  }

  void remove_fragment(const std::string& fragment) {
    by_fragment_.erase(fragment);
  }

  void add_tuple(const net::transport_tuple& tuple, Handle to) {
    by_tuple_.insert_or_assign(tuple, std::move(to));
  }

  /// Removes a tuple, unless another transport has taken it since.
  void remove_tuple(const net::transport_tuple& tuple, const Handle& from) {
    auto i = by_tuple_.find(tuple);
    if (i != by_tuple_.end() && i->second == from)
      by_tuple_.erase(i);
  }

  /// Routes RTP and RTCP whose SSRCs begin with this tag (their upper 20 bits)
  /// and that come from `remote` by UDP.
  void add_trunk(uint32_t tag, const net::socket_address& remote, Handle to) {
    by_tag_.insert_or_assign(tag, trunk{remote, std::move(to)});
  }

  /// Removes a tag, unless another transport has taken it since.
  void remove_trunk(uint32_t tag, const Handle& from) {
    auto i = by_tag_.find(tag);
    if (i != by_tag_.end() && i->second.to == from)
      by_tag_.erase(i);
  }

  /// The trunk of a datagram for which find() has found nothing, or null.
  const Handle* find_trunk(const net::datagram& x) const {
    if (by_tag_.empty() || x.tuple.protocol != net::transport_protocol::udp)
      return nullptr;
    const auto data = std::as_const(*x.data).bytes();
    const auto kind = net::classify(data);
    if (kind != net::datagram_kind::rtp && kind != net::datagram_kind::rtcp)
      return nullptr;
    // RFC 3550, sections 5.1 and 6.4.1.
    const auto at = kind == net::datagram_kind::rtp ? 8 : 4;
    auto i = by_tag_.find(net::load_u32(data.data() + at) >> stream_bits);
    return i == by_tag_.end() || i->second.remote != x.tuple.remote
               ? nullptr
               : &i->second.to;
  }

  /// The transport of a tuple, or null.
  const Handle* find(const net::transport_tuple& tuple) const {
    auto i = by_tuple_.find(tuple);
    return i == by_tuple_.end() ? nullptr : &i->second;
  }

  /// The transport that a datagram belongs to, or null.
  const Handle* find(const net::datagram& x) const {
    auto data = std::as_const(*x.data).bytes();
    // The credentials of a check decide: its tuple may be another's by now.
    if (auto fragment = net::stun_username_fragment(data)) {
      auto i = by_fragment_.find(*fragment);
      return i == by_fragment_.end() ? nullptr : &i->second;
    }
    return find(x.tuple);
  }

  size_t size() const {
    return by_tuple_.size() + by_fragment_.size() + by_tag_.size();
  }

private:
  // The lower bits of an SSRC, which number the streams of a trunk.
  static constexpr unsigned stream_bits = 12;

  struct trunk {
    net::socket_address remote;
    Handle to;
  };

  struct text_hash {
    using is_transparent = void;

    size_t operator()(std::string_view x) const {
      return std::hash<std::string_view>{}(x);
    }
  };

  std::unordered_map<std::string, Handle, text_hash, std::equal_to<>>
      by_fragment_;
  std::unordered_map<net::transport_tuple, Handle> by_tuple_;
  std::unordered_map<uint32_t, trunk> by_tag_;
};

} // namespace troupe::actors
