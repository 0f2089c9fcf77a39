#pragma once

#include "protocol/verbs/verbs.hpp"

namespace troupe::actors {

/// The reply of a peer to a verb; by default `ok`.
template <class Verb>
struct reply_of {
  using type = protocol::reply::ok;
};
template <>
struct reply_of<protocol::verb::join> {
  using type = protocol::reply::joined;
};
template <>
struct reply_of<protocol::verb::announce> {
  using type = protocol::reply::joined;
};
template <>
struct reply_of<protocol::verb::create_transport> {
  using type = protocol::reply::transport_created;
};
template <>
struct reply_of<protocol::verb::connect_transport> {
  using type = protocol::reply::transport_connected;
};
template <>
struct reply_of<protocol::verb::restart_ice> {
  using type = protocol::reply::ice_restarted;
};
template <>
struct reply_of<protocol::verb::produce> {
  using type = protocol::reply::produced;
};
template <>
struct reply_of<protocol::verb::consume> {
  using type = protocol::reply::consumed;
};
template <>
struct reply_of<protocol::verb::pause_consumer> {
  using type = protocol::reply::consumers;
};
template <>
struct reply_of<protocol::verb::resume_consumer> {
  using type = protocol::reply::consumers;
};
template <>
struct reply_of<protocol::verb::list_producers> {
  using type = protocol::reply::producers;
};
template <>
struct reply_of<protocol::verb::produce_data> {
  using type = protocol::reply::data_produced;
};
template <>
struct reply_of<protocol::verb::consume_data> {
  using type = protocol::reply::data_consumed;
};
template <>
struct reply_of<protocol::verb::pause_data_consumer> {
  using type = protocol::reply::data_consumers;
};
template <>
struct reply_of<protocol::verb::resume_data_consumer> {
  using type = protocol::reply::data_consumers;
};
template <>
struct reply_of<protocol::verb::set_data_subchannels> {
  using type = protocol::reply::data_subchannels;
};
template <>
struct reply_of<protocol::verb::add_data_subchannel> {
  using type = protocol::reply::data_subchannels;
};
template <>
struct reply_of<protocol::verb::remove_data_subchannel> {
  using type = protocol::reply::data_subchannels;
};
template <>
struct reply_of<protocol::verb::get_data_buffered> {
  using type = protocol::reply::data_buffered;
};
template <>
struct reply_of<protocol::verb::list_data_producers> {
  using type = protocol::reply::data_producers;
};
template <>
struct reply_of<protocol::verb::get_stats> {
  using type = protocol::reply::stats;
};

} // namespace troupe::actors
