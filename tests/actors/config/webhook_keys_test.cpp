#include "actors/config/webhook_keys.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

namespace {

config_outcome read(std::vector<const char*> flags) {
  flags.insert(flags.begin(), "troupe");
  return read_config(static_cast<int>(flags.size()), flags.data());
}

config::webhook_keys complete() {
  config::webhook_keys out;
  out.urls = {"https://backend.example/hook"};
  out.key = "troupe";
  out.secret_file = "/etc/troupe/webhooks.secret";
  return out;
}

} // namespace

TEST_CASE("receivers are named by URLs of http and https without a user") {
  auto refused = [](const char* url) {
    const auto flag = std::string{"--webhooks.urls="} + url;
    const auto out =
        read({flag.c_str(), "--webhooks.key=k", "--webhooks.secret-file=/x"});
    CHECK((out.settings.has_value() || out.exit_code == 2));
    return !out.settings;
  };
  CHECK(!refused("https://backend.example/hook?x=1"));
  CHECK(!refused("http://127.0.0.1:8080,https://b.example"));
  CHECK(refused("backend.example"));
  CHECK(refused("ftp://backend.example"));
  CHECK(refused("https://"));
  CHECK(refused("https://:443/"));
  CHECK(refused("https://ann:secret@backend.example/"));
  CHECK(refused("https://backend.example/#top"));
  CHECK(refused("https://backend.example/a b"));
}

TEST_CASE("receivers need a key and a secret, and are all different") {
  CHECK(!find_webhook_fault({}));
  CHECK(!find_webhook_fault(complete()));
  auto x = complete();
  x.key.clear();
  CHECK(find_webhook_fault(x)
        == "webhooks.key is missing: webhooks.urls needs it");
  x = complete();
  x.secret_file.clear();
  CHECK(find_webhook_fault(x)
        == "webhooks.secret-file is missing: webhooks.urls needs it");
  x = complete();
  x.urls.push_back(x.urls.front());
  CHECK(find_webhook_fault(x)
        == "webhooks.urls has https://backend.example/hook twice");
  x = complete();
  for (size_t i = 0; i < max_webhook_urls; ++i)
    x.urls.push_back("https://host-" + std::to_string(i) + ".example");
  CHECK(find_webhook_fault(x) == "webhooks.urls has more than 16");
}
