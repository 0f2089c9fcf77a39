#include "net/io/process/host_facts.hpp"

#include "tests/net/io/support/client.hpp"
#include "tests/net/io/support/http_fixture.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace troupe::net;
using namespace troupe::net::testing;

TEST_CASE("a port that a server uses is detected") {
  http_fixture x;
  auto taken = *parse_address("127.0.0.1", x.port());
  CHECK(try_bind(taken, transport_protocol::tcp) == std::errc::address_in_use);
  CHECK(!try_bind(*parse_address("127.0.0.1", 0), transport_protocol::tcp));
  CHECK(!try_bind(*parse_address("127.0.0.1", 0), transport_protocol::udp));
}

TEST_CASE("an address of another host cannot be bound") {
  CHECK(try_bind(*parse_address("192.0.2.1", 0), transport_protocol::udp)
        == std::errc::address_not_available);
}

TEST_CASE("kernel settings are numbers, or absent") {
  CHECK(kernel_setting("kernel/pid_max").value_or(0) > 0);
  CHECK_FALSE(kernel_setting("no/such/setting"));
  CHECK_FALSE(kernel_setting("kernel/ostype")); // a word
}

TEST_CASE("read permission follows from the file's mode") {
  char name[] = "/tmp/troupe_mode_XXXXXX";
  ::close(mkstemp(name));
  CHECK_FALSE(readable_by_all(name));
  std::filesystem::permissions(name, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  CHECK(readable_by_all(name));
  std::filesystem::remove(name);
  CHECK_FALSE(readable_by_all(name));
}
