#include "rtp/receive/rtcp_dispatcher.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

// The same as in transport-wide feedback, which belongs to no stream either.
constexpr auto local_ssrc = ssrc{1};

} // namespace

bool rtcp_dispatcher::add_consumer(stream_handle handle, ssrc media,
                                   std::optional<ssrc> rtx) {
  if (consumers_.contains(media)
      || (rtx && (*rtx == media || consumers_.contains(*rtx))))
    return false;
  consumers_[media] = {handle, false};
  if (rtx)
    consumers_[*rtx] = {handle, true};
  return true;
}

void rtcp_dispatcher::remove_consumer(stream_handle handle) {
  std::erase_if(consumers_,
                [&](auto& x) { return x.second.consumer == handle; });
}

void rtcp_dispatcher::handle_rtcp(net::byte_span compound,
                                  const demuxer& producers,
                                  time_point arrival) {
  auto reader = rtcp::compound_reader{compound};
  while (auto message = reader.next()) {
    std::visit(
        [&](const auto& x) {
          using type = std::decay_t<decltype(x)>;
          if constexpr (std::is_same_v<type, rtcp::extended_report>)
            take(x, producers, arrival);
          else if constexpr (std::is_same_v<type, rtcp::sender_report>)
            take(x, producers, arrival);
          else if constexpr (std::is_same_v<type, rtcp::bye>)
            take(x, producers);
          else if constexpr (std::is_same_v<type, rtcp::receiver_report>)
            take_blocks(x.blocks, arrival);
          else if constexpr (std::is_same_v<
                                 type,
                                 rtcp::nack> || std::is_same_v<type, rtcp::fir>)
            take(x);
          else if constexpr (std::is_same_v<type, rtcp::pli>) {
            if (auto handle = consumer_of(x.media))
              events_.push(keyframe_request_received{*handle});
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
                           const demuxer& producers, time_point arrival) {
  if (auto handle = producers.find(x.info.ssrc))
    events_.push(sender_report_received{*handle, x.info, arrival});
  take_blocks(x.blocks, arrival);
}

void rtcp_dispatcher::take(const rtcp::bye& x, const demuxer& producers) {
  for (auto source : x.sources)
    if (auto handle = producers.find(source.ssrc))
      events_.push(bye_received{*handle, source.ssrc});
}

void rtcp_dispatcher::take(const rtcp::extended_report& x,
                           const demuxer& producers, time_point arrival) {
  if (x.reference_time)
    note_reference_time(x.sender, *x.reference_time, arrival);
  auto handle = producers.find(x.sender);
  if (!handle)
    return;
  for (auto item : x.dlrr)
    events_.push(dlrr_received{*handle, item, arrival});
}

void rtcp_dispatcher::take(const rtcp::nack& x) {
  auto handle = consumer_of(x.media);
  if (!handle)
    return;
  auto event = nack_received{*handle, {}};
  x.for_each([&](uint16_t lost) {
    if (event.lost.size() < max_nacked)
      event.lost.push_back(lost);
  });
  events_.push(std::move(event));
}

void rtcp_dispatcher::take(const rtcp::fir& x) {
  for (auto item : x.items)
    if (auto handle = consumer_of(item.ssrc))
      events_.push(keyframe_request_received{*handle});
}

void rtcp_dispatcher::take_blocks(
    const rtcp::record_view<rtcp::report_block>& x, time_point arrival) {
  for (auto block : x)
    if (auto handle = consumer_of(block.ssrc))
      events_.push(report_block_received{*handle, block, arrival});
}

void rtcp_dispatcher::note_reference_time(ssrc receiver, ntp_time x,
                                          time_point arrival) {
  auto i =
      std::ranges::find(reference_times_, receiver, &reference_time::receiver);
  if (i != reference_times_.end())
    *i = {receiver, x.middle(), arrival};
  else if (reference_times_.size() < max_reference_times)
    reference_times_.push_back({receiver, x.middle(), arrival});
}

std::optional<std::vector<uint8_t>> rtcp_dispatcher::poll_rtcp(time_point now) {
  if (reference_times_.empty())
    return std::nullopt;
  std::vector<rtcp::dlrr_item> items;
  for (auto& x : reference_times_)
    items.push_back({x.receiver, x.middle, to_compact_ntp(now - x.arrival)});
  reference_times_.clear();
  rtcp::compound_builder packet;
  packet.add_dlrr(local_ssrc, items);
  return std::vector<uint8_t>{packet.bytes().begin(), packet.bytes().end()};
}

std::optional<stream_handle> rtcp_dispatcher::consumer_of(ssrc x) const {
  auto i = consumers_.find(x);
  if (i == consumers_.end() || i->second.rtx)
    return std::nullopt;
  return i->second.consumer;
}

} // namespace troupe::rtp
