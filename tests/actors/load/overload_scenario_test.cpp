#include "actors/load/load_monitor.hpp"
#include "actors/load/shedding.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

/// Runs the monitor and the shedding decision in a loop with a queueing server:
/// it sends a number of packets per second, queues the others, and drops
/// packets after 200 ms.
namespace {

constexpr auto step = 5ms;
constexpr auto longest_wait = 0.2; // seconds

/// The cost of a consumer: packets per second of each encoding.
struct stream {
  consumer_facts facts;
  std::vector<double> rates;
};

struct outcome {
  double goodput = 0;    // of the peak
  double audio_loss = 0; // share
  double time_late = 0;  // share of the time above 100 ms
};

/// The demand of all consumers, in packets per second.
double demand(const std::vector<stream>& streams) {
  double sum = 0;
  for (const auto& x : streams)
    sum += x.rates[x.facts.preferred];
  return sum;
}

class queueing_server {
public:
  queueing_server(std::vector<stream> streams, double capacity, uint32_t seed)
      : streams_(std::move(streams))
      , capacity_(capacity)
      , random_(seed) {
    settle();
  }

  /// Runs for `time` with `factor` times the demand.
  outcome run(double factor, net::duration time) {
    double sent = 0, lost_audio = 0, audio = 0, late = 0;
    auto end = now_ + time;
    while (now_ < end) {
      now_ += step;
      auto dt = std::chrono::duration<double>(step).count();
      adapt();
      // Frames come in bursts; only the mean matters.
      std::uniform_real_distribution<double> burst{0.5, 1.5};
      auto in = factor * dt * (audio_ + video_ * burst(random_));
      backlog_ += in;
      audio += factor * dt * audio_;
      if (key_interval_.count() > 0 && now_ - keyed_ >= key_interval_) {
        keyed_ = now_;
        backlog_ += key_packets_;
      }
      auto out = std::min(backlog_, capacity_ * dt);
      backlog_ -= out;
      sent += out;
      auto lost = std::max(0.0, backlog_ - longest_wait * capacity_);
      backlog_ -= lost;
      // Video is dropped first.
      lost_audio += std::max(0.0, lost - (in - factor * dt * audio_));
      auto delay = backlog_ / capacity_;
      worst_ = std::max(worst_, delay);
      late += delay > 0.1 ? dt : 0;
      busy_ += out / (capacity_ * dt);
      lost_ += lost;
      ++steps_;
      if (now_ - sampled_ >= load_monitor::interval)
        sample();
    }
    auto spell = std::chrono::duration<double>(time).count();
    return {sent / (capacity_ * spell), audio > 0 ? lost_audio / audio : 0,
            late / spell};
  }

  /// The time at `factor` times the demand until the state is normal.
  net::duration recover(double factor) {
    auto begin = now_;
    while (monitor.state() != overload_state{} && now_ - begin < 60s)
      run(factor, step);
    return now_ - begin;
  }

  /// From now on a key frame that takes `time` to send comes every `interval`,
  /// besides the demand.
  void send_key_frames(net::duration time, net::duration interval) {
    key_packets_ = capacity_ * std::chrono::duration<double>(time).count();
    key_interval_ = interval;
  }

  /// Whether newcomers were refused at any time.
  bool has_refused() const {
    return refused_;
  }

  load_monitor monitor{{}};

private:
  void sample() {
    sampled_ = now_;
    monitor.handle_sample({busy_ / steps_,
                           std::chrono::duration_cast<net::duration>(
                               std::chrono::duration<double>(worst_)),
                           static_cast<uint64_t>(std::ceil(lost_))},
                          now_);
    refused_ = refused_ || monitor.refuses_newcomers();
    while (monitor.poll_change())
      settle_at_ = now_ + 150ms; // a key frame of the other encoding arrives
    busy_ = lost_ = worst_ = 0;
    steps_ = 0;
  }

  void adapt() {
    if (settle_at_ && now_ >= *settle_at_) {
      settle_at_.reset();
      settle();
    }
  }

  // Applies the monitor's state.
  void settle() {
    audio_ = video_ = 0;
    for (const auto& x : streams_) {
      auto allowed = decide_shedding(monitor.state(), x.facts, {});
      if (x.facts.kind == rtp::media_kind::audio)
        audio_ += x.rates[0];
      else if (!allowed.paused)
        video_ += x.rates[allowed.encoding];
    }
  }

  std::vector<stream> streams_;
  double capacity_;
  std::mt19937 random_;
  net::time_point now_{};
  net::time_point sampled_{};
  std::optional<net::time_point> settle_at_;
  net::time_point keyed_{};
  net::duration key_interval_{};
  double key_packets_ = 0;
  bool refused_ = false;
  double audio_ = 0;
  double video_ = 0;
  double backlog_ = 0;
  double busy_ = 0;
  double lost_ = 0;
  double worst_ = 0;
  int steps_ = 0;
};

stream audio() {
  stream out;
  out.facts.kind = rtp::media_kind::audio;
  out.rates = {50};
  return out;
}

stream video(int id, std::vector<double> rates) {
  stream out;
  out.facts.encodings = static_cast<uint8_t>(rates.size());
  out.facts.preferred = static_cast<uint8_t>(rates.size() - 1);
  out.facts.shed_rank = shed_rank_of("consumer" + std::to_string(id));
  out.facts.loudness = 0;
  out.rates = std::move(rates);
  return out;
}

const std::vector<double> simulcast{15, 40, 130};

/// One speaker without simulcast: only the last level helps.
std::vector<stream> broadcast() {
  std::vector<stream> out;
  for (int i = 0; i < 300; ++i) {
    out.push_back(audio());
    out.push_back(video(i, {150}));
  }
  return out;
}

/// Meetings of seven with simulcast.
std::vector<stream> meetings() {
  std::vector<stream> out;
  for (int room = 0; room < 20; ++room)
    for (int receiver = 0; receiver < 7; ++receiver)
      for (uint16_t sender = 0; sender < 6; ++sender) {
        out.push_back(audio());
        auto x = video(room * 42 + receiver * 6 + sender, simulcast);
        x.facts.recency = sender;
        if (sender > 0)
          x.facts.loudness.reset();
        out.push_back(x);
      }
  return out;
}

/// A room of thirty without simulcast: last-N helps.
std::vector<stream> crowd() {
  std::vector<stream> out;
  for (int receiver = 0; receiver < 30; ++receiver)
    for (uint16_t sender = 0; sender < 29; ++sender) {
      out.push_back(audio());
      auto x = video(receiver * 29 + sender, {58});
      x.facts.recency = sender;
      if (sender > 2)
        x.facts.loudness.reset();
      out.push_back(x);
    }
  return out;
}

} // namespace

TEST_CASE("with more load than the server can carry its goodput stays high") {
  struct row {
    std::string name;
    std::vector<stream> streams;
    double factor; // of the capacity
  };
  for (const auto& x :
       {row{"broadcast", broadcast(), 3}, row{"broadcast", broadcast(), 1.1},
        row{"meetings", meetings(), 3}, row{"meetings", meetings(), 1.1},
        row{"crowd", crowd(), 1.5}})
    for (uint32_t seed = 1; seed <= 3; ++seed) {
      CAPTURE(x.name);
      CAPTURE(x.factor);
      CAPTURE(seed);
      queueing_server server{x.streams, demand(x.streams) / x.factor, seed};
      server.run(0.5 / x.factor, 10s);
      REQUIRE(server.monitor.state() == overload_state{});
      auto first = server.run(1, 5s);
      CHECK(first.goodput >= 0.7);
      CHECK(first.audio_loss == 0);
      auto then = server.run(1, 60s);
      CHECK(then.goodput >= 0.97);
      CHECK(then.audio_loss == 0);
      CHECK(then.time_late <= 0.03);
      CHECK(server.recover(0.5 / x.factor) <= 5s);
    }
}

TEST_CASE("a load within the capacity is not shed") {
  for (double factor : {0.5, 0.8, 0.95}) {
    CAPTURE(factor);
    auto streams = meetings();
    queueing_server server{streams, demand(streams), 1};
    auto outcome = server.run(factor, 60s);
    CHECK_FALSE(sheds(server.monitor.state()));
    CHECK(server.monitor.refuses_newcomers() == (factor > 0.9));
    CHECK(outcome.goodput == doctest::Approx(factor).epsilon(0.01));
  }
}

TEST_CASE("key frames for hundreds of receivers refuse no newcomer") {
  auto streams = broadcast();
  for (auto interval : {280ms, 350ms, 1000ms}) {
    CAPTURE(interval.count());
    queueing_server server{streams, 5 * demand(streams), 1};
    server.send_key_frames(60ms, interval);
    server.run(1, 60s);
    CHECK_FALSE(server.has_refused());
  }
}

TEST_CASE("more load than the server can carry refuses newcomers at once") {
  auto streams = broadcast();
  queueing_server server{streams, demand(streams) / 1.5, 1};
  server.run(0.3, 10s);
  REQUIRE_FALSE(server.has_refused());
  server.run(1, 500ms);
  CHECK(server.has_refused());
}
