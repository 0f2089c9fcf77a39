#include "protocol/verbs/error.hpp"

namespace troupe::protocol {

namespace {

struct entry {
  std::string_view name;
  std::string_view message;
};

entry describe(error_code code) {
  switch (code) {
    case error_code::bad_request:
      return {"bad-request", "Bad request"};
    case error_code::unknown_method:
      return {"unknown-method", "Unknown method"};
    case error_code::not_joined:
      return {"not-joined", "Not joined"};
    case error_code::already_joined:
      return {"already-joined", "Already joined"};
    case error_code::room_not_found:
      return {"room-not-found", "Room not found"};
    case error_code::room_exists:
      return {"room-exists", "Room already exists"};
    case error_code::peer_not_found:
      return {"peer-not-found", "Peer not found"};
    case error_code::transport_not_found:
      return {"transport-not-found", "Transport not found"};
    case error_code::producer_not_found:
      return {"producer-not-found", "Producer not found"};
    case error_code::consumer_not_found:
      return {"consumer-not-found", "Consumer not found"};
    case error_code::data_producer_not_found:
      return {"data-producer-not-found", "Data producer not found"};
    case error_code::data_consumer_not_found:
      return {"data-consumer-not-found", "Data consumer not found"};
    case error_code::recording_not_found:
      return {"recording-not-found", "Recording not found"};
    case error_code::no_producer:
      return {"no-producer", "No producer to consume"};
    case error_code::cannot_consume:
      return {"cannot-consume", "Cannot consume"};
    case error_code::unsupported:
      return {"unsupported", "Unsupported parameters"};
    case error_code::wrong_state:
      return {"wrong-state", "Not allowed in this state"};
    case error_code::limit_reached:
      return {"limit-reached", "Limit reached"};
    case error_code::forbidden:
      return {"forbidden", "Forbidden"};
    case error_code::unauthorized:
      return {"unauthorized", "Unauthorized"};
    case error_code::overloaded:
      return {"overloaded", "The server is busy, try again later"};
    case error_code::internal:
      break;
  }
  return {"internal", "Internal error"};
}

struct reason_entry {
  std::string_view name;
  error_code code;
  std::string_view message;
};

reason_entry describe(error_reason reason) {
  using enum error_code;
  switch (reason) {
    case error_reason::token_missing:
      return {"token-missing", unauthorized, "A token is required"};
    case error_reason::token_invalid:
      return {"token-invalid", unauthorized, "The token is not valid"};
    case error_reason::token_expired:
      return {"token-expired", unauthorized, "The token has expired"};
    case error_reason::token_not_yet_valid:
      return {"token-not-yet-valid", unauthorized,
              "The token is not valid yet"};
    case error_reason::token_wrong_room:
      return {"token-wrong-room", forbidden,
              "The token does not allow this room"};
    case error_reason::token_wrong_user:
      return {"token-wrong-user", forbidden,
              "The token belongs to another user"};
    case error_reason::room_locked:
      return {"room-locked", forbidden, "The room is locked"};
    case error_reason::room_full:
      return {"room-full", limit_reached, "The room is full"};
    case error_reason::draining:
      return {"draining", overloaded,
              "The server is closing for maintenance, try again later"};
    case error_reason::waiting_for_host:
      return {"waiting-for-host", forbidden, "A host must let you in"};
    case error_reason::no_host_answered:
      return {"no-host-answered", forbidden, "No host has let you in"};
    case error_reason::turned_away:
      return {"turned-away", forbidden, "A host did not let you in"};
    case error_reason::room_over:
      return {"room-over", forbidden, "The room ended while you waited"};
    case error_reason::lobby_full:
      return {"lobby-full", limit_reached, "Too many people wait to be let in"};
    case error_reason::in_line:
      return {"in-line", overloaded, "The server is busy: you are in line"};
    case error_reason::none:
      break;
  }
  return {"", internal, describe(internal).message};
}

} // namespace

std::string_view to_string(error_code code) {
  return describe(code).name;
}

std::string_view to_string(error_reason reason) {
  return describe(reason).name;
}

bool concerns_token(error_reason reason) {
  return to_string(reason).starts_with("token-");
}

error make_error(error_code code) {
  return {code, std::string{describe(code).message}};
}

error make_error(error_reason reason) {
  const auto known = describe(reason);
  return {known.code, std::string{known.message}, reason};
}

std::string describe_fault(std::string_view member, std::string_view fault) {
  return std::string{member}.append(": ").append(fault);
}

error bad_member(std::string_view member, std::string_view fault) {
  return {error_code::bad_request, describe_fault(member, fault)};
}

} // namespace troupe::protocol
