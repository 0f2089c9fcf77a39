#include "rtp/rtcp_dispatcher.hpp"

#include <algorithm>

namespace troupe::rtp {

bool rtcp_dispatcher::add_consumer(stream_handle who, ssrc media,
                                   std::optional<ssrc> rtx) {
  if (consumers_.contains(media)
      || (rtx && (*rtx == media || consumers_.contains(*rtx))))
    return false;
  consumers_[media] = {who, false};
  if (rtx)
    consumers_[*rtx] = {who, true};
  return true;
}

void rtcp_dispatcher::remove_consumer(stream_handle who) {
  std::erase_if(consumers_, [&](auto& x) { return x.second.consumer == who; });
}

void rtcp_dispatcher::handle_rtcp(net::byte_span compound,
                                  const demuxer& producers) {
  auto reader = rtcp::compound_reader{compound};
  while (auto message = reader.next()) {
    std::visit(
        [&](const auto& x) {
          using type = std::decay_t<decltype(x)>;
          if constexpr (
              std::is_same_v<
                  type,
                  rtcp::
                      sender_report> || std::is_same_v<type, rtcp::bye> || std::is_same_v<type, rtcp::extended_report>)
            take(x, producers);
          else if constexpr (std::is_same_v<type, rtcp::receiver_report>)
            take_blocks(x.blocks);
          else if constexpr (std::is_same_v<
                                 type,
                                 rtcp::nack> || std::is_same_v<type, rtcp::fir>)
            take(x);
          else if constexpr (std::is_same_v<type, rtcp::pli>) {
            if (auto who = consumer_of(x.media))
              events_.push(keyframe_request_received{*who});
          } else if constexpr (std::is_same_v<type, rtcp::remb>)
            events_.push(remb_received{x.bitrate_bps});
          else if constexpr (std::is_same_v<type, rtcp::transport_cc>)
            events_.push(transport_feedback_received{x});
        },
        *message);
  }
  malformed_ += reader.malformed();
}

void rtcp_dispatcher::take(const rtcp::sender_report& x,
                           const demuxer& producers) {
  if (auto who = producers.find(x.info.ssrc))
    events_.push(sender_report_received{*who, x.info});
  take_blocks(x.blocks);
}

void rtcp_dispatcher::take(const rtcp::bye& x, const demuxer& producers) {
  for (auto source : x.sources)
    if (auto who = producers.find(source.ssrc))
      events_.push(bye_received{*who, source.ssrc});
}

void rtcp_dispatcher::take(const rtcp::extended_report& x,
                           const demuxer& producers) {
  auto who = producers.find(x.sender);
  if (!who)
    return;
  for (auto item : x.dlrr)
    events_.push(dlrr_received{*who, item});
}

void rtcp_dispatcher::take(const rtcp::nack& x) {
  auto who = consumer_of(x.media);
  if (!who)
    return;
  auto event = nack_received{*who, {}};
  x.for_each([&](uint16_t lost) {
    if (event.lost.size() < max_nacked)
      event.lost.push_back(lost);
  });
  events_.push(std::move(event));
}

void rtcp_dispatcher::take(const rtcp::fir& x) {
  for (auto item : x.items)
    if (auto who = consumer_of(item.ssrc))
      events_.push(keyframe_request_received{*who});
}

void rtcp_dispatcher::take_blocks(
    const rtcp::record_view<rtcp::report_block>& x) {
  for (auto block : x)
    if (auto who = consumer_of(block.ssrc))
      events_.push(report_block_received{*who, block});
}

std::optional<stream_handle> rtcp_dispatcher::consumer_of(ssrc x) const {
  auto i = consumers_.find(x);
  if (i == consumers_.end() || i->second.rtx)
    return std::nullopt;
  return i->second.consumer;
}

} // namespace troupe::rtp
