#include "net/io/http/undelivered.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace troupe::net;

namespace {

constexpr undelivered_limits limits{1000, 3000, 100};

// A reader that counts how often it was resumed.
struct reader {
  explicit reader(const std::shared_ptr<undelivered_total>& total)
      : octets(
          std::make_shared<undelivered_octets>(total, [this] { ++resumed; })) {}

  reader(const reader&) = delete;

  // Reads a whole message.
  delivery_receipt receive(size_t size) const {
    octets->add(size);
    return octets->issue(size);
  }

  int resumed = 0;
  std::shared_ptr<undelivered_octets> octets;
};

} // namespace

TEST_CASE("a connection is not read while its limit is undelivered") {
  auto total = std::make_shared<undelivered_total>(limits);
  reader x{total};
  auto first = x.receive(999);
  CHECK(!x.octets->must_wait());
  auto second = x.receive(1);
  CHECK(x.octets->must_wait() == reject_reason::connection_backlog);
  CHECK(x.resumed == 0);
  second = nullptr;
  CHECK(x.resumed == 1);
  first = nullptr;
  CHECK(x.resumed == 1);
  CHECK(!x.octets->must_wait());
}

TEST_CASE("the incomplete message of a connection does not suspend its reads") {
  auto total = std::make_shared<undelivered_total>(limits);
  reader x{total};
  x.octets->add(2000);
  CHECK(!x.octets->must_wait());
  auto receipt = x.octets->issue(2000);
  CHECK(x.octets->must_wait() == reject_reason::connection_backlog);
  x.octets->add(500);
  receipt = nullptr;
  CHECK(x.resumed == 1);
  CHECK(total->octets() == 500);
  x.octets->discard(500);
  CHECK(total->octets() == 0);
}

TEST_CASE("a receipt counts its message until the last copy is gone") {
  auto total = std::make_shared<undelivered_total>(limits);
  reader x{total};
  auto receipt = x.octets->add_message(1000);
  CHECK(total->octets() == 1000 + undelivered_octets::message_overhead);
  CHECK(x.octets->must_wait());
  auto copy = receipt;
  receipt = nullptr;
  CHECK(x.resumed == 0);
  copy = nullptr;
  CHECK(x.resumed == 1);
  CHECK(total->octets() == 0);
}

TEST_CASE("at the total limit, only connections below their share are read") {
  auto total = std::make_shared<undelivered_total>(limits);
  std::array busy_readers{std::make_unique<reader>(total),
                          std::make_unique<reader>(total),
                          std::make_unique<reader>(total)};
  std::vector<delivery_receipt> receipts;
  for (auto& x : busy_readers) {
    receipts.push_back(x->receive(900));
    // Incomplete messages count towards the total.
    x->octets->add(100);
  }
  reader light_reader{total};
  auto little = light_reader.receive(99);
  CHECK(!light_reader.octets->must_wait());
  for (auto& x : busy_readers)
    CHECK(x->octets->must_wait() == reject_reason::server_backlog);
  auto more = light_reader.receive(1);
  CHECK(light_reader.octets->must_wait() == reject_reason::server_backlog);
  // 3,100 are undelivered: without 100 of them the limit is still reached.
  busy_readers[0]->octets->discard(100);
  for (auto& x : busy_readers)
    CHECK(x->resumed == 0);
  CHECK(light_reader.resumed == 0);
  more = nullptr;
  for (auto& x : busy_readers)
    CHECK(x->resumed == 1);
  CHECK(light_reader.resumed == 1);
}

TEST_CASE("a client below its share again is read while all others wait") {
  auto total = std::make_shared<undelivered_total>(limits);
  reader busy_reader{total};
  reader other{total};
  auto most = busy_reader.receive(3000);
  auto first = other.receive(50);
  auto second = other.receive(50);
  CHECK(other.octets->must_wait() == reject_reason::server_backlog);
  second = nullptr;
  CHECK(other.resumed == 1);
}

TEST_CASE("a connection below its own limit again waits for the total") {
  auto total = std::make_shared<undelivered_total>(limits);
  reader busy_reader{total};
  reader other{total};
  auto first = busy_reader.receive(990);
  auto second = busy_reader.receive(10);
  CHECK(busy_reader.octets->must_wait() == reject_reason::connection_backlog);
  auto most = other.receive(2500);
  second = nullptr;
  CHECK(busy_reader.resumed == 0);
  most = nullptr;
  CHECK(busy_reader.resumed == 1);
}

TEST_CASE("a connection that ends removes its incomplete message") {
  auto total = std::make_shared<undelivered_total>(limits);
  {
    reader x{total};
    x.octets->add(300);
    auto receipt = x.receive(200);
    x.octets = nullptr;
    CHECK(total->octets() == 500);
  }
  CHECK(total->octets() == 0);
}
