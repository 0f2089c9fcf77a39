#include "bench/load/drill/drill_members.hpp"

#include "protocol/json/json_writer.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// How long after its last packet a stream counts as flowing: six packets of
// audio.
constexpr auto flowing_within = 120ms;

// How often clients look again for producers whose owner was unknown.
constexpr auto retry_interval = 100ms;

std::string user_of(member_index who) {
  return "m" + std::to_string(who);
}

loop_config media_config() {
  loop_config out;
  // So that the delay of each packet is known.
  out.decrypt_share = 1;
  return out;
}

} // namespace

/// One member, over all of its connections.
struct drill_members::member {
  member_index index = 0;
  size_t server = 0;
  std::shared_ptr<load_client> client;
  bool ready = false;
  net::time_point next_join{};
  // When its last connection ended, until media has come over the next.
  std::optional<net::time_point> lost;
};

drill_members::drill_members(boost::asio::io_context& loop, drill_settings cfg,
                             const std::vector<std::string>& urls)
    : loop_(loop)
    , settings_(std::move(cfg))
    , plan_(drill_plan(settings_.shape))
    , media_(std::make_unique<media_loop>(loop, media_config()))
    , random_(settings_.only.value_or(0) + 1) {
  set_servers(urls);
  figures_.begin = steady_clock::now();
  for (member_index i = 0; i < plan_.members.size(); ++i) {
    names_.add_peer(user_of(i), i);
    const auto server = first_server(settings_.shape, i, servers_.size());
    if (settings_.only.value_or(server) != server)
      continue;
    auto& x = members_.emplace_back(std::make_unique<member>());
    x->index = i;
    x->server = server;
  }
}

drill_members::~drill_members() {
  for (auto& x : members_)
    if (x->client)
      x->client->leave();
  media_->stop();
}

void drill_members::set_servers(const std::vector<std::string>& urls) {
  if (!servers_.empty() && urls.size() != servers_.size())
    throw signaling_error{"the number of servers has changed"};
  servers_.assign(urls.size(), std::nullopt);
  for (size_t i = 0; i < urls.size(); ++i)
    if (!urls[i].empty())
      servers_[i] = parse_server(urls[i]);
}

void drill_members::set_churn(net::duration interval) {
  churn_ = interval;
  next_churn_ = steady_clock::now() + interval;
}

void drill_members::handle_timeout() {
  const auto now = steady_clock::now();
  auto joining =
      static_cast<size_t>(std::ranges::count_if(members_, [](const auto& x) {
        return x->client && x->client->state() == client_state::joining;
      }));
  for (auto& x : members_) {
    if (x->client)
      watch(*x);
    else if (now >= x->next_join && (x->lost || joining < settings_.at_once)) {
      begin(*x);
      ++joining;
    }
  }
  if (churn_ > 0s && now >= next_churn_)
    churn();
}

void drill_members::begin(member& x) {
  if (!servers_[x.server]) {
    auto other = next_server(x.server);
    if (!other)
      return;
    x.server = *other;
  }
  client_config cfg;
  cfg.self = x.index;
  cfg.signaling = signaling_of(x);
  x.ready = false;
  x.client = std::make_shared<load_client>(
      client_environment{loop_, *media_, names_, plan_}, std::move(cfg));
  auto& signaling = x.client->signaling();
  signaling.on_push = [this, handle = signaling.on_push](const auto& push) {
    figures_.events[push.name].add(steady_clock::now());
    handle(push);
  };
  x.client->start();
}

void drill_members::watch(member& x) {
  const auto state = x.client->state();
  if (state == client_state::failed || state == client_state::refused)
    return handle_end(x);
  if (state == client_state::ready && !std::exchange(x.ready, true))
    ++figures_.joins;
  const auto now = steady_clock::now();
  if (now >= x.next_join) {
    x.next_join = now + retry_interval;
    x.client->retry();
  }
  if (!x.lost)
    return;
  if (auto media = x.client->times().first_media) {
    figures_.back.add(*media - *x.lost);
    x.lost.reset();
  }
}

void drill_members::handle_end(member& x) {
  const auto now = steady_clock::now();
  if (x.ready) {
    ++figures_.ended;
    if (!x.lost)
      x.lost = now;
  } else if (x.client->state() == client_state::refused) {
    ++figures_.refused;
  } else {
    ++figures_.failed;
  }
  if (!x.ready && figures_.problem.empty())
    figures_.problem = x.client->problem();
  x.client->leave();
  x.client.reset();
  if (!settings_.only)
    x.server = next_server(x.server).value_or(x.server);
  x.next_join = now + random_pause();
}

void drill_members::churn() {
  next_churn_ += churn_;
  auto& x = *members_[churned_++ % members_.size()];
  if (!x.client || !x.ready)
    return;
  x.client->leave();
  x.client.reset();
  x.server = next_server(x.server).value_or(x.server);
  x.next_join = {};
}

signaling_config drill_members::signaling_of(const member& x) const {
  // Servers limit the connections of one address.
  constexpr member_index members_of_address = 50;
  signaling_config out;
  out.server = *servers_[x.server];
  out.dialect = settings_.dialect;
  out.target = {settings_.room, user_of(x.index)};
  out.timeout = 5s;
  out.from = "127.0.0." + std::to_string(2 + x.index / members_of_address);
  return out;
}

std::optional<size_t> drill_members::next_server(size_t at) const {
  for (size_t i = 1; i <= servers_.size(); ++i)
    if (auto next = (at + i) % servers_.size(); servers_[next])
      return next;
  return std::nullopt;
}

// A member of another process is at its first server.
size_t drill_members::server_of(member_index who) const {
  for (const auto& x : members_)
    if (x->index == who)
      return x->server;
  return first_server(settings_.shape, who, servers_.size());
}

net::duration drill_members::random_pause() {
  return std::chrono::milliseconds{500 + random_.below(1001)};
}

drill_figures drill_members::end_phase() {
  figures_.end = steady_clock::now();
  std::vector<size_t> servers;
  for (member_index i = 0; i < plan_.members.size(); ++i)
    servers.push_back(server_of(i));
  for (const auto& x : members_)
    if (x->client)
      x->client->for_each_consumer([&](auto from, const auto& report) {
        figures_.flows[{x->server, servers[from]}].add(report, figures_.end);
      });
  const auto totals = media_->totals();
  figures_.longest_delay =
      std::max(totals.audio.latency.max(), totals.video.latency.max());
  figures_.health = media_->health();
  media_->reset_stats();
  auto out = std::exchange(figures_, {});
  figures_.begin = out.end;
  return out;
}

std::string drill_members::status() const {
  size_t ready = 0;
  size_t planned = 0;
  size_t flowing = 0;
  const auto since = steady_clock::now() - flowing_within;
  for (const auto& x : members_) {
    planned += plan_.members[x->index].consumes.size();
    if (!x->client)
      continue;
    ready += x->client->state() == client_state::ready;
    flowing += x->client->flowing(since);
  }
  return protocol::json_writer{}
      .begin_object()
      .add("members", members_.size())
      .add("ready", ready)
      .add("planned", planned)
      .add("flowing", flowing)
      .end_object()
      .str();
}

} // namespace troupe::load
