#include "bench/load/drill/drill_members.hpp"
#include "bench/load/scenario/bench_run.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>

#include <csignal>
#include <iostream>
#include <sstream>

#include <unistd.h>

namespace {

using namespace troupe::load;

constexpr auto tick = std::chrono::milliseconds{5};

constexpr auto usage = R"(Members of one room over several servers, for drills.

Reads commands, one a line, and answers each with one line of JSON:
  status            how many members are in the room, how many streams flow
  phase NAME        the figures since the last phase ended
  servers URL...    replaces the servers; "-" for one that takes no newcomers
  churn MILLISECONDS  so often a member leaves and joins again; 0: none does
Ends with its input.)";

std::vector<std::string> split(const std::string& line) {
  std::istringstream in{line};
  std::vector<std::string> out;
  for (std::string word; in >> word;)
    out.push_back(word);
  return out;
}

void clear_dashes(std::vector<std::string>& urls) {
  for (auto& x : urls)
    if (x == "-")
      x.clear();
}

/// The members, and the commands from the standard input.
class drill {
public:
  drill(drill_settings cfg, std::vector<std::string> servers)
      : members_(loop_, std::move(cfg), servers) {
    watch();
    read();
  }

  void run() {
    loop_.run();
  }

private:
  void watch() {
    timer_.expires_after(tick);
    timer_.async_wait([this](auto) {
      members_.handle_timeout();
      watch();
    });
  }

  void read() {
    boost::asio::async_read_until(in_, text_, '\n', [this](auto error, size_t) {
      if (error)
        return loop_.stop();
      std::istream in{&text_};
      std::string line;
      std::getline(in, line);
      std::cout << answer(split(line)) << std::endl;
      read();
    });
  }

  std::string answer(std::vector<std::string> words) {
    const auto command = words.empty() ? "" : words.front();
    if (command == "status")
      return members_.status();
    if (command == "phase" && words.size() == 2)
      return to_json(words[1], members_.end_phase());
    if (command == "servers") {
      words.erase(words.begin());
      clear_dashes(words);
      members_.set_servers(words);
    } else if (command == "churn" && words.size() == 2) {
      members_.set_churn(std::chrono::milliseconds{std::stoul(words[1])});
    } else {
      return R"({"error":"unknown command"})";
    }
    return "{}";
  }

  boost::asio::io_context loop_{1};
  drill_members members_;
  boost::asio::steady_timer timer_{loop_};
  boost::asio::posix::stream_descriptor in_{loop_, ::dup(STDIN_FILENO)};
  boost::asio::streambuf text_{4096};
};

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app{usage, "troupe-drill"};
  drill_settings settings;
  auto& shape = settings.shape;
  std::vector<std::string> servers;
  std::optional<size_t> only;
  app.add_option("--servers", servers, "http://ADDRESS:PORT of each")
      ->required()
      ->delimiter(',');
  app.add_option("--room", settings.room)->capture_default_str();
  app.add_option("--members", shape.members)
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--more", shape.more,
                 "Further members, who begin at the last server")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  app.add_option("--every", shape.every, "Every how manieth member sends")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--hears", shape.hears, "Senders that each member receives")
      ->capture_default_str();
  app.add_flag("--video", shape.video, "Senders send video, too");
  app.add_option("--only", only,
                 "Run only the members that begin at this server, from 0");
  CLI11_PARSE(app, argc, argv);
  settings.only = only;
  clear_dashes(servers);
  try {
    raise_file_limit();
    drill{std::move(settings), std::move(servers)}.run();
  } catch (const std::exception& e) {
    std::cerr << "troupe-drill: " << e.what() << '\n';
    return 1;
  }
}
