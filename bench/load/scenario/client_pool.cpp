#include "bench/load/scenario/client_pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <future>

#include <time.h>
#include <unistd.h>

namespace troupe::load {

namespace asio = boost::asio;

namespace {

// Clients on loopback use several source addresses, because servers limit the
// connections per address.
constexpr member_index clients_of_address = 500;

std::string local_address(const server_address& server, member_index who) {
  if (!server.host.starts_with("127."))
    return {};
  return "127.0.0." + std::to_string(2 + who / clients_of_address % 250);
}

} // namespace

/// One thread with its members. All members but the constructor run on it.
class client_pool::worker {
public:
  worker(const scenario_plan& plan, const client_pool_config& cfg,
         directory& names, size_t index)
      : config_(cfg)
      , index_(index)
      , work_(loop_.get_executor())
      , media_(std::make_unique<media_loop>(loop_, media_config(cfg, index)))
      , environment_{loop_, *media_, names, plan}
      , clients_(plan.members.size())
      , thread_([this] { loop_.run(); }) {}

  ~worker() {
    call([this] {
      joining_ = false;
      clients_.clear();
      media_->stop();
      work_.reset();
    });
    thread_.join();
  }

  /// Runs `task` on the thread and waits for its result.
  template <class Task>
  std::invoke_result_t<Task> call(Task task) {
    std::packaged_task<std::invoke_result_t<Task>()> packaged{std::move(task)};
    auto done = packaged.get_future();
    asio::post(loop_, [&packaged] { packaged(); });
    return done.get();
  }

  void start_joining(member_index first, member_index last, join_pace pace) {
    asio::co_spawn(loop_, join_all(first, last, pace), asio::detached);
  }

  bool replace(member_index who) {
    auto& x = clients_[who];
    auto good = !x || x->state() != client_state::failed;
    if (x)
      x->leave();
    x = make(who);
    x->start();
    return good;
  }

  client_pool_status status(net::time_point since) {
    client_pool_status out;
    out.waiting = waiting_;
    auto now = std::chrono::steady_clock::now();
    for (member_index i = 0; i < clients_.size(); ++i) {
      if (!clients_[i])
        continue;
      if (clients_[i]->state() == client_state::refused
          && now >= clients_[i]->retry_at())
        try_again(i);
      out.add(status_of(*clients_[i], since));
    }
    out.refusals += refusals_;
    return out;
  }

  template <class Visitor>
  void for_each(Visitor visit) {
    for (member_index i = 0; i < clients_.size(); ++i)
      if (clients_[i])
        visit(i, *clients_[i]);
  }

  media_loop& media() {
    return *media_;
  }

  static std::chrono::nanoseconds cpu_time() {
    timespec x{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &x);
    return std::chrono::seconds{x.tv_sec} + std::chrono::nanoseconds{x.tv_nsec};
  }

private:
  static loop_config media_config(const client_pool_config& cfg, size_t index) {
    auto out = cfg.media;
    out.seed += index;
    return out;
  }

  static client_pool_status status_of(load_client& x, net::time_point since) {
    client_pool_status out;
    x.retry();
    out.joining = x.state() == client_state::joining;
    out.ready = x.state() == client_state::ready;
    out.failed = x.state() == client_state::failed;
    out.refused = x.state() == client_state::refused;
    out.refusals = x.refusals();
    out.connected = x.connected();
    out.consumers = x.consumers();
    out.wanted = x.wanted();
    out.flowing = x.flowing(since);
    out.problem = x.problem();
    return out;
  }

  void try_again(member_index who) {
    auto& x = clients_[who];
    auto begun = x->times().begun;
    auto consecutive_refusals = x->consecutive_refusals();
    ++refusals_;
    x->leave();
    x = make(who);
    x->start(begun, consecutive_refusals);
  }

  std::shared_ptr<load_client> make(member_index who) {
    client_config cfg;
    cfg.self = who;
    cfg.impairment = config_.impairment;
    cfg.begins_muted = config_.begin_muted;
    auto& signaling = cfg.signaling;
    const auto node = environment_.plan.members[who].node;
    signaling.server =
        node == 0 ? config_.server : config_.other_servers.at(node - 1);
    signaling.dialect = config_.dialect;
    signaling.timeout = config_.request_timeout;
    signaling.from = local_address(signaling.server, who);
    signaling.target.room =
        "load-" + std::to_string(::getpid()) + "-"
        + std::to_string(environment_.plan.members[who].room);
    signaling.target.user =
        "u" + std::to_string(who) + "-" + std::to_string(++clients_made_);
    return std::make_shared<load_client>(environment_, std::move(cfg));
  }

  size_t count_joining() const {
    size_t out = 0;
    for (const auto& x : clients_)
      out += x && x->state() == client_state::joining;
    return out;
  }

  // Each thread starts its own members at their times in the common schedule.
  asio::awaitable<void> join_all(member_index first, member_index last,
                                 join_pace pace) {
    asio::steady_timer timer{loop_};
    auto begin = std::chrono::steady_clock::now();
    boost::system::error_code error;
    auto own = [&](member_index i) {
      return i % config_.threads == index_;
    };
    for (auto i = first; i < last; ++i)
      waiting_ += own(i);
    for (auto i = first; i < last && joining_; ++i) {
      if (!own(i))
        continue;
      timer.expires_at(
          begin
          + std::chrono::duration_cast<net::duration>(
              std::chrono::duration<double>((i - first) / pace.per_second)));
      do {
        co_await timer.async_wait(
            asio::redirect_error(asio::use_awaitable, error));
        timer.expires_after(std::chrono::milliseconds{1});
      } while (joining_ && pace.at_once
               && count_joining() * config_.threads >= pace.at_once);
      if (!joining_)
        break;
      --waiting_;
      clients_[i] = make(i);
      clients_[i]->start();
    }
  }

  const client_pool_config& config_;
  size_t index_;
  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::unique_ptr<media_loop> media_;
  client_environment environment_;
  std::vector<std::shared_ptr<load_client>> clients_; // by member index
  size_t waiting_ = 0;
  size_t clients_made_ = 0;
  uint64_t refusals_ = 0;
  bool joining_ = true;
  std::thread thread_;
};

void client_pool_status::add(const client_pool_status& x) {
  waiting += x.waiting;
  joining += x.joining;
  ready += x.ready;
  connected += x.connected;
  failed += x.failed;
  refused += x.refused;
  refusals += x.refusals;
  consumers += x.consumers;
  wanted += x.wanted;
  flowing += x.flowing;
  if (problem.empty())
    problem = x.problem;
}

client_pool::client_pool(const scenario_plan& plan, client_pool_config cfg)
    : plan_(plan)
    , config_(std::move(cfg)) {
  for (size_t i = 0; i < config_.threads; ++i)
    workers_.push_back(std::make_unique<worker>(plan_, config_, names_, i));
}

client_pool::~client_pool() = default;

client_pool::worker& client_pool::of(member_index who) {
  return *workers_[who % workers_.size()];
}

void client_pool::start_joining(member_index first, member_index last,
                                join_pace pace) {
  for (auto& x : workers_)
    x->call([&] { x->start_joining(first, last, pace); });
}

client_pool_status client_pool::status(net::time_point since) {
  client_pool_status out;
  for (auto& x : workers_)
    out.add(x->call([&] { return x->status(since); }));
  return out;
}

void client_pool::reset_figures() {
  for (auto& x : workers_)
    x->call([&] { x->media().reset_stats(); });
}

client_pool_figures client_pool::figures() {
  client_pool_figures out;
  for (auto& x : workers_)
    x->call([&] {
      out.media.add(x->media().totals());
      out.health.add(x->media().health());
    });
  return out;
}

std::vector<join_times> client_pool::joins(member_index first,
                                           member_index last) {
  std::vector<join_times> out;
  for_each([&](member_index who, load_client& x) {
    if (who >= first && who < last)
      out.push_back(x.times());
  });
  return out;
}

void client_pool::rotate(uint32_t room, uint32_t step) {
  if (!plan_.rotation)
    return;
  for_each([&](member_index who, load_client& x) {
    const auto& member = plan_.members[who];
    if (member.room != room)
      return;
    for (const auto& c : member.consumes)
      x.set_paused(c.from, c.kind,
                   !plan_.rotation->active(c.from, c.kind, step));
  });
}

void client_pool::rotate_speakers(uint32_t room, uint32_t step) {
  if (!plan_.rotation)
    return;
  for_each([&](member_index who, load_client& x) {
    if (plan_.members[who].room == room)
      x.set_speaking(
          plan_.rotation->active(who, protocol::media_kind::audio, step));
  });
}

void client_pool::set_sending(member_index first, member_index last, bool on) {
  for_each([&](member_index who, load_client& x) {
    if (who >= first && who < last)
      x.set_sending(on);
  });
}

void client_pool::leave(member_index first, member_index last) {
  for_each([&](member_index who, load_client& x) {
    if (who >= first && who < last)
      x.leave();
  });
}

size_t client_pool::left() {
  size_t out = 0;
  for_each([&](member_index, load_client& x) { out += x.has_left(); });
  return out;
}

bool client_pool::replace(member_index who) {
  auto& x = of(who);
  return x.call([&] { return x.replace(who); });
}

void client_pool::for_each(
    const std::function<void(member_index, load_client&)>& act) {
  for (auto& x : workers_)
    x->call([&] { x->for_each(act); });
}

std::chrono::nanoseconds client_pool::cpu_time() {
  std::chrono::nanoseconds sum{0};
  for (auto& x : workers_)
    sum += x->call([] { return worker::cpu_time(); });
  return sum;
}

} // namespace troupe::load
