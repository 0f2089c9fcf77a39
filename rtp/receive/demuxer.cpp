#include "rtp/receive/demuxer.hpp"

#include "net/base/enum_category.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

std::string_view text_of(demuxer_errc value) {
  switch (value) {
    case demuxer_errc::duplicate_ssrc:
      return "SSRC already in use on this transport";
    case demuxer_errc::duplicate_mid:
      return "MID already in use on this transport";
    case demuxer_errc::duplicate_rid:
      return "RID without MID already in use on this transport";
    case demuxer_errc::no_identity:
      return "neither MID nor SSRC nor RID given";
    case demuxer_errc::duplicate_handle:
      return "producer already on this transport";
  }
  return "unknown";
}

bool has_rid(const producer_identity& x, std::string_view name) {
  return std::find(x.rids.begin(), x.rids.end(), name) != x.rids.end();
}

template <class T>
bool has_repetition(const std::vector<T>& xs) {
  for (auto i = xs.begin(); i != xs.end(); ++i)
    if (std::find(std::next(i), xs.end(), *i) != xs.end())
      return true;
  return false;
}

} // namespace

const std::error_category& demuxer_category() {
  static const net::enum_category<demuxer_errc> instance{"demuxer", text_of};
  return instance;
}

net::result<void> demuxer::check(stream_handle handle,
                                 const producer_identity& identity) const {
  if (identity.mid.empty() && identity.ssrcs.empty() && identity.rids.empty())
    return make_error_code(demuxer_errc::no_identity);
  if (entry_of(handle) != nullptr)
    return make_error_code(demuxer_errc::duplicate_handle);
  if (has_repetition(identity.ssrcs))
    return make_error_code(demuxer_errc::duplicate_ssrc);
  if (has_repetition(identity.rids))
    return make_error_code(demuxer_errc::duplicate_rid);
  for (auto x : identity.ssrcs) {
    auto i = ssrcs_.find(x);
    if (i != ssrcs_.end() && !i->second.learned)
      return make_error_code(demuxer_errc::duplicate_ssrc);
  }
  for (auto& other : producers_) {
    if (!identity.mid.empty() && other.identity.mid == identity.mid)
      return make_error_code(demuxer_errc::duplicate_mid);
    if (!identity.mid.empty() || !other.identity.mid.empty())
      continue;
    for (auto& name : identity.rids)
      if (has_rid(other.identity, name))
        return make_error_code(demuxer_errc::duplicate_rid);
  }
  return {};
}

net::result<void> demuxer::add_producer(stream_handle handle,
                                        const producer_identity& identity) {
  if (auto ok = check(handle, identity); !ok)
    return ok;
  for (auto x : identity.ssrcs) {
    // Signaled SSRCs replace those learned from packets.
    if (auto i = ssrcs_.find(x); i != ssrcs_.end() && i->second.learned)
      --learned_;
    ssrcs_[x] = {handle, false};
  }
  producers_.push_back({handle, identity, {}, 0});
  has_last_ = false;
  return {};
}

std::vector<ssrc> demuxer::remove_producer(stream_handle handle) {
  std::vector<ssrc> out;
  std::erase_if(producers_, [&](auto& x) { return x.handle == handle; });
  std::erase_if(ssrcs_, [&](auto& x) {
    if (x.second.producer != handle)
      return false;
    out.push_back(x.first);
    if (x.second.learned)
      --learned_;
    return true;
  });
  has_last_ = false;
  return out;
}

void demuxer::handle_packet(packet x) {
  producer_entry* to = find_by_ssrc(x.ssrc());
  if (to == nullptr) {
    to = find_by_extension(x);
    if (to == nullptr) {
      drops_.add(drop_reason::unknown_source);
      return;
    }
    if (learned_ < max_learned) {
      ssrcs_[x.ssrc()] = {to->handle, true};
      ++learned_;
      if (unpolled_.size() < max_learned)
        unpolled_.push(x.ssrc());
    }
  }
  if (to->pending.capacity() == 0)
    to->pending.reserve(to->last_size);
  to->pending.push_back(std::move(x));
}

std::optional<demuxer::routed_batch> demuxer::poll_batch() {
  for (; poll_from_ < producers_.size(); ++poll_from_) {
    auto& x = producers_[poll_from_];
    if (x.pending.empty())
      continue;
    x.last_size = x.pending.size();
    return routed_batch{x.handle, std::make_shared<const std::vector<packet>>(
                                      std::exchange(x.pending, {}))};
  }
  poll_from_ = 0;
  return std::nullopt;
}

std::optional<stream_handle> demuxer::find(ssrc x) const {
  auto i = ssrcs_.find(x);
  if (i == ssrcs_.end())
    return std::nullopt;
  return i->second.producer;
}

demuxer::producer_entry* demuxer::entry_of(stream_handle handle) {
  for (auto& x : producers_)
    if (x.handle == handle)
      return &x;
  return nullptr;
}

const demuxer::producer_entry* demuxer::entry_of(stream_handle handle) const {
  return const_cast<demuxer*>(this)->entry_of(handle);
}

demuxer::producer_entry* demuxer::find_by_ssrc(ssrc x) {
  if (!has_last_ || last_ssrc_ != x) {
    auto i = ssrcs_.find(x);
    if (i == ssrcs_.end())
      return nullptr;
    last_ssrc_ = x;
    last_producer_ = i->second.producer;
    has_last_ = true;
  }
  return entry_of(last_producer_);
}

demuxer::producer_entry* demuxer::find_by_extension(const packet& x) {
  producer_entry* by_rid = nullptr;
  auto rid_matches = size_t{0};
  for (auto& p : producers_) {
    auto& ids = p.identity.extensions;
    // The MID alone decides: another producer may have the same RID.
    if (auto tag = read_mid(x, ids)) {
      if (*tag == p.identity.mid)
        return &p;
      continue;
    }
    auto name = read_rid(x, ids);
    if (!name)
      name = read_repaired_rid(x, ids);
    if (!name || !has_rid(p.identity, *name))
      continue;
    by_rid = &p;
    ++rid_matches;
  }
  return rid_matches == 1 ? by_rid : nullptr;
}

} // namespace troupe::rtp
