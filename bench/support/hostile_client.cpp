#include "hostile_client.hpp"

#include <thread>

namespace troupe::bench {

namespace {

/// The largest `appData` of one request (protocol/verbs/limits.hpp).
const std::string& large_app_data() {
  static const auto text =
      R"("appData":{"x":")" + std::string(16'000, 'x') + "\"}";
  return text;
}

/// A packet of a producer of `audio_track`, `size` octets of payload.
test::octets packet(uint32_t ssrc, uint16_t number, size_t size) {
  test::rtp_builder x;
  x.payload_type = 96;
  x.ssrc = ssrc;
  x.sequence_number = number;
  x.timestamp = number * 3'000u;
  x.payload = test::octets(size, 0x55);
  x.payload[0] = 0x10; // VP8: the start of a frame that is not a key frame
  return x.build();
}

/// All channels together then reach the limit of a member.
constexpr size_t consumers_of_a_channel = 16;
constexpr size_t packets_kept = 2'048; // per producer
constexpr size_t packet_size = 1'100;

} // namespace

granted_objects& granted_objects::operator+=(const granted_objects& other) {
  transports += other.transports;
  producers += other.producers;
  data_producers += other.data_producers;
  consumers += other.consumers;
  data_consumers += other.data_consumers;
  signaling_octets += other.signaling_octets;
  return *this;
}

hostile_client::hostile_client(uint16_t port, const std::string& name,
                               const net::dtls_context& dtls)
    : dtls_(dtls)
    , port_(port)
    , signaling_(port, "room", name) {
  signaling_.expect_long_lists();
}

template <class Use>
size_t hostile_client::ask_until_refused(
    size_t most, const std::string& type,
    const std::function<std::string(size_t)>& data, Use use) {
  for (size_t i = 0; i < most; ++i) {
    auto reply = signaling_.request(type, data(i));
    if (test::text_at(reply, "/type") == "error")
      return i;
    use(reply);
    if (i % 64 == 0) {
      signaling_.forget_pushes();
      pump();
    }
  }
  return most;
}

void hostile_client::open_transports() {
  granted.transports = ask_until_refused(
      64, "create-transport",
      [](size_t i) {
        return std::string{R"({"enableSctp":true,"direction":")"}
               + (i == 0 ? "send" : "recv") + "\"}";
      },
      [&](const test::json& created) {
        auto x = std::make_unique<test::live_transport>(dtls_);
        signaling_.connect(*x, created, dtls_);
        transports_.push_back(std::move(x));
      });
  std::vector<test::live_transport*> all;
  for (auto& x : transports_)
    all.push_back(x.get());
  REQUIRE(test::drive(all, [&] {
    return std::ranges::all_of(all, [](auto* x) { return x->connected(); });
  }));
}

void hostile_client::take_objects() {
  open_transports();
  take_producers();
  take_consumers();
  sending_data_ = std::make_unique<test::live_data>(*transports_.at(0));
  for (size_t i = 1; i < transports_.size(); ++i)
    idle_data_.push_back(std::make_unique<test::live_data>(*transports_[i]));
  std::vector<test::live_transport*> all;
  for (auto& x : transports_)
    all.push_back(x.get());
  REQUIRE(test::drive(all, [&] {
    sending_data_->pump();
    for (auto& x : idle_data_)
      x->pump();
    return sending_data_->connected()
           && std::ranges::all_of(idle_data_,
                                  [](auto& x) { return x->connected(); });
  }));
}

void hostile_client::take_producers() {
  auto send = "{\"transportId\":" + test::quoted(transports_[0]->id) + ",";
  static std::atomic<uint32_t> next_ssrc{1'000'000};
  // First with the largest appData that is granted, then without.
  for (const auto& more : {"," + large_app_data(), std::string{}}) {
    granted.producers += ask_until_refused(
        1'000, "produce",
        [&](size_t) {
          ssrcs_.push_back(next_ssrc += 2);
          return send
                 + test::video_track(ssrcs_.back(),
                                     std::to_string(ssrcs_.back()))
                 + more + "}";
        },
        [](const test::json&) {});
    ssrcs_.resize(granted.producers);
  }
  for (const auto& more : {"," + large_app_data(), std::string{}})
    granted.data_producers += ask_until_refused(
        1'000, "produce-data",
        [&](size_t) {
          return send + R"("label":"x","sctpStreamParameters":{"streamId":)"
                 + std::to_string(channels_.size()) + "}" + more + "}";
        },
        [&](const test::json& x) {
          channels_.push_back(test::text_at(x, "/data/id"));
        });
}

void hostile_client::take_consumers() {
  auto receive = [&](size_t i) {
    const auto& on = *transports_[1 + i % (transports_.size() - 1)];
    return "{\"transportId\":" + test::quoted(on.id);
  };
  auto capabilities =
      test::to_text(signaling_.request("get-rtp-capabilities")["data"]);
  // Each producer of the others as often as the server grants.
  auto producers = signaling_.request("get-producers");
  for (const auto& x : producers["data"].GetArray())
    granted.consumers += ask_until_refused(
        4'000, "consume",
        [&](size_t i) {
          return receive(i) + ",\"rtpCapabilities\":" + capabilities
                 + ",\"producerId\":"
                 + test::quoted(test::text_at(x, "/producerId")) + "}";
        },
        [](const test::json&) {});
  auto others = signaling_.request("get-data-producers");
  for (const auto& x : others["data"].GetArray())
    channels_.push_back(test::text_at(x, "/dataProducerId"));
  for (size_t channel = 0; channel < channels_.size(); ++channel)
    granted.data_consumers += ask_until_refused(
        consumers_of_a_channel, "consume-data",
        [&](size_t) {
          return receive(channel) + ",\"dataProducerId\":"
                 + test::quoted(channels_[channel]) + "}";
        },
        [](const test::json&) {});
  signaling_.forget_pushes();
}

void hostile_client::fill_replay() {
  for (size_t number = 0; number < packets_kept; ++number) {
    for (auto ssrc : ssrcs_)
      transports_[0]->send_rtp(
          packet(ssrc, static_cast<uint16_t>(number), packet_size));
    // A link of about 300 Mbit/s.
    if (number % 4 == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    if (number % 64 == 0)
      pump();
  }
}

void hostile_client::fill_data(size_t octets) {
  const std::string message(256 * 1024, 'x');
  size_t sent = 0;
  auto deadline = test::live_transport::now() + std::chrono::seconds{10};
  for (size_t i = 0; sent < octets && test::live_transport::now() < deadline;) {
    auto stream = static_cast<net::sctp_stream_id>(
        i % std::max<size_t>(granted.data_producers, 1));
    if (sending_data_->send(stream, net::sctp_ppid::binary, message)) {
      sent += message.size();
      ++i;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    sending_data_->pump();
  }
}

void hostile_client::flood_signaling(size_t octets) {
  auto request = test::make_request(
      1, "get-producers", "{\"x\":\"" + std::string(60'000, 'x') + "\"}");
  while (granted.signaling_octets < octets && signaling_.say(request))
    granted.signaling_octets += request.size();
}

void hostile_client::leave() {
  signaling_.drop();
  sending_data_.reset();
  idle_data_.clear();
  transports_.clear();
}

void hostile_client::pump() {
  for (auto& x : transports_)
    x->pump();
}

} // namespace troupe::bench
