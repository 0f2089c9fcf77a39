#include "net/cluster/basp_gate.hpp"

#include <algorithm>

namespace troupe::net {

namespace {

// A buffer of more octets is given back after its frame: few frames are large.
constexpr size_t kept_capacity = size_t{64} << 10;

} // namespace

std::optional<basp_fault> basp_gate::handle_input(byte_span in,
                                                  std::vector<uint8_t>& out) {
  while (!fault_ && !in.empty()) {
    const auto n = std::min(frame_size_ - frame_.size(), in.size());
    frame_.insert(frame_.end(), in.begin(),
                  in.begin() + static_cast<ptrdiff_t>(n));
    in = in.subspan(n);
    if (frame_.size() == header_size)
      fault_ = check_header();
    if (!fault_ && frame_.size() == frame_size_)
      fault_ = finish_frame(out);
  }
  if (fault_)
    frame_ = {};
  return fault_;
}

std::optional<basp_fault> basp_gate::check_header() {
  if (read_basp_payload_size(frame_) > max_payload)
    return basp_fault::payload_too_long;
  const auto header = read_basp_header(frame_);
  if (!header || (node_.empty() && !header->is_handshake()))
    return basp_fault::malformed;
  header_ = *header;
  frame_size_ = header_size + header_.payload_size;
  return std::nullopt;
}

std::optional<basp_fault> basp_gate::finish_frame(std::vector<uint8_t>& out) {
  auto result = verdict::pass;
  const auto payload = byte_span{frame_}.subspan(header_size);
  if (auto fault = check_frame(payload, result))
    return fault;
  if (result == verdict::pass) {
    out.insert(out.end(), frame_.begin(), frame_.end());
    ++passed_;
  } else {
    ++dropped_;
  }
  if (frame_.capacity() > kept_capacity)
    frame_ = {};
  frame_.clear();
  frame_size_ = header_size;
  return std::nullopt;
}

std::optional<basp_fault> basp_gate::check_frame(byte_span payload,
                                                 verdict& out) {
  switch (header_.operation) {
    case basp_operation::server_handshake:
    case basp_operation::client_handshake:
      return check_handshake(payload);
    case basp_operation::direct_message:
      return check_message(payload, out);
    case basp_operation::routed_message:
      out = verdict::drop;
      return std::nullopt;
    case basp_operation::monitor_message:
    case basp_operation::down_message:
      return check_report(payload, out);
    case basp_operation::heartbeat:
      return std::nullopt;
  }
  return basp_fault::malformed;
}

std::optional<basp_fault> basp_gate::check_handshake(byte_span payload) {
  const auto node = read_basp_node(payload);
  if (node.empty() || ++handshakes_ > max_handshakes)
    return basp_fault::malformed;
  if (node_.empty())
    node_.assign(node.begin(), node.end());
  if (!std::ranges::equal(node, node_))
    return basp_fault::malformed;
  return std::nullopt;
}

std::optional<basp_fault> basp_gate::check_message(byte_span payload,
                                                   verdict& out) {
  if ((header_.flags & basp_named_receiver) != 0) {
    if (header_.dest != basp_spawn_server)
      return basp_fault::not_for_gateway;
    out = verdict::drop;
    return std::nullopt;
  }
  if (auto fault = check_basp_message(payload))
    return fault;
  if (header_.source != 0 && senders_.insert(header_.source).second
      && senders_.size() > max_senders)
    return basp_fault::too_many_senders;
  return std::nullopt;
}

// A report of another node may be one that an honest peer forwarded, so it does
// not end the link.
std::optional<basp_fault> basp_gate::check_report(byte_span payload,
                                                  verdict& out) {
  const auto source = read_basp_node(payload);
  const auto dest = read_basp_node(payload.subspan(basp_node_size));
  if (source.empty() || dest.empty())
    return basp_fault::malformed;
  if (!std::ranges::equal(source, node_)) {
    out = verdict::drop;
    return std::nullopt;
  }
  if (header_.operation == basp_operation::monitor_message)
    return std::nullopt;
  senders_.erase(header_.source);
  return check_basp_reason(payload.subspan(2 * basp_node_size));
}

} // namespace troupe::net
