#include "protocol/dialects/common/dialect.hpp"

#include "protocol/dialects/camel/camel.hpp"
#include "protocol/dialects/common/entries.hpp"

#include <algorithm>
#include <array>

namespace troupe::protocol {

close_connection dialect::handle_end(end_reason why) {
  switch (why) {
    case end_reason::replaced:
      return {4001, "replaced by a newer connection"};
    case end_reason::kicked:
      return {4003, "kicked"};
    case end_reason::room_closed:
      return {4004, "the room is closed"};
    case end_reason::token_expired:
      return {1008, "token expired"};
    case end_reason::transport_ended:
      return {1000, "the transport has ended"};
  }
  return {};
}

std::optional<error_code> dialect::poll_refusal() {
  if (refused_.empty())
    return std::nullopt;
  const auto last = refused_.back();
  refused_.pop_back();
  return last;
}

std::span<const dialect_entry> dialects() {
  static const std::array entries{protoo_entry(),   ws_entry(),
                                  socketio_entry(), whip_entry(),
                                  whep_entry(),     broadcaster_entry()};
  return entries;
}

std::span<const socketio_vocabulary_entry> socketio_vocabularies() {
  static const std::array entries{events_entry(), camel_entry()};
  return entries;
}

std::span<const camel_method_table> camel_method_tables() {
  static const std::array tables{common_camel_method_table(),
                                 data_camel_method_table(), flow_method_table(),
                                 rooms_method_table()};
  return tables;
}

const dialect_entry* find_dialect(const handshake& in) {
  const auto all = dialects();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& x) {
    return x.carrier == in.carrier && x.matches(in);
  });
  return found == all.end() ? nullptr : &*found;
}

http_answer write_http_error(const dialect_entry& dialect, unsigned status,
                             const error& why) {
  return dialect.write_error ? dialect.write_error(status, why)
                             : http_error(status, why);
}

std::optional<http_reading> read_http_call(const http_call& call) {
  for (const auto& x : dialects())
    if (x.read_call)
      if (auto plan = x.read_call(call))
        return http_reading{&x, std::move(*plan)};
  return std::nullopt;
}

} // namespace troupe::protocol
