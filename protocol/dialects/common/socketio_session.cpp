#include "protocol/dialects/common/socketio_session.hpp"

#include "net/base/ascii.hpp"
#include "net/base/take_first.hpp"
#include "protocol/dialects/common/close_codes.hpp"
#include "protocol/json/json_writer.hpp"

#include <algorithm>
#include <utility>

namespace troupe::protocol {

namespace {

// 24 characters of 5.95 bits each: more than the 128 bits that make a session
// id unguessable.
constexpr size_t sid_length = 24;

// A `pid` is random characters, a dot, and the secret. If it did not change,
// clients would assume that they had missed no event, and would not rejoin.
constexpr size_t noise_length = 8;

} // namespace

socketio_session::socketio_session(socketio_config config, net::rng& random,
                                   net::time_point now)
    : config_(std::move(config))
    , random_(random)
    , deadline_(now + config_.connect_timeout) {}

void socketio_session::handle_frame(const frame& in, net::time_point now) {
  if (out_.closing())
    return;
  if (in.binary)
    handle_attachment(in.payload);
  else
    handle_text(in.payload, now);
}

void socketio_session::handle_timeout(net::time_point now) {
  if (deadline_ && now >= *deadline_)
    close(close_codes::policy_violation, "no namespace connected");
}

std::optional<net::time_point> socketio_session::poll_timeout() const {
  return deadline_;
}

std::optional<socketio_input> socketio_session::poll_input() {
  return net::take_first(inputs_);
}

std::optional<frame> socketio_session::poll_frame() {
  return out_.poll_frame();
}

std::optional<close_connection> socketio_session::poll_close() {
  return out_.poll_close();
}

void socketio_session::emit(std::string_view nsp, std::string_view data,
                            std::vector<std::string> attachments) {
  const auto type =
      attachments.empty() ? socketio_type::event : socketio_type::binary_event;
  if (connected(nsp))
    send(type, nsp, std::nullopt, data, std::move(attachments));
}

void socketio_session::emit(std::string_view nsp, shared_text packet) {
  if (connected(nsp))
    out_.send({{}, false, std::move(packet)});
}

void socketio_session::acknowledge(std::string_view nsp, int64_t id,
                                   std::string_view data,
                                   std::vector<std::string> attachments) {
  const auto type =
      attachments.empty() ? socketio_type::ack : socketio_type::binary_ack;
  if (connected(nsp))
    send(type, nsp, id, data, std::move(attachments));
}

void socketio_session::disconnect(std::string_view nsp) {
  if (!connected(nsp))
    return;
  send(socketio_type::disconnect, nsp, std::nullopt, {});
  connected_.erase(connected_.find(nsp));
}

bool socketio_session::connected(std::string_view nsp) const {
  return connected_.contains(nsp);
}

void socketio_session::close(uint16_t code, std::string_view reason) {
  deadline_.reset();
  reassembly_.reset();
  out_.close({code, std::string{reason}});
}

void socketio_session::handle_text(const std::string& text,
                                   net::time_point now) {
  if (reassembly_)
    return close(close_codes::protocol_error, "text between attachments");
  auto packet = decode_socketio_packet(text, config_.limits);
  if (!packet)
    return refuse(packet.error());
  handle_packet(std::move(*packet), now);
}

void socketio_session::handle_attachment(const std::string& bytes) {
  if (!reassembly_)
    return close(close_codes::protocol_error, "unexpected attachment");
  reassembly_->bytes += bytes.size();
  if (reassembly_->bytes > config_.max_attachment_bytes)
    return close(close_codes::message_too_big, "attachments too large");
  reassembly_->attachments.push_back(bytes);
  if (reassembly_->attachments.size() < reassembly_->packet.attachments)
    return;
  auto complete = std::move(*reassembly_);
  reassembly_.reset();
  deliver(std::move(complete.packet), std::move(complete.attachments));
}

void socketio_session::handle_packet(socketio_packet packet,
                                     net::time_point now) {
  const auto in_namespace = connected(packet.nsp);
  if (packet.type == socketio_type::connect && !in_namespace
      && !waiting_.contains(packet.nsp))
    return handle_connect(std::move(packet));
  if (packet.type == socketio_type::connect
      || packet.type == socketio_type::connect_error || !in_namespace)
    return close(close_codes::protocol_error, "unexpected packet");
  if (packet.type == socketio_type::disconnect) {
    connected_.erase(packet.nsp);
    if (connected_.empty())
      deadline_ = now + config_.connect_timeout;
    inputs_.push_back(socketio_disconnected{std::move(packet.nsp)});
    return;
  }
  if (packet.attachments > 0) {
    reassembly_ = reassembly{std::move(packet), {}, 0};
    return;
  }
  deliver(std::move(packet), {});
}

void socketio_session::handle_connect(socketio_packet packet) {
  if (!config_.namespaces.contains(packet.nsp))
    return send(socketio_type::connect_error, packet.nsp, std::nullopt,
                R"({"message":"Invalid namespace"})");
  if (!config_.admission_required)
    return enter(std::move(packet.nsp), std::move(packet.data));
  rapidjson::Document auth;
  auth.CopyFrom(packet.data, auth.GetAllocator());
  waiting_.emplace(packet.nsp, std::move(packet.data));
  inputs_.push_back(
      socketio_connect_request{std::move(packet.nsp), std::move(auth)});
}

void socketio_session::admit(const std::string& nsp) {
  if (auto found = waiting_.extract(nsp); found && !out_.closing())
    enter(std::move(found.key()), std::move(found.mapped()));
}

void socketio_session::deny(const std::string& nsp, std::string_view data) {
  if (waiting_.erase(nsp) > 0)
    send(socketio_type::connect_error, nsp, std::nullopt, data);
}

void socketio_session::enter(std::string nsp, rapidjson::Document auth) {
  connected_.insert(nsp);
  deadline_.reset();
  std::string sid;
  json_writer reply;
  reply.begin_object();
  if (config_.derive_sid) {
    auto secret = choose_secret(auth);
    sid = config_.derive_sid(secret);
    reply.add("sid", sid)
        .add("pid", random_.alphanumeric(noise_length) + "." + secret);
  } else {
    sid = random_.alphanumeric(sid_length);
    reply.add("sid", sid);
  }
  send(socketio_type::connect, nsp, std::nullopt, reply.end_object().str());
  inputs_.push_back(socketio_connected{std::move(nsp), std::move(sid),
                                       std::move(auth),
                                       config_.derive_sid != nullptr});
}

std::string socketio_session::choose_secret(const rapidjson::Value& shown) {
  if (shown.IsObject())
    if (auto i = shown.FindMember("pid");
        i != shown.MemberEnd() && i->value.IsString()) {
      std::string_view pid{i->value.GetString(), i->value.GetStringLength()};
      if (pid.size() == noise_length + 1 + sid_length
          && std::ranges::all_of(pid.substr(noise_length + 1),
                                 net::is_alphanumeric))
        return std::string{pid.substr(noise_length + 1)};
    }
  return random_.alphanumeric(sid_length);
}

void socketio_session::deliver(socketio_packet packet,
                               std::vector<std::string> attachments) {
  if (packet.type == socketio_type::ack
      || packet.type == socketio_type::binary_ack)
    return;
  inputs_.push_back(socketio_event{std::move(packet.nsp), packet.id,
                                   std::move(packet.data),
                                   std::move(attachments)});
}

void socketio_session::refuse(std::error_code why) {
  close(why == socketio_errc::too_large ? close_codes::message_too_big
                                        : close_codes::protocol_error,
        why.message());
}

void socketio_session::send(socketio_type type, std::string_view nsp,
                            std::optional<int64_t> id, std::string_view data,
                            std::vector<std::string> attachments) {
  if (out_.closing())
    return;
  out_.send(
      {encode_socketio_packet(type, nsp, id, data, attachments.size()), false});
  for (auto& bytes : attachments)
    out_.send({std::move(bytes), true});
}

} // namespace troupe::protocol
