#include "actors/config/webhook_keys.hpp"

#include "actors/config/web_url.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

CLI::Validator webhook_url() {
  return {[](std::string& text) {
            auto fault = find_web_url_fault(text);
            return fault.empty()
                       ? fault
                       : "not an address of a receiver: " + text + ": " + fault;
          },
          "URL", "webhook url"};
}

} // namespace

void add_webhook_keys(option_table& table, config::webhook_keys& out) {
  table.add_list("webhooks.urls", out.urls,
                 "Where the server tells what happens in rooms; without any, "
                 "nowhere",
                 webhook_url());
  table.add_text("webhooks.key", out.key,
                 "Name of the secret, which receivers check");
  table.add_text("webhooks.secret-file", out.secret_file,
                 "File with the secret that signs: whsec_ and base64");
  table.add_text("webhooks.ca", out.ca,
                 "PEM file of the CAs of receivers; empty is the host's");
  table.add_text("webhooks.spool", out.spool,
                 "Directory for events that must outlive a crash; empty is "
                 "none");
  table.add_time("webhooks.timeout", out.timeout, 100, 60'000,
                 "How long a receiver may take to answer, ms");
  table.add_number("webhooks.tries", out.tries, 1, 100,
                   "How often an event is sent before it is given up");
  table.add_number("webhooks.parallel-rooms", out.parallel_rooms, 1, 256,
                   "Maximum number of requests at once to one receiver, each "
                   "of another room");
  table.add_number("webhooks.max-events", out.max_events, 1, 1'000'000,
                   "Maximum number of events that wait for one receiver");
}

std::optional<std::string> find_webhook_fault(const config::webhook_keys& in) {
  if (in.urls.empty())
    return std::nullopt;
  if (in.key.empty())
    return "webhooks.key is missing: webhooks.urls needs it";
  if (in.secret_file.empty())
    return "webhooks.secret-file is missing: webhooks.urls needs it";
  if (in.urls.size() > max_webhook_urls)
    return "webhooks.urls has more than " + std::to_string(max_webhook_urls);
  auto urls = in.urls;
  std::ranges::sort(urls);
  if (const auto twice = std::ranges::adjacent_find(urls); twice != urls.end())
    return "webhooks.urls has " + *twice + " twice";
  return std::nullopt;
}

} // namespace troupe::actors
