#include "net/io/http_client/http_client.hpp"

#include "net/base/assert.hpp"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace troupe::net {

namespace {

// curl_multi_poll() returns before that when it is woken.
constexpr int poll_ms = 1'000;

void init_library() {
  static const auto failed = curl_global_init(CURL_GLOBAL_DEFAULT);
  TROUPE_ASSERT(failed == CURLE_OK);
}

struct easy_deleter {
  void operator()(CURL* x) const {
    curl_easy_cleanup(x);
  }
};

using easy_ptr = std::unique_ptr<CURL, easy_deleter>;

struct list_deleter {
  void operator()(curl_slist* x) const {
    curl_slist_free_all(x);
  }
};

using list_ptr = std::unique_ptr<curl_slist, list_deleter>;

// A request under way. The library refers to it, so it stays where it is.
struct transfer {
  const http_client_settings* limits = nullptr;
  http_post request;
  http_poster::handler on_answer;
  size_t head = 0;
  size_t body = 0;
  bool complete_head = false;
  list_ptr headers;
  easy_ptr handle;
};

// Counts a line of the head. Returning another number than its size ends the
// transfer.
size_t take_head(char* data, size_t one, size_t size, void* of) {
  auto& x = *static_cast<transfer*>(of);
  const auto octets = one * size;
  x.head += octets;
  if (x.head > x.limits->max_head)
    return 0;
  const std::string_view line{data, octets};
  long status = 0;
  curl_easy_getinfo(x.handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if ((line == "\r\n" || line == "\n") && status >= 200)
    x.complete_head = true;
  return octets;
}

size_t take_body(char*, size_t one, size_t size, void* of) {
  auto& x = *static_cast<transfer*>(of);
  x.body += one * size;
  return x.body > x.limits->max_body ? 0 : one * size;
}

template <class T>
void set(CURL* handle, CURLoption option, T value) {
  const auto done = curl_easy_setopt(handle, option, value);
  TROUPE_ASSERT(done == CURLE_OK);
}

// Sets what each request has in common.
void restrict_handle(CURL* handle, const std::string& url,
                     const http_client_settings& in) {
  set(handle, CURLOPT_URL, url.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!in.ca_file.empty()) {
    set(handle, CURLOPT_CAINFO, in.ca_file.c_str());
    set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  set(handle, CURLOPT_PROXY, ""); // not that of the environment either
  set(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(handle, CURLOPT_NOSIGNAL, 1L);
  // A name service that does not answer must not hold up the other requests.
  set(handle, CURLOPT_QUICK_EXIT, 1L);
  const auto ms = static_cast<long>(in.timeout.count());
  set(handle, CURLOPT_TIMEOUT_MS, ms);
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, ms);
}

void prepare(transfer& x) {
  auto* handle = x.handle.get();
  restrict_handle(handle, x.request.url, *x.limits);
  // Without this, large bodies wait a second for "100 Continue".
  auto* list = curl_slist_append(nullptr, "Expect:");
  for (const auto& line : x.request.headers)
    list = curl_slist_append(list, line.c_str());
  x.headers.reset(list);
  set(handle, CURLOPT_HTTPHEADER, list);
  set(handle, CURLOPT_POST, 1L);
  set(handle, CURLOPT_POSTFIELDSIZE_LARGE,
      static_cast<curl_off_t>(x.request.body.size()));
  set(handle, CURLOPT_POSTFIELDS, x.request.body.data());
  set(handle, CURLOPT_HEADERFUNCTION, take_head);
  set(handle, CURLOPT_HEADERDATA, &x);
  set(handle, CURLOPT_WRITEFUNCTION, take_body);
  set(handle, CURLOPT_WRITEDATA, &x);
}

http_failure to_failure(CURLcode x) {
  switch (x) {
    case CURLE_OK:
      return http_failure::none;
    case CURLE_COULDNT_RESOLVE_HOST:
      return http_failure::no_address;
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
      return http_failure::no_connection;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return http_failure::bad_certificate;
    case CURLE_OPERATION_TIMEDOUT:
      return http_failure::timeout;
    default:
      return http_failure::broken;
  }
}

http_answer to_answer(CURLcode how, uint16_t status) {
  if (status != 0 || how == CURLE_OK)
    return {http_failure::none, status, {}};
  return {to_failure(how), 0, curl_easy_strerror(how)};
}

// The status, once the head is complete: what becomes of the body is the same
// to us.
uint16_t status_of(const transfer& x) {
  long status = 0;
  if (x.complete_head)
    curl_easy_getinfo(x.handle.get(), CURLINFO_RESPONSE_CODE, &status);
  return static_cast<uint16_t>(std::clamp(status, 0L, 999L));
}

} // namespace

std::string_view to_string(http_failure x) {
  switch (x) {
    case http_failure::none:
      return "none";
    case http_failure::no_address:
      return "no-address";
    case http_failure::no_connection:
      return "no-connection";
    case http_failure::bad_certificate:
      return "bad-certificate";
    case http_failure::timeout:
      return "timeout";
    case http_failure::broken:
      return "broken";
  }
  return "invalid";
}

struct http_client::impl {
  explicit impl(http_client_settings x) : settings(std::move(x)) {
    init_library();
    multi = curl_multi_init();
    TROUPE_ASSERT(multi != nullptr);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, settings.max_idle);
    thread = std::thread{[this] {
      run();
    }};
    pthread_setname_np(thread.native_handle(), "http-client");
  }

  void run() {
    while (!stopped.load()) {
      start_waiting();
      int running = 0;
      curl_multi_perform(multi, &running);
      finish_done();
      if (!stopped.load())
        curl_multi_poll(multi, nullptr, 0, poll_ms, nullptr);
    }
  }

  void start_waiting() {
    std::vector<std::unique_ptr<transfer>> list;
    {
      std::lock_guard guard{mutex};
      list.swap(waiting);
    }
    for (auto& x : list) {
      x->handle.reset(curl_easy_init());
      TROUPE_ASSERT(x->handle != nullptr);
      prepare(*x);
      auto* handle = x->handle.get();
      curl_multi_add_handle(multi, handle);
      under_way.emplace(handle, std::move(x));
    }
  }

  void finish_done() {
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE)
        continue;
      const auto how = message->data.result;
      auto entry = under_way.extract(message->easy_handle);
      const auto answer = to_answer(how, status_of(*entry.mapped()));
      curl_multi_remove_handle(multi, entry.key());
      entry.mapped()->on_answer(answer);
    }
  }

  const http_client_settings settings;
  CURLM* multi = nullptr;
  std::mutex mutex;
  std::vector<std::unique_ptr<transfer>> waiting; // under the mutex
  std::unordered_map<CURL*, std::unique_ptr<transfer>> under_way;
  std::atomic<bool> stopped{false};
  std::thread thread;
};

http_client::http_client(http_client_settings settings)
    : impl_(std::make_unique<impl>(std::move(settings))) {}

http_client::~http_client() {
  stop();
}

void http_client::post(http_post request, handler on_answer) {
  auto x = std::make_unique<transfer>();
  x->limits = &impl_->settings;
  x->request = std::move(request);
  x->on_answer = std::move(on_answer);
  std::lock_guard guard{impl_->mutex};
  if (impl_->stopped.load())
    return;
  impl_->waiting.push_back(std::move(x));
  curl_multi_wakeup(impl_->multi);
}

void http_client::stop() {
  {
    std::lock_guard guard{impl_->mutex};
    if (impl_->stopped.exchange(true))
      return;
    curl_multi_wakeup(impl_->multi);
  }
  impl_->thread.join();
  for (auto& [handle, x] : impl_->under_way)
    curl_multi_remove_handle(impl_->multi, handle);
  impl_->under_way.clear();
  impl_->waiting.clear();
  curl_multi_cleanup(impl_->multi);
}

http_answer probe_http_host(const std::string& url,
                            const http_client_settings& settings) {
  init_library();
  const easy_ptr handle{curl_easy_init()};
  TROUPE_ASSERT(handle != nullptr);
  restrict_handle(handle.get(), url, settings);
  set(handle.get(), CURLOPT_CONNECT_ONLY, 1L);
  return to_answer(curl_easy_perform(handle.get()), 0);
}

} // namespace troupe::net
